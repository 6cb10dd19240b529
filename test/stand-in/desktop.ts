// Electron's `shell` and `dialog`: what an app asks of the desktop.

import type { Dialog, MessageBoxOptions, MessageBoxReturnValue, Shell } from 'electron'
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
  // The person reads it on stderr, and chooses as the spec has it.
  async showMessageBox(options: MessageBoxOptions): Promise<MessageBoxReturnValue> {
    process.stderr.write(`${options.message}\n`)
    return Promise.resolve({ response: behaviour.dialogAnswer, checkboxChecked: false })
  },
} satisfies Pick<Dialog, 'showErrorBox'> & {
  showMessageBox: (options: MessageBoxOptions) => Promise<MessageBoxReturnValue>
}
