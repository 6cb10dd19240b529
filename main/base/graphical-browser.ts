// Whether a browser with windows could be shown here, and which ones the environment names.

import { basename } from 'node:path'
import type { Environment } from './environment.js'

/** Browsers that draw in a terminal: started unseen, they show nothing and end as if all were well. */
const TEXT_BROWSERS: ReadonlySet<string> = new Set(
  'browsh carbonyl elinks links links2 lynx w3m www-browser'.split(' '),
)

/** Whether a browser could be shown here at all: on a desktop, in WSL, or where BROWSER names one. */
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

/** What BROWSER names, without the text browsers. */
export function browserList(env: Environment): string {
  const isText = (command: string): boolean =>
    TEXT_BROWSERS.has(basename(command.trim().split(/\s+/)[0] ?? ''))
  return (env['BROWSER'] ?? '')
    .split(':')
    .filter((command) => command.trim() !== '' && !isText(command))
    .join(':')
}
