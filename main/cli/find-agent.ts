// Finds the agent, and makes sure that it is ours before anything secret, or any command, is sent to it.

import type { Stats } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { isObject } from '../base/schema.js'
import type { Secret } from '../base/secret.js'
import type { Connection, TcpTable } from '../net/proc-net-tcp.js'
import {
  createNonce,
  isProof,
  PROOF_PATH,
  SOCKET_PORT,
  type Challenge,
} from '../net/service-proof.js'
import { isPrivateFolder } from '../storage/lock-socket.js'
import { readServiceFile, SERVICE_FILE, type ServiceFile } from '../storage/service-file.js'
import { createAgentClient, createLine, type AgentClient, type Line } from './agent-client.js'
import { CliError } from './cli-error.js'
import { AGENT_MESSAGES } from './cli-messages.js'

export type FindAgentDeps = {
  dataDir: string
  /** Sent with every call; null if there is none. */
  key: Secret | null
  /** This program's user; null if the system has no user IDs. */
  user: number | null
  /** Shows who owns the other end of a connection; null if the system does not. */
  openTable(): TcpTable | null
  /** How long the agent may take to accept the connection, and to prove who it is; 5 s each unless given. */
  timeoutMs?: number
}

const TIMEOUT_MS = 5_000

/**
 * 1. Read the service file, which only this user can write. The opened file counts, because another user
 *    may own a link on the way to it, and change the link at any time.
 * 2. With a key, connect to the Unix socket, because nobody else can enter its folder. Else, or if nothing
 *    listens there, connect to the port.
 * 3. Ask for a proof with a nonce. This call contains nothing of the user's.
 * 4. The other end of a port must belong to this user, if the system tells. The proof must be right.
 * 5. Keep this connection for all calls: another one could end at another program.
 *
 * Fails with a `CliError`: `noAgent`, or `wrongAgent` if something else answers.
 */
export async function findAgent(deps: FindAgentDeps): Promise<AgentClient> {
  const { dataDir, key, user } = deps
  let stats: Stats | null = null
  const service = readServiceFile(dataDir, (opened) => void (stats = opened))
  if (service === null) throw new CliError('noAgent', AGENT_MESSAGES.none(dataDir))
  if (!isOwnFile(stats!, user)) {
    throw new CliError('wrongAgent', AGENT_MESSAGES.fileOfOther(join(dataDir, SERVICE_FILE)))
  }
  const bySocket = key === null ? null : await connectBySocket(deps, service)
  return createAgentClient(bySocket ?? (await connectByPort(deps, service)), key)
}

/** Whoever writes the file says which program gets the commands. */
function isOwnFile({ uid, mode }: Stats, user: number | null): boolean {
  return user === null || (uid === user && (mode & 0o022) === 0)
}

/** Null if there is no socket, or nobody listens there. */
async function connectBySocket(deps: FindAgentDeps, service: ServiceFile): Promise<Line | null> {
  const { socket: path } = service
  if (path === null || !isPrivateFolder(dirname(path), false)) return null
  const socket = await connectTo(deps, path, () => connect(path))
  return socket && requireProof(deps, { socket, host: 'localhost', place: path, service })
}

async function connectByPort(deps: FindAgentDeps, service: ServiceFile): Promise<Line> {
  const { port } = service
  const socket = await connectTo(deps, port, () => connect(port, '127.0.0.1'))
  if (socket === null) throw new CliError('noAgent', AGENT_MESSAGES.gone(deps.dataDir))
  return requireProof(deps, { socket, host: `127.0.0.1:${port}`, place: port, service })
}

type Connected = {
  socket: Socket
  /** For the Host header. */
  host: string
  /** The port, or the path of the Unix socket. */
  place: number | string
  service: ServiceFile
}

/** Returns the connection if its other end is our agent, and else closes it. */
async function requireProof(deps: FindAgentDeps, connected: Connected): Promise<Line> {
  const line = createLine(connected.socket, connected.host)
  try {
    await checkProof(deps, connected, line)
    return line
  } catch (thrown) {
    line.close()
    throw thrown
  }
}

async function checkProof(
  { user, openTable, timeoutMs = TIMEOUT_MS }: FindAgentDeps,
  { socket, place, service }: Connected,
  line: Line,
): Promise<void> {
  const nonce = createNonce()
  const connection = toConnection(socket)
  const giveUp = setTimeout(() => socket.destroy(), timeoutMs)
  const proof = await askProof(line, nonce).finally(() => clearTimeout(giveUp))
  // Only now has the other end surely accepted the connection, so that it shows its owner.
  const isPort = typeof place === 'number'
  const owner = isPort ? findOwner(connection, user, openTable) : 'untold'
  if (owner === 'other') throw new CliError('wrongAgent', AGENT_MESSAGES.otherUser(service.port))
  if (proof === null || owner === 'gone') {
    throw new CliError('wrongAgent', AGENT_MESSAGES.silent(place))
  }
  const challenge = { nonce, port: isPort ? place : SOCKET_PORT }
  if (!isRight(proof, service, challenge)) {
    throw new CliError('wrongAgent', AGENT_MESSAGES.notProven(place))
  }
}

/** An older version wrote a service file without a secret, so that nothing can be proven. */
function isRight(proof: string, { instance, secret }: ServiceFile, challenge: Challenge): boolean {
  return secret !== null && isProof(proof, { instance, secret }, challenge)
}

/** Null if the answer contains no proof. */
async function askProof(line: Line, nonce: string): Promise<string | null> {
  try {
    const answer = await line.send({ method: 'GET', path: `${PROOF_PATH}?nonce=${nonce}` })
    const { text } = await line.read(answer)
    const content: unknown = JSON.parse(text)
    return isObject(content) && typeof content['proof'] === 'string' ? content['proof'] : null
  } catch {
    return null
  }
}

/** A socket that has been closed no longer has its addresses. */
function toConnection({ remoteAddress, remotePort, localAddress, localPort }: Socket): Connection {
  return {
    remoteAddress: remoteAddress ?? '',
    remotePort: remotePort ?? 0,
    localAddress: localAddress ?? '',
    localPort: localPort ?? 0,
  }
}

/** `untold`: the system never shows the owners of such connections, so that the proof alone decides. */
type Owner = 'self' | 'other' | 'gone' | 'untold'

function findOwner(
  connection: Connection,
  user: number | null,
  openTable: () => TcpTable | null,
): Owner {
  const table = user === null ? null : openTable()
  if (table === null) return 'untold'
  try {
    const [row] = table.findPeers([connection])
    if (!row || row.inode === '0') return 'gone'
    return row.uid === user ? 'self' : 'other'
  } catch {
    return 'gone'
  } finally {
    table.close()
  }
}

/** Null if nothing listens. A program that accepts no connection is given up, as one that says nothing is. */
function connectTo(
  { timeoutMs = TIMEOUT_MS }: FindAgentDeps,
  place: number | string,
  open: () => Socket,
): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = open()
    const giveUp = setTimeout(() => {
      socket.destroy()
      reject(new CliError('wrongAgent', AGENT_MESSAGES.silent(place)))
    }, timeoutMs)
    socket.once('close', () => clearTimeout(giveUp))
    socket.once('error', () => resolve(null))
    socket.once('connect', () => {
      clearTimeout(giveUp)
      // Errors from now on reach the calls.
      socket.removeAllListeners('error').on('error', () => undefined)
      resolve(socket)
    })
  })
}
