// Loaded before a program (--import): writes one line for each module that the program loads, with
// its size in bytes, to the file that BENCH_MODULES names.

import { appendFileSync, statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const file = process.env.BENCH_MODULES

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) {
      const path = fileURLToPath(url)
      appendFileSync(file, `${statSync(path).size} ${path}\n`)
    }
    return nextLoad(url, context)
  },
})
