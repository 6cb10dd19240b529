// Small programs that run on the stand-in instead of the app, for specs of the stand-in and of main/electron.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Desktop, DesktopOptions } from '../driver/desktop.js'
import { launchStandIn } from '../driver/stand-in.js'
import { expect, test as base } from '../driver/driver.js'
import { ROOT } from '../support/root.js'

export { expect } from '../driver/driver.js'

/** The built modules of main/electron that a program imports. */
export function built(file: string): string {
  return pathToFileURL(join(ROOT, 'dist', 'modules', 'main', 'electron', file)).href
}

export type Program = Desktop & {
  /** Everything that the program passed to `say`, once it has ended. */
  said(): Promise<unknown[]>
}

export const test = base.extend<{
  start: (source: string, options?: DesktopOptions) => Promise<Program>
}>({
  start: async ({ browser, folders }, use) => {
    const ends: (() => Promise<void>)[] = []
    await use(async (source, options = {}) => {
      const dataDir = options.dataDir ?? (await folders.create())
      const main = join(dataDir, 'main.mjs')
      await writeFile(main, `${PRELUDE}\n${source}`)
      const { desktop, close } = launchStandIn(browser, { ...options, dataDir, main })
      ends.push(close)
      const said = async (): Promise<unknown[]> => {
        const { stdout, stderr } = await desktop.ended
        expect(stderr).toBe('')
        return stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as unknown)
      }
      return { ...desktop, said }
    })
    for (const end of ends) await end()
  },
})

const PRELUDE = `
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as electron from 'electron'
const { app, BrowserWindow, Menu, Tray, Notification, nativeImage, ipcMain, protocol, session } = electron
const { clipboard, powerMonitor, safeStorage } = electron
const dataDir = process.argv[process.argv.indexOf('--data-dir') + 1]
const say = (value) => writeSync(1, JSON.stringify(value) + '\\n')
const refused = (name, run) => { try { run(); say([name, 'went through']) } catch (e) { say([name, e.message]) } }
const refusedLater = (name, promise) => promise.then((value) => say([name, value]), (e) => say([name, e.message]))
const scheme = (privileges, html, preload) => {
  protocol.registerSchemesAsPrivileged([{ scheme: 'own', privileges }])
  writeFileSync(join(dataDir, 'preload.cjs'), preload ?? '')
  return () => {
    protocol.handle('own', () => new Response(html, { headers: { 'content-type': 'text/html' } }))
    return new BrowserWindow({ webPreferences: { preload: join(dataDir, 'preload.cjs') } })
  }
}
`
