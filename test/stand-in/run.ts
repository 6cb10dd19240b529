// Runs a built Electron app in plain Node: `node run.js APP flags…`, started by test/driver.

import { enableCompileCache, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

// Only for speed: the same modules are compiled for every spec.
enableCompileCache()

const DOUBLE = new URL('./electron.js', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context)
    return { url: DOUBLE, format: 'module', shortCircuit: true }
  },
})

// As Electron has them: itself, the app, its flags.
process.argv.splice(1, 1)
Object.defineProperty(process, 'type', { value: 'browser' })
const { behaviour } = await import('./host.js')
Object.defineProperty(process, 'platform', { value: behaviour.platform })
// Whoever started this is gone, and with them the pages.
process.once('disconnect', () => process.exit(1))

const { inside } = await import('./app.js')
await import(pathToFileURL(process.argv[1] ?? '').href)
// Ready comes after the app's module, with all that it awaits at its top, has been evaluated.
setImmediate(() => inside.becomeReady())
