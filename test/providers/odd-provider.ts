// The interface between a test and a provider other than the embedded one, and a server that records answers.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'

export type OddProvider = {
  readonly issuer: string
  readonly clientId: string
  /** The user's actions in the browser, from the link to the last page of the sign-in. */
  signIn(page: Page, link: string): Promise<void>
  /** The status of each answer, oldest first. */
  readonly answers: Readonly<Record<'token' | 'revocation', readonly number[]>>
  /** Closes the server and every connection. */
  close(): Promise<void>
}

export type Watched = Pick<OddProvider, 'answers' | 'close'> & { readonly origin: string }

/**
 * Starts a server on a free port of 127.0.0.1 that records its answers at the two paths. `listen`
 * makes the handler once the origin is known. No request arrives before that.
 */
export async function serveWatched(
  paths: Readonly<Record<'token' | 'revocation', string>>,
  listen: (origin: string) => Promise<RequestListener>,
): Promise<Watched> {
  const answers = { token: [] as number[], revocation: [] as number[] }
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const handle = await listen(origin)
  server.on('request', (request, response) => {
    const [path] = (request.url ?? '').split('?')
    response.once('finish', () => {
      if (path === paths.token) answers.token.push(response.statusCode)
      if (path === paths.revocation) answers.revocation.push(response.statusCode)
    })
    handle(request, response)
  })
  return {
    origin,
    answers,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
