// Forbids navigation, new windows and permissions for all pages of this app.

import { app, session } from 'electron'
import { WINDOW_URL } from './scheme.js'

/**
 * Denies navigation, new windows, embedded pages and all permissions for all future web contents. By
 * default, Electron grants permission requests. Call when the app is ready, before the first window.
 *
 * @see {@link https://www.electronjs.org/docs/latest/tutorial/security}
 */
export function lockDown(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (details) => {
      if (details.url !== WINDOW_URL) details.preventDefault()
    })
    contents.on('will-redirect', (details) => details.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) =>
    answer(false),
  )
  session.defaultSession.setPermissionCheckHandler(() => false)
}
