// Asks an X display if a program owns a selection. Trays announce themselves by a selection.

import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Environment } from '../base/environment.js'
import { readErrno } from '../base/errno.js'

const TIMEOUT_MS = 5_000
const COOKIE = 'MIT-MAGIC-COOKIE-1'
/** The length of errors and of the two replies, in bytes. */
const REPLY_BYTES = 32
const SETUP_HEAD_BYTES = 8
const OPCODE = { internAtom: 16, getSelectionOwner: 23 } as const

/**
 * True if a program owns the selection `name` on the display in `DISPLAY`. Null if the display can't be
 * asked: none is named, it is on another computer, or its server rejects Latchkey.
 *
 * @see {@link https://www.x.org/releases/current/doc/xproto/x11protocol.html}
 */
export async function isSelectionOwned(
  name: string,
  env: Environment,
  home: string,
): Promise<boolean | null> {
  const display = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(env['DISPLAY'] ?? '')?.[1]
  if (display === undefined) return null
  const cookie = cookieFor(display, env['XAUTHORITY'] || join(home, '.Xauthority'))
  return askForOwner(`/tmp/.X11-unix/X${display}`, cookie, name)
}

/** Like {@link isSelectionOwned}, for a server's socket. */
export async function askForOwner(
  socketPath: string,
  cookie: Buffer,
  name: string,
): Promise<boolean | null> {
  const socket = connect(socketPath)
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy())
  try {
    socket.write(setupRequest(cookie))
    const read = createReader(socket)
    const head = await read(SETUP_HEAD_BYTES)
    if (head[0] !== 1) return null
    await read(head.readUInt16LE(6) * 4)

    socket.write(internAtomRequest(name))
    const atom = await readReply(read)
    if (atom === null) return null
    // No program has ever used this name.
    if (atom === 0) return false
    socket.write(getSelectionOwnerRequest(atom))
    const owner = await readReply(read)
    return owner === null ? null : owner !== 0
  } catch (thrown) {
    // There is no such server, or it has ended. Any other error is a bug.
    if (thrown instanceof ServerGone || readErrno(thrown) !== '') return null
    throw thrown
  } finally {
    socket.destroy()
  }
}

/**
 * Reads the cookie for a display from the cookie file. Empty if there is none: some servers need none.
 *
 * @see {@link https://www.x.org/releases/current/doc/man/man7/Xsecurity.7.xhtml}
 */
export function cookieFor(display: string, file: string): Buffer {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (thrown) {
    if (readErrno(thrown) === '') throw thrown
    return Buffer.alloc(0)
  }
  let offset = 0
  const take = (length: number): Buffer => {
    const taken = bytes.subarray(offset, offset + length)
    offset += length
    return taken
  }
  const takeField = (): Buffer => {
    const length = take(2)
    return length.length < 2 ? length : take(length.readUInt16BE(0))
  }
  while (offset < bytes.length) {
    // Skips the family and the address: a display on this computer has only one.
    take(2)
    takeField()
    const number = takeField().toString('latin1')
    const name = takeField().toString('latin1')
    const cookie = takeField()
    if (name === COOKIE && (number === display || number === '')) return cookie
  }
  return Buffer.alloc(0)
}

class ServerGone extends Error {
  override readonly name = 'ServerGone'
}

type Read = (length: number) => Promise<Buffer>

/** Reads a given number of bytes at a time. Fails if the server ends the connection first. */
function createReader(socket: Socket): Read {
  let held = Buffer.alloc(0)
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  return async (length) => {
    while (held.length < length) {
      const { done, value } = await chunks.next()
      if (done) throw new ServerGone('the X server ended the connection')
      held = Buffer.concat([held, value])
    }
    const taken = held.subarray(0, length)
    held = held.subarray(length)
    return taken
  }
}

/** Reads the number that both replies have at the same position. Null for an error. */
async function readReply(read: Read): Promise<number | null> {
  const reply = await read(REPLY_BYTES)
  return reply[0] === 1 ? reply.readUInt32LE(8) : null
}

function setupRequest(cookie: Buffer): Buffer {
  const name = cookie.length === 0 ? '' : COOKIE
  const head = Buffer.alloc(12)
  head.write('l')
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(name.length, 6)
  head.writeUInt16LE(cookie.length, 8)
  return Buffer.concat([head, padded(Buffer.from(name)), padded(cookie)])
}

function internAtomRequest(name: string): Buffer {
  const text = padded(Buffer.from(name))
  const head = Buffer.alloc(8)
  head.writeUInt8(OPCODE.internAtom, 0)
  // Only if the atom exists.
  head.writeUInt8(1, 1)
  head.writeUInt16LE(2 + text.length / 4, 2)
  head.writeUInt16LE(name.length, 4)
  return Buffer.concat([head, text])
}

function getSelectionOwnerRequest(atom: number): Buffer {
  const request = Buffer.alloc(8)
  request.writeUInt8(OPCODE.getSelectionOwner, 0)
  request.writeUInt16LE(2, 2)
  request.writeUInt32LE(atom, 4)
  return request
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
