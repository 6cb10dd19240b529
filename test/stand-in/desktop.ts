// Electron's `shell` and `dialog`: what an app asks of the desktop.

import type { Dialog, Shell } from 'electron'
import { behaviour, host } from './host.js'

export const shellDouble = {
  async openExternal(url: string): Promise<void> {
    await host.call('openExternal', url)
    if (!behaviour.browser) throw new Error('Failed to open: no application is registered for it')
  },
} satisfies Pick<Shell, 'openExternal'>

export const dialogDouble = {
  // Before the app is ready Linux has it on stderr. Afterwards it is a box on the screen, which
  // keeps the app from going on; the person here reads it on stderr too and dismisses it at once.
  showErrorBox(title: string, content: string): void {
    process.stderr.write(`${title}\n${content}\n`)
  },
} satisfies Pick<Dialog, 'showErrorBox'>
