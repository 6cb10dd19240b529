// Runs a built Electron app in plain Node: `node run.js`, then what Electron would be started with;
// started by test/driver.

import { createRequire, enableCompileCache, registerHooks } from 'node:module'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { BEHAVIOUR_VARIABLE } from './contract.js'
import { readCommandLine, readPackage } from './default-app.js'

// Only for speed: the same modules are compiled for every spec.
enableCompileCache()

const DOUBLE = new URL('./electron.js', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context)
    return { url: DOUBLE, format: 'module', shortCircuit: true }
  },
})

// As Electron has them: itself, then what it was started with.
process.argv.splice(1, 1)
Object.defineProperty(process, 'type', { value: 'browser' })
// All of the double at once: a call that the driver makes in between would be answered by nobody.
await import('./electron.js')
// Whoever started this is gone, and with them the pages.
process.once('disconnect', () => process.exit(1))

const { inside } = await import('./app.js')
const { behaviour, tell } = await import('./host.js')
// Electron has a standard input at its end there, and no program can put it back.
if (behaviour.platform === 'win32') {
  const ended = Readable.from([])
  Object.defineProperty(process, 'stdin', { get: () => ended })
}
const { modules, file } = behaviour.isPackaged
  ? { modules: [], file: behaviour.appPath }
  : readCommandLine(process.argv.slice(1))
for (const path of modules) createRequire(import.meta.url)(path)
delete process.env[BEHAVIOUR_VARIABLE]
const appPackage = readPackage(file)
inside.setPackage(appPackage)
await import(pathToFileURL(appPackage.main).href)
// Ready comes after the app's module, with all that it awaits at its top, has been evaluated.
setImmediate(() => {
  inside.becomeReady()
  // Playwright's loader holds ready back until Playwright has connected, and calls this.
  const { __playwright_run: letBecomeReady } = globalThis as { __playwright_run?: () => void }
  letBecomeReady?.()
  setImmediate(() => tell('ready'))
})
