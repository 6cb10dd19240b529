// Electron's `session`: the handlers that decide what a page may do.

import type { Session, WebContents, WebRequest, WebRequestFilter } from 'electron'
import { inside } from './app.js'
import { answer } from './host.js'
import { strict } from './strict.js'
import { findWindow } from './window.js'

type RequestHandler = Parameters<Session['setPermissionRequestHandler']>[0]
type CheckHandler = Parameters<Session['setPermissionCheckHandler']>[0]

let requestHandler: RequestHandler = null
let checkHandler: CheckHandler = null

type HeadersListener = Exclude<Parameters<WebRequest['onHeadersReceived']>[0], null>

let headersListener: HeadersListener | null = null

/** The patterns are ignored, because only `net.fetch` uses this here. */
const webRequest = strict('session.webRequest', {
  onHeadersReceived: (
    filter: WebRequestFilter | HeadersListener | null,
    listener?: HeadersListener | null,
  ) => void (headersListener = listener ?? (typeof filter === 'function' ? filter : null)),
} satisfies Pick<WebRequest, 'onHeadersReceived'>) as unknown as WebRequest

/** The headers of an answer after the app's listener. */
export function receiveHeaders(
  url: string,
  responseHeaders: Record<string, string[]>,
): Promise<Record<string, string | string[]>> {
  return new Promise((resolve) => {
    if (!headersListener) return resolve(responseHeaders)
    const details = { url, responseHeaders } as Parameters<HeadersListener>[0]
    headersListener(details, (answer) => resolve(answer.responseHeaders ?? responseHeaders))
  })
}

const defaultSession = strict('session', {
  setPermissionRequestHandler: (handler) => void (requestHandler = handler),
  setPermissionCheckHandler: (handler) => void (checkHandler = handler),
  // The system's settings here name no proxy.
  resolveProxy: () => Promise.resolve('DIRECT'),
  webRequest,
} satisfies Pick<
  Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'resolveProxy' | 'webRequest'
>)

export const sessionDouble = {
  get defaultSession() {
    inside.needsReady('Session can only be received when app is ready, and it was asked for')
    return defaultSession
  },
}

answer({
  // Without a handler, everything is allowed.
  async permission(id, name, origin) {
    const contents = findWindow(id).webContents as unknown as WebContents
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
