// A load generator on plain sockets, so that it costs less than the server that it measures. It
// prints one JSON object.

import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { nowMs } from '../monotonic.js'
import { quantile } from '../statistics.js'

/** Given as JSON in the first argument. */
export type LoadPlan = {
  /** Or `unix:` and the path of a socket that takes and gives JSON without HTTP, as oidc-agent's. */
  url: string
  method: 'GET' | 'POST'
  path: string
  /** JSON, or empty. */
  body: string
  load:
    | { kind: 'kept-alive'; connections: number; seconds: number }
    /** One call after the other, each on a connection of its own. */
    | { kind: 'new-connections'; calls: number }
    /** All calls at the same moment, each on a connection of its own. */
    | { kind: 'at-once'; calls: number }
}

export type LoadResult = {
  startMs: number
  perSecond: number
  medianMs: number
  p99Ms: number
  slowestMs: number
}

const plan = JSON.parse(process.argv[2]!) as LoadPlan
const { protocol, pathname, hostname, port } = new URL(plan.url)
const isHttp = protocol === 'http:'
const takenMs: number[] = []
const startMs = nowMs()
await runLoad()
const elapsedS = (nowMs() - startMs) / 1000
takenMs.sort((a, b) => a - b)
const result: LoadResult = {
  startMs,
  perSecond: takenMs.length / elapsedS,
  medianMs: quantile(takenMs, 0.5),
  p99Ms: quantile(takenMs, 0.99),
  slowestMs: takenMs.at(-1)!,
}
process.stdout.write(`${JSON.stringify(result)}\n`)

async function runLoad(): Promise<void> {
  const { load } = plan
  if (load.kind === 'kept-alive') {
    const untilMs = startMs + load.seconds * 1000
    await all(load.connections, () => callUntil(untilMs))
  } else if (load.kind === 'at-once') {
    await all(load.calls, callOnce)
  } else {
    for (let call = 0; call < load.calls; call++) await callOnce()
  }
}

async function all(count: number, run: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, run))
}

async function callOnce(): Promise<void> {
  const beganMs = nowMs()
  const socket = open()
  const closed = once(socket, 'close')
  const send = createCalls(socket)
  await send('close')
  takenMs.push(nowMs() - beganMs)
  await closed
}

async function callUntil(untilMs: number): Promise<void> {
  const socket = open()
  await once(socket, 'connect')
  const send = createCalls(socket)
  for (;;) {
    const beganMs = nowMs()
    if (beganMs >= untilMs) break
    await send('keep-alive')
    takenMs.push(nowMs() - beganMs)
  }
  socket.destroy()
}

function open(): Socket {
  if (!isHttp) return createConnection({ path: pathname })
  return createConnection({ host: hostname, port: Number(port), noDelay: true })
}

/** Returns a function that sends the request and waits for the whole answer. */
function createCalls(socket: Socket): (connection: 'close' | 'keep-alive') => Promise<void> {
  let received: Buffer = Buffer.alloc(0)
  let resolve: () => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (!isComplete(received)) return
    const text = received.toString('latin1')
    const isGood = isHttp ? text.startsWith('HTTP/1.1 200') : text.includes('"success"')
    if (isGood) resolve()
    else reject(new Error(`${plan.path} answered ${text}`))
    received = Buffer.alloc(0)
  })
  socket.on('error', (error) => reject(error))
  socket.on('close', () => reject(new Error(`${plan.path}: the server hung up`)))
  return (connection) => {
    socket.write(formatRequest(connection))
    return new Promise((...settle) => void ([resolve, reject] = settle))
  }
}

function formatRequest(connection: string): string {
  const { method, path, body } = plan
  if (!isHttp) return body
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${hostname}:${port}`]
  if (body !== '') {
    lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`)
  }
  return `${lines.join('\r\n')}\r\nConnection: ${connection}\r\n\r\n${body}`
}

function isComplete(received: Buffer): boolean {
  if (!isHttp) return received.toString('latin1').trimEnd().endsWith('}')
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return false
  const head = received.toString('latin1', 0, end)
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  if (length !== undefined) return received.length >= end + 4 + Number(length)
  return received.subarray(-5).toString('latin1') === '0\r\n\r\n'
}
