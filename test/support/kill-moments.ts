// The moments of a renewal at which a program can be killed: each call on the session file, each
// chunk sent to or received from the provider, and each turn of the event loop. Programs load this
// file with `--import` and read an environment variable.

import { createHook } from 'node:async_hooks'
import { Socket } from 'node:net'
import { importing, watchReplacements } from './disk-faults.js'

/**
 * `file`: a call that replaces the session file. `sent`: a chunk written to the provider.
 * `received`: a chunk from the provider. `turn`: a callback or promise job, counted from the first
 * connection to the provider.
 */
export type MomentKind = 'file' | 'sent' | 'received' | 'turn'

export type Moment = {
  kind: MomentKind
  /** The number within its kind, from 1. */
  nth: number
  /** Kill before the moment, halfway through, or after it. A turn is killed as it begins. */
  how: 'before' | 'within' | 'after'
}

type Told = {
  /** The session file. */
  path: string
  /** The provider's port. */
  port: number
  /** The file that records each moment, one per line: `received`. */
  journal: string
  /** When the program kills itself. Null: never. */
  moment: Moment | null
}

const VARIABLE = 'LATCHKEY_TEST_KILL_MOMENT'

/** Makes the environment of a program that kills itself. */
export function momentEnv(told: Told): Record<string, string> {
  return { ...importing('kill-moments'), [VARIABLE]: JSON.stringify(told) }
}

function lieInWait({ path, port, journal, moment }: Told): void {
  const counts = { file: 0, sent: 0, received: 0, turn: 0 }
  const kill = (): unknown => process.kill(process.pid, 'SIGKILL')

  const pass = <Result>(
    kind: MomentKind,
    { make, makeHalf }: { make(): Result; makeHalf(): void },
  ): Result => {
    counts[kind] += 1
    real.appendFileSync(journal, `${kind}\n`)
    const isNow = moment?.kind === kind && moment.nth === counts[kind]
    if (isNow && moment.how === 'before') kill()
    if (isNow && moment.how === 'within') {
      makeHalf()
      kill()
    }
    const result = make()
    if (isNow && moment.how === 'after') kill()
    return result
  }
  const real = watchReplacements(path, (call) => pass('file', call))

  let isWatched = false
  const turns = createHook({
    before: () => pass('turn', { make: () => undefined, makeHalf: () => undefined }),
  })
  const { connect } = Socket.prototype
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    if (readPort(args) === port) {
      watchTalk(this, pass)
      if (!isWatched) turns.enable()
      isWatched = true
    }
    return Reflect.apply(connect, this, args) as Socket
  }
}

/** Node's own modules pass on arguments that are already sorted: `[[options, callback]]`. */
function readPort(args: readonly unknown[]): number | null {
  const options = [args[0]].flat()[0]
  if (typeof options !== 'object' || options === null || !('port' in options)) return null
  return Number(options.port)
}

type Pass = (kind: MomentKind, piece: { make(): unknown; makeHalf(): void }) => unknown
type Written = { chunk: Buffer | string; encoding: BufferEncoding | 'buffer' }
type Done = (error?: Error | null) => void

function watchTalk(socket: Socket, pass: Pass): void {
  const { _write: write, push } = socket
  const send = (data: Buffer, done: Done): void => {
    // Earlier writes are still in this process.
    if (socket.connecting) return void socket.once('connect', () => send(data, done))
    const put = (part: Buffer, then: Done): void =>
      write.call(socket, part, 'buffer' as never, then)
    pass('sent', {
      make: () => put(data, done),
      makeHalf: () => put(data.subarray(0, data.length / 2), () => undefined),
    })
  }
  Object.assign(socket, {
    _write: (chunk: Written['chunk'], encoding: Written['encoding'], done: Done) =>
      send(toBytes({ chunk, encoding }), done),
    _writev: (pieces: readonly Written[], done: Done) =>
      send(Buffer.concat(pieces.map(toBytes)), done),
    push: (chunk: Buffer | null) =>
      chunk === null
        ? push.call(socket, null)
        : pass('received', {
            make: () => push.call(socket, chunk),
            makeHalf: () => void push.call(socket, chunk.subarray(0, chunk.length / 2)),
          }),
  })
}

function toBytes({ chunk, encoding }: Written): Buffer {
  if (typeof chunk !== 'string') return chunk
  return Buffer.from(chunk, encoding === 'buffer' ? 'utf8' : encoding)
}

const told = process.env[VARIABLE]
if (told !== undefined) lieInWait(JSON.parse(told) as Told)
