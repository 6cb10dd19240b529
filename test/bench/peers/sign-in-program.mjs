// The frame of each program that signs in with a library: it takes the command `sign-in` on standard
// input and prints lines as `headless --json` does. Its callback listener stays open.

import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

export const [issuer, clientId] = process.argv.slice(2)
export const scope = 'openid profile email offline_access'

/**
 * Runs the program. `begin` makes the authorization URL; `complete` exchanges the code, checks who
 * signed in and returns the ID token's claims.
 */
export function runProgram({ begin, complete }) {
  let flow
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1', () => {
    print({ event: 'listening', url: `http://127.0.0.1:${server.address().port}` })
  })
  createInterface({ input: process.stdin }).on('line', (command) => {
    if (command === 'sign-in') void signIn()
  })

  async function signIn() {
    const verifier = randomBytes(32).toString('base64url')
    flow = {
      verifier,
      challenge: createHash('sha256').update(verifier).digest('base64url'),
      state: randomBytes(32).toString('base64url'),
      nonce: randomBytes(32).toString('base64url'),
      redirectUri: `http://127.0.0.1:${server.address().port}/callback`,
    }
    print({ event: 'open', url: String(await begin(flow)) })
  }

  async function answer(request, response) {
    const url = new URL(request.url, flow.redirectUri)
    const claims = await complete(flow, url)
    const page = `<!doctype html><title>Signed in</title><p>You are signed in as ${claims.name}.</p>`
    response
      .writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': page.length })
      .end(page)
    print({ event: 'sign-in', id: 1, origin: 'tray', state: 'signed-in', program: null })
  }
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
