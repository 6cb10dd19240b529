// Holds open connections until it is killed: each has two ends, and so two lines in /proc/net/tcp. It
// prints one line when all are open.

import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo } from 'node:net'

const pairs = Number(process.argv[2]) / 2
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const open: unknown[] = []
for (let pair = 0; pair < pairs; pair++) {
  const socket = createConnection({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  open.push(socket)
}
process.stdout.write(`${open.length * 2}\n`)
