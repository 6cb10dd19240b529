// Finds the agent, and makes sure that it is ours before anything secret, or any command, is sent to it.

import { lstatSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { isObject } from '../base/schema.js'
import type { Secret } from '../base/secret.js'
import type { Connection, TcpTable } from '../net/proc-net-tcp.js'
import { createNonce, isProof, PROOF_PATH, type ServiceIdentity } from '../net/service-proof.js'
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
  /** How long the agent may take to prove who it is; 5 s unless given. */
  timeoutMs?: number
}

const TIMEOUT_MS = 5_000

/**
 * 1. Read the service file, which only this user can write.
 * 2. With a key, take the Unix socket, because nobody else can enter its folder.
 * 3. Else connect to the port, and ask for a proof with a nonce. This call contains nothing of the user's.
 * 4. The other end must belong to this user, if the system tells, and the proof must be right.
 * 5. Keep this connection for all calls: another one could end at another program.
 *
 * Fails with a `CliError`: `noAgent`, or `wrongAgent` if something else answers.
 */
export async function findAgent(deps: FindAgentDeps): Promise<AgentClient> {
  const { dataDir, key, user } = deps
  const service = readServiceFile(dataDir)
  if (service === null) throw new CliError('noAgent', AGENT_MESSAGES.none(dataDir))
  const path = join(dataDir, SERVICE_FILE)
  if (!isOwnFile(path, user)) throw new CliError('wrongAgent', AGENT_MESSAGES.fileOfOther(path))
  const bySocket = key === null ? null : await connectBySocket(service)
  if (bySocket !== null) return createAgentClient(createLine(bySocket, 'localhost'), key)
  return createAgentClient(await connectByPort(deps, service), key)
}

/** Whoever writes the file says which program gets the commands. */
function isOwnFile(path: string, user: number | null): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (user === null || found === undefined) return true
  return found.uid === user && (found.mode & 0o022) === 0
}

/** Null if there is no socket, or nobody listens there. */
async function connectBySocket({ socket: path }: ServiceFile): Promise<Socket | null> {
  if (path === null || !isPrivateFolder(dirname(path), false)) return null
  return connectTo(() => connect(path))
}

async function connectByPort(deps: FindAgentDeps, service: ServiceFile): Promise<Line> {
  const { port, instance, secret } = service
  const socket = await connectTo(() => connect(port, '127.0.0.1'))
  if (socket === null) throw new CliError('noAgent', AGENT_MESSAGES.gone(deps.dataDir))
  const line = createLine(socket, `127.0.0.1:${port}`)
  try {
    await requireProof(deps, { socket, line, port, identity: secret && { instance, secret } })
    return line
  } catch (thrown) {
    line.close()
    throw thrown
  }
}

type Asked = {
  socket: Socket
  line: Line
  port: number
  /** Null if an older version wrote the service file. */
  identity: ServiceIdentity | null
}

async function requireProof(
  { user, openTable, timeoutMs = TIMEOUT_MS }: FindAgentDeps,
  { socket, line, port, identity }: Asked,
): Promise<void> {
  const nonce = createNonce()
  const connection = toConnection(socket)
  const giveUp = setTimeout(() => socket.destroy(), timeoutMs)
  const proof = await askProof(line, nonce).finally(() => clearTimeout(giveUp))
  // Only now has the other end surely accepted the connection, so that it shows its owner.
  const owner = findOwner(connection, user, openTable)
  if (owner === 'other') throw new CliError('wrongAgent', AGENT_MESSAGES.otherUser(port))
  if (proof === null || owner === 'gone') {
    throw new CliError('wrongAgent', AGENT_MESSAGES.silent(port))
  }
  if (identity === null || !isProof(proof, identity, { nonce, port })) {
    throw new CliError('wrongAgent', AGENT_MESSAGES.notProven(port))
  }
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

/** `untold`: the system never shows the owners of connections, so that the proof alone decides. */
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

/** Null if nothing listens. */
function connectTo(open: () => Socket): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = open()
    socket.once('error', () => resolve(null))
    socket.once('connect', () => {
      // Errors from now on reach the calls.
      socket.removeAllListeners('error').on('error', () => undefined)
      resolve(socket)
    })
  })
}
