// Electron's `protocol`: the app's own scheme, from which the driver's Chromium loads its pages.

import type { CustomScheme, Protocol } from 'electron'
import { inside } from './app.js'
import type { SchemeRequest, SchemeResponse } from './contract.js'
import { answer } from './host.js'

type Handler = (request: Request) => Response | Promise<Response>

const handlers = new Map<string, Handler>()
let privileged: readonly CustomScheme[] | null = null

export const protocolDouble = {
  registerSchemesAsPrivileged(schemes: CustomScheme[]): void {
    inside.onlyBeforeReady('protocol.registerSchemesAsPrivileged()')
    if (privileged) throw new Error('protocol.registerSchemesAsPrivileged() was called before')
    privileged = structuredClone(schemes)
  },
  handle(scheme: string, handler: Handler): void {
    inside.needsReady(`protocol.handle('${scheme}')`)
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    handlers.set(scheme, handler)
  },
} satisfies Pick<Protocol, 'handle' | 'registerSchemesAsPrivileged'>

async function serve({ url, method, headers, body }: SchemeRequest): Promise<SchemeResponse> {
  const scheme = new URL(url).protocol.slice(0, -1)
  const { standard, secure } =
    privileged?.find((known) => known.scheme === scheme)?.privileges ?? {}
  // The stand-in's Chromium treats every page as one of a standard and secure scheme.
  if (!standard || !secure) throw new Error(`${scheme}: is not registered as standard and secure`)
  const handler = handlers.get(scheme)
  if (!handler) throw new Error(`nothing handles ${scheme}:`)
  const response = await handler(
    new Request(url, { method, headers, ...(body && { body: Buffer.from(body) }) }),
  )
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  }
}

answer({ serve })
