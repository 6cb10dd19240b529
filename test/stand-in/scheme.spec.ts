// The window's own scheme: its files, its readers and its policy.

import { built, expect, test } from './program.js'

test('S29: it serves only its own files, at its own host, and only for reading', async ({
  start,
}) => {
  const asked = [
    ['latchkey://app/', 'GET', 200],
    ['latchkey://app/style.css', 'GET', 200],
    ['latchkey://app/', 'POST', 404],
    ['latchkey://app/', 'HEAD', 404],
    ['latchkey://evil/', 'GET', 404],
    ['latchkey://app.evil/', 'GET', 404],
    ['latchkey://app:80/', 'GET', 404],
    ['latchkey://app/package.json', 'GET', 404],
    ['latchkey://app/../../package.json', 'GET', 404],
    ['latchkey://app/constructor', 'GET', 404],
  ] as const
  const program = await start(`
    let serve
    protocol.handle = (_scheme, handler) => void (serve = handler)
    const { serveWindowFiles } = await import(${JSON.stringify(built('scheme.js'))})
    serveWindowFiles()
    for (const [url, method] of ${JSON.stringify(asked)}) {
      const { status, headers } = await serve(new Request(url, { method }))
      const named = (name) => headers.get(name)
      say([status, named('content-security-policy'), named('x-content-type-options'), named('cache-control')])
    }
    app.whenReady().then(() => app.exit())
  `)
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'"
  expect(await program.said()).toEqual(
    asked.map(([, , status]) => [status, policy, 'nosniff', 'no-store']),
  )
})
