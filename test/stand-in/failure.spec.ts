// Failed starts, as main/electron reports and ends them.

import { rm } from 'node:fs/promises'
import { built, expect, test } from './program.js'

test('a folder that Windows keeps locked does not change the end', async ({ start }) => {
  // On Windows, Chromium keeps files in it open until it ends, and they can't be removed before.
  const program = await start(
    `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    fs.rmSync = (path) => {
      throw Object.assign(new Error('EBUSY: resource busy or locked, unlink ' + path), { code: 'EBUSY' })
    }
    syncBuiltinESMExports()
    const { endWithFailure } = await import(${JSON.stringify(built('failure.js'))})
    endWithFailure({ message: 'no', exitCode: 3 }, null).catch((failure) => {
      say(failure.message)
      app.exit(1)
    })
    `,
    { platform: 'win32' },
  )
  const { code, stdout, stderr } = await program.ended
  expect(stdout).toBe('')
  const [, folder] = /^latchkey: no\nlatchkey: Couldn't remove (\S+) \(EBUSY\)\.\n$/.exec(stderr)!
  await rm(folder!, { recursive: true })
  expect(code).toBe(3)
  expect(await program.boxes()).toHaveLength(1)
})
