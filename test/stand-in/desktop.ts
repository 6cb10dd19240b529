// Electron's `shell` and `dialog`: what an app asks of the desktop.

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
    // Linux starts xdg-open at once, and never comes back to the promise.
    return behaviour.platform === 'linux' ? new Promise(() => undefined) : opened.then(() => '')
  },
} satisfies Pick<Shell, 'openExternal' | 'openPath'>

export const dialogDouble = {
  // A box on the screen, until the person dismisses it; the app goes on meanwhile.
  async showMessageBox(options: MessageBoxOptions): Promise<MessageBoxReturnValue> {
    inside.needsReady('dialog module cannot be used')
    const { title = '', message, detail = '', buttons = ['OK'], cancelId = 0 } = options
    const isInFront = inside.isInFront()
    const chosen = await host.call('showBox', { title, message, detail, buttons, isInFront })
    const response = chosen === null ? cancelId : buttons.indexOf(chosen)
    return { response, checkboxChecked: false }
  },
} satisfies { showMessageBox(options: MessageBoxOptions): ReturnType<Dialog['showMessageBox']> }
