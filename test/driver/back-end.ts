// Chooses where the desktop specs run: on the stand-in, or on Electron if asked for.

import { existsSync, readFileSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type BackEnd = 'electron' | 'stand-in'

/**
 * The choice and its reason, from LATCHKEY_E2E. An installed Electron does not change the choice,
 * so that a run means the same on every machine.
 */
export function chooseBackEnd(): { backEnd: BackEnd; why: string } {
  const choice = choose()
  if (choice.backEnd === 'stand-in' && !('registerHooks' in module)) {
    throw new Error(
      `the stand-in for Electron needs Node 22.15 or newer, and this is ${process.version}; ` +
        '`npm test` brings its own',
    )
  }
  return choice
}

function choose(): { backEnd: BackEnd; why: string } {
  const asked = process.env['LATCHKEY_E2E'] ?? ''
  switch (asked) {
    case '':
      return { backEnd: 'stand-in', why: '`npm run test:electron` runs them on Electron itself' }
    case 'stand-in':
      return { backEnd: 'stand-in', why: 'LATCHKEY_E2E=stand-in' }
    case 'electron': {
      const binary = electronBinary()
      if ('missing' in binary) throw new Error(`LATCHKEY_E2E=electron, but ${binary.missing}`)
      return { backEnd: 'electron', why: 'LATCHKEY_E2E=electron' }
    }
    default:
      throw new Error(`LATCHKEY_E2E is "${asked}"; it can be electron or stand-in`)
  }
}

/** Where a distribution of Electron has its program. On other systems it is `electron`. */
const EXECUTABLES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/** Finds Electron's binary. Importing the package itself would download a missing one. */
export function electronBinary(): { path: string } | { missing: string } {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const pathFile = join(folder, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : null
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (override) {
    const path = join(override, name ?? EXECUTABLES[process.platform] ?? 'electron')
    return existsSync(path)
      ? { path }
      : { missing: `there is no ${path}, which ELECTRON_OVERRIDE_DIST_PATH points to` }
  }
  const path = name === null ? null : join(folder, 'dist', name)
  return path !== null && existsSync(path)
    ? { path }
    : { missing: "Electron's binary is not here (`npx install-electron` fetches it)" }
}
