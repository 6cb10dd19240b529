// Electron's `session`: who decides on what a page may do.

import type { Session, WebContents } from 'electron'
import { inside } from './app.js'
import { answer } from './host.js'
import { strict } from './strict.js'
import { windowOf } from './window.js'

type RequestHandler = Parameters<Session['setPermissionRequestHandler']>[0]
type CheckHandler = Parameters<Session['setPermissionCheckHandler']>[0]

let requestHandler: RequestHandler = null
let checkHandler: CheckHandler = null

const defaultSession = strict('session', {
  setPermissionRequestHandler: (handler) => void (requestHandler = handler),
  setPermissionCheckHandler: (handler) => void (checkHandler = handler),
} satisfies Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>)

export const sessionDouble = {
  get defaultSession() {
    inside.needsReady('Session can only be received when app is ready, and it was asked for')
    return defaultSession
  },
}

answer({
  // Without a handler the answer is yes.
  async permission(id, name, origin) {
    const contents = windowOf(id).webContents as unknown as WebContents
    const permission = name as 'geolocation'
    const details = { requestingUrl: origin, isMainFrame: true }
    return {
      check: checkHandler?.(contents, permission, origin, details) ?? true,
      request: await new Promise<boolean>((resolve) => {
        if (requestHandler) requestHandler(contents, permission, resolve, details)
        else resolve(true)
      }),
    }
  },
})
