// What no page of this app may do, whatever it contains.

import { app, session } from 'electron'
import { WINDOW_URL } from './scheme.js'

/**
 * Refuses navigation, new windows, embedded pages and every permission, for all web contents that
 * will ever be made. Electron's own default answer to a permission request is yes. Call when the app
 * is ready, before the first window.
 *
 * @see https://www.electronjs.org/docs/latest/tutorial/security
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
