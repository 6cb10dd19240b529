// Serves the window's files under their own scheme, with a security policy.

import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'

const SCHEME = 'latchkey'
const HOST = 'app'
export const WINDOW_ORIGIN = `${SCHEME}://${HOST}`
export const WINDOW_URL = `${WINDOW_ORIGIN}/`

// Paths from dist/main/electron. The page itself is not compiled.
const FILES: Readonly<Record<string, { file: string; type: string }>> = {
  '/': { file: '../../../renderer/index.html', type: 'text/html' },
  '/style.css': { file: '../../../renderer/style.css', type: 'text/css' },
  '/forms.css': { file: '../../../renderer/forms.css', type: 'text/css' },
  '/renderer.js': { file: '../../renderer/renderer.js', type: 'text/javascript' },
  '/button.js': { file: '../../renderer/button.js', type: 'text/javascript' },
  '/dom.js': { file: '../../renderer/dom.js', type: 'text/javascript' },
  '/facts.js': { file: '../../renderer/facts.js', type: 'text/javascript' },
  '/fields.js': { file: '../../renderer/fields.js', type: 'text/javascript' },
  '/navigation.js': { file: '../../renderer/navigation.js', type: 'text/javascript' },
  '/news.js': { file: '../../renderer/news.js', type: 'text/javascript' },
  '/paste.js': { file: '../../renderer/paste.js', type: 'text/javascript' },
  '/provider-choice.js': { file: '../../renderer/provider-choice.js', type: 'text/javascript' },
  '/provider.js': { file: '../../renderer/provider.js', type: 'text/javascript' },
  '/redirect-uris.js': { file: '../../renderer/redirect-uris.js', type: 'text/javascript' },
  '/removal.js': { file: '../../renderer/removal.js', type: 'text/javascript' },
  '/report.js': { file: '../../renderer/report.js', type: 'text/javascript' },
  '/settings.js': { file: '../../renderer/settings.js', type: 'text/javascript' },
  '/state.js': { file: '../../renderer/state.js', type: 'text/javascript' },
  '/time.js': { file: '../../renderer/time.js', type: 'text/javascript' },
  '/view.js': { file: '../../renderer/view.js', type: 'text/javascript' },
  '/words.js': { file: '../../renderer/words.js', type: 'text/javascript' },
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
    const content = await readFile(new URL(found.file, import.meta.url))
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
