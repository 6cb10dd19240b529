// An HTTP proxy for tests: opens tunnels to the servers it knows, or answers as told.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'

export type ProxyOptions = {
  /** Where each target really is: `login.example.com:443` on a port of 127.0.0.1. */
  reach?: Readonly<Record<string, number>>
  /** The USER:PASSWORD that the proxy requires. */
  credentials?: string
  /** The raw answer that the proxy sends instead of all that. Null: no answer. */
  answer?: string | null
  /** The proxy's key and certificate, if it uses TLS. */
  tls?: { key: string; cert: string }
}

export type TestProxy = {
  readonly origin: string
  /** HOST:PORT. */
  readonly host: string
  /** The targets that clients asked for, oldest first. */
  readonly seen: readonly { target: string; authorization: string | undefined }[]
  /** Closes the proxy and every tunnel. */
  close(): Promise<void>
}

/**
 * Starts a proxy on 127.0.0.1. The caller closes it.
 *
 * @see RFC 9110 section 9.3.6
 */
export async function startProxy(options: ProxyOptions = {}): Promise<TestProxy> {
  const { reach = {}, credentials, tls } = options
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
  const seen: { target: string; authorization: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
  }

  const server = tls ? createTlsServer(tls) : createServer()
  server.on('connection', keep)
  // This proxy supports only tunnels.
  server.on('request', (request, response) => {
    seen.push({ target: `${request.method} ${request.url}`, authorization: undefined })
    response.writeHead(405).end()
  })
  server.on('connect', (request, socket: Socket, early: Buffer) => {
    const { url: target = '', headers } = request
    const authorization = headers['proxy-authorization']
    seen.push({ target, authorization })
    if (options.answer === null) return
    if (options.answer !== undefined) return void socket.end(options.answer)
    if (expected !== undefined && authorization !== expected) {
      return void socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\n' +
          'Proxy-Authenticate: Basic realm="test"\r\nContent-Length: 0\r\n\r\n',
      )
    }
    const port = reach[target]
    if (port === undefined) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(early)
      onward.pipe(socket).pipe(onward)
    })
    keep(onward)
    socket.once('close', () => onward.destroy())
    onward.once('close', () => socket.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin: `${tls ? 'https' : 'http'}://${host}`,
    host,
    seen,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
