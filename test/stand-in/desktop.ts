// Electron's `shell` and `dialog`, by which an app uses the desktop.

import type { Dialog, MessageBoxOptions, MessageBoxReturnValue, Shell } from 'electron'
import { inside } from './app.js'
import { behaviour, host } from './host.js'

export const shellDouble = {
  async openExternal(url: string): Promise<void> {
    await host.call('openExternal', url)
    if (!behaviour.browser) throw new Error('Failed to open: no application is registered for it')
  },
  openPath(path: string): Promise<string> {
    const opened = host.call('openPath', path)
    // On Linux, Electron starts xdg-open at once and never settles the promise.
    return behaviour.platform === 'linux' ? new Promise(() => undefined) : opened.then(() => '')
  },
} satisfies Pick<Shell, 'openExternal' | 'openPath'>

export const dialogDouble = {
  // A box stays on the screen until the user dismisses it. The app continues meanwhile.
  async showMessageBox(options: MessageBoxOptions): Promise<MessageBoxReturnValue> {
    inside.needsReady('dialog module cannot be used')
    const { title = '', message, detail = '', buttons = ['OK'], cancelId = 0 } = options
    const isInFront = inside.isInFront()
    const chosen = await host.call('showBox', { title, message, detail, buttons, isInFront })
    const response = chosen === null ? cancelId : buttons.indexOf(chosen)
    return { response, checkboxChecked: false }
  },
} satisfies { showMessageBox(options: MessageBoxOptions): ReturnType<Dialog['showMessageBox']> }
