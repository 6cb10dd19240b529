// A program on the port of a Latchkey that is gone. It belongs to another user, if this system has one.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { NOBODY, whyNoOtherUser } from './other-user.js'

export type Impostor = {
  port: number
  /** What each of its connections has sent. */
  heard(): readonly string[]
  close(): Promise<void>
}

/** Everything that an impostor may see. */
export const ONLY_A_NONCE =
  /^GET \/\.well-known\/proof\?nonce=[\w-]{43} HTTP\/1\.1\r\nHost: (?:127\.0\.0\.1:\d+|localhost)\r\nConnection: keep-alive\r\n\r\n$/

/** Answers each call with a proof, and prints what it hears. */
const PROGRAM = `
  const { createServer } = require('node:net')
  const { createHmac } = require('node:crypto')
  const [instance, secret, given] = process.argv.slice(1)
  const server = createServer((socket) => socket.on('error', () => {}).on('data', (chunk) => {
    console.log(JSON.stringify(chunk.toString('latin1')))
    const nonce = /nonce=([\\w-]+)/.exec(chunk.toString('latin1'))?.[1]
    const text = JSON.stringify(['latchkey proof', instance, socket.localPort, nonce])
    const proof = createHmac('sha256', secret).update(text).digest('base64url')
    const body = JSON.stringify({ proof })
    socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: ' + body.length + '\\r\\n\\r\\n' + body)
  }))
  server.listen(Number(given), '127.0.0.1', () => console.log(String(server.address().port)))
`

/**
 * Listens on a port of 127.0.0.1, any if it is 0. The impostor of another user knows the secret, so that its
 * proof is right. That of this user does not.
 */
export async function impersonate(
  { instance, secret }: { instance: string; secret: string },
  port = 0,
): Promise<Impostor> {
  const isOther = whyNoOtherUser() === null
  const become = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const known = isOther ? secret : 'unknown'
  const node = [process.execPath, '--eval', PROGRAM, instance, known, String(port)]
  const [program = '', ...args] = [...(isOther ? become : []), ...node]
  const child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const heard: string[] = []
  const lines = createInterface({ input: child.stdout })
  const [first] = (await once(lines, 'line')) as [string]
  lines.on('line', (line) => heard.push(JSON.parse(line) as string))
  return {
    port: Number(first),
    heard: () => heard,
    async close() {
      child.kill()
      await ended
    },
  }
}
