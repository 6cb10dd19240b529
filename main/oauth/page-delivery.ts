// Delivers pages and redirects to browsers, in full or not at all, within bounded time.

import type { ServerResponse } from 'node:http'
import type { Clock } from '../base/clock.js'
import { renderPage, type Page } from './pages.js'

/** How long a page may take to reach a browser on this computer, in milliseconds. */
export const DELIVERY_TIMEOUT_MS = 2_000

/** Sends a page. Resolves once it is delivered, or the browser is gone. */
export function sendPage(
  clock: Pick<Clock, 'after'>,
  response: ServerResponse,
  page: Page,
): Promise<void> {
  const { html, headers } = renderPage(page)
  return deliver(clock, response, { status: page.status, headers, body: html })
}

/** Redirects a browser to a link. Resolves once that is delivered, or the browser is gone. */
export function sendRedirect(
  clock: Pick<Clock, 'after'>,
  response: ServerResponse,
  link: string,
): Promise<void> {
  return deliver(clock, response, {
    status: 303,
    headers: { Location: link, ...WITHOUT_TRACE },
    body: '',
  })
}

/** Keeps the address with the code out of caches and out of the next site's Referer. */
const WITHOUT_TRACE = {
  'Content-Length': '0',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
}

type Answer = {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

function deliver(
  clock: Pick<Clock, 'after'>,
  response: ServerResponse,
  { status, headers, body }: Answer,
): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed || response.headersSent) return resolve()
    const giveUp = clock.after(DELIVERY_TIMEOUT_MS, () => response.destroy())
    response.once('close', () => {
      giveUp()
      resolve()
    })
    response.writeHead(status, { ...headers, Connection: 'close' }).end(body)
  })
}
