// Opens a link in the user's browser from a terminal, with the system's opener.

import { browserList, canShowBrowser, isWsl } from '../base/graphical-browser.js'
import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { APP_FOLDER } from '../base/app-folder.js'
import type { Environment } from '../base/environment.js'

/** The browsers that xdg-open looks for if BROWSER is not set, without the text browsers. */
const GRAPHICAL = 'x-www-browser:firefox:chromium:chromium-browser:google-chrome:epiphany:konqueror'

/** The `xdg-open` of the package open. Only the source tree has it. */
const BUNDLED = join(APP_FOLDER, 'dist/main/xdg-open')

/**
 * Opens a link in the browser. Rejects at once if no browser can be shown, and later if the opener
 * fails. A `wslview` or `xdg-open` in PATH is preferred to the one that comes with Latchkey. Removes the
 * text browsers from BROWSER in `env`, which must be the process's own environment.
 */
export async function openBrowser(
  link: string,
  env: Record<string, string | undefined> = process.env,
  platform: NodeJS.Platform = process.platform,
  bundled = BUNDLED,
): Promise<void> {
  if (!canShowBrowser(env, platform)) throw new Error('there is no desktop')
  const own = platform === 'linux' ? findOpener(env, bundled) : null
  const { default: open } = await import('open')
  if (platform === 'linux') env['BROWSER'] = browserList(env) || GRAPHICAL
  const opener = await (own === null ? open(link) : open(link, { app: { name: own } }))
  await new Promise<void>((resolve, reject) => {
    if (opener.exitCode !== null) return settle(opener.exitCode)
    opener.once('exit', settle)
    function settle(code: number | null): void {
      if (code === 0) resolve()
      else reject(new Error(`the opener ended with code ${code}`))
    }
  })
}

/**
 * Finds the path of the system's opener. Null if `open` has its own way, which is Windows in WSL.
 * Otherwise throws: `open` would run an `xdg-open` from a relative folder in PATH.
 */
function findOpener(env: Environment, bundled: string): string | null {
  const names = isWsl(env) ? ['wslview', 'xdg-open'] : ['xdg-open']
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => isAbsolute(folder))
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const found = paths.find((path) => isProgram(path)) ?? null
  if (found !== null || isWsl(env)) return found
  if (!isProgram(bundled)) throw new Error('there is no opener')
  return bundled
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false // The file is missing, or this user may not run it.
  }
}
