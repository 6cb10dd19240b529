// Serves the window's files under their own scheme, with a security policy.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { protocol } from 'electron'
import { APP_FOLDER } from '../base/app-folder.js'

const SCHEME = 'latchkey'
const HOST = 'app'
export const WINDOW_ORIGIN = `${SCHEME}://${HOST}`
export const WINDOW_URL = `${WINDOW_ORIGIN}/`

/** Paths from the app's folder. */
const FILES: Readonly<Record<string, { file: string; type: string }>> = {
  '/': { file: 'renderer/index.html', type: 'text/html' },
  '/style.css': { file: 'renderer/style.css', type: 'text/css' },
  '/forms.css': { file: 'renderer/forms.css', type: 'text/css' },
  '/renderer.js': { file: 'dist/renderer/renderer.js', type: 'text/javascript' },
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Declares the scheme with its own origin in a secure context. Call before the app is ready.
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/protocol#protocolregisterschemesasprivilegedcustomschemes}
 */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves only the files that are listed here. Call when the app is ready. */
export function serveWindowFiles(): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url)
    const found = url.host === HOST && request.method === 'GET' ? FILES[url.pathname] : undefined
    if (!found) return new Response('Not found', { status: 404, headers: headersFor('text/plain') })
    const content = await readFile(join(APP_FOLDER, found.file))
    return new Response(content, { headers: headersFor(found.type) })
  })
}

function headersFor(type: string): Record<string, string> {
  return {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  }
}
