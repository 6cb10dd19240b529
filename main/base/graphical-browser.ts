// Finds out if a graphical browser can be shown here, and which ones the environment names.

import { basename } from 'node:path'
import type { Environment } from './environment.js'

/** Browsers that run in a terminal. Started without one, they show nothing and report no error. */
const TEXT_BROWSERS: ReadonlySet<string> = new Set(
  'browsh carbonyl elinks links links2 lynx w3m www-browser'.split(' '),
)

/** True if a browser can be shown: on a desktop, in WSL, or if BROWSER names one. */
export function canShowBrowser(env: Environment, platform: NodeJS.Platform): boolean {
  if (platform !== 'linux') return true
  return hasDesktop(env) || isWsl(env) || browserList(env) !== ''
}

function hasDesktop(env: Environment): boolean {
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
}

export function isWsl(env: Environment): boolean {
  return Boolean(env['WSL_DISTRO_NAME'] || env['WSL_INTEROP'])
}

/** The browsers in BROWSER, without the text browsers. */
export function browserList(env: Environment): string {
  const isText = (command: string): boolean =>
    TEXT_BROWSERS.has(basename(command.trim().split(/\s+/)[0] ?? ''))
  return (env['BROWSER'] ?? '')
    .split(':')
    .filter((command) => command.trim() !== '' && !isText(command))
    .join(':')
}
