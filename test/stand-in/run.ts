// Runs a built Electron app in plain Node: `node run.js`, followed by Electron's arguments. The
// driver in test/driver starts it.

import { createRequire, enableCompileCache, registerHooks } from 'node:module'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { BEHAVIOUR_VARIABLE } from './contract.js'
import { readCommandLine, readPackage } from './default-app.js'

// For speed only: every spec compiles the same modules.
enableCompileCache()

const DOUBLE = new URL('./electron.js', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context)
    return { url: DOUBLE, format: 'module', shortCircuit: true }
  },
})

// As in Electron: itself, then its arguments.
process.argv.splice(1, 1)
Object.defineProperty(process, 'type', { value: 'browser' })
// Loads the whole double at once: a call from the driver in between would get no answer.
await import('./electron.js')
// The driver is gone, and the pages with it.
process.once('disconnect', () => process.exit(1))

const { inside } = await import('./app.js')
const { behaviour, tell } = await import('./host.js')
const { replaceTimers } = await import('./timers.js')
replaceTimers()
// There, Electron's standard input is at its end, and a program can't restore it.
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
// `ready` comes after the app's module, with its top-level awaits, has been evaluated.
setImmediate(() => {
  inside.becomeReady()
  // Playwright's loader delays `ready` until Playwright has connected, and then calls this.
  const { __playwright_run: letBecomeReady } = globalThis as { __playwright_run?: () => void }
  letBecomeReady?.()
  setImmediate(() => tell('ready'))
})
