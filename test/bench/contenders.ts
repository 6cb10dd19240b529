// The programs that are compared, as processes, and the provider and the load generator beside them.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { HEADLESS, SCRIPTED, startProgram, type Program } from '../support/headless-program.js'
import { createPrivateAuthority } from '../support/private-ca.js'
import { ROOT } from '../support/root.js'
import { connect, type Wire } from '../stand-in/wire.js'
import { PEERS } from './names.js'
import type { LoadPlan, LoadResult } from './processes/load.js'
import type { ProviderCalls, ProviderStart } from './processes/provider.js'

export const BENCH = join(ROOT, 'test', 'bench')
const PROCESSES = join(ROOT, 'dist', 'modules', 'test', 'bench', 'processes')

const LOAD = join(PROCESSES, 'load.js')

export type Provider = Wire<ProviderCalls> & {
  issuer: string
  clientId: string
  /** Environment variables for programs that use this provider. */
  env: Record<string, string>
}

/** A run of the bench: what it starts ends with it. */
export type Bench = {
  /** True: fewer rounds, for a first impression. */
  quick: boolean
  openProvider(scheme: 'http' | 'https', secret?: string): Promise<Provider>
  /** Starts Latchkey, with a new data directory and no session. */
  startLatchkey(provider: Provider, options?: StartOptions): Program
  startPeer(name: string, provider: Provider): Program
  /** Starts a bare server of test/bench/peers. */
  startBare(file: string, args?: readonly string[], options?: StartOptions): Program
  /** Starts another process of the bench. */
  startProcess(file: string, ...args: readonly string[]): Program
  makeFolder(): string
  /** Calls a function when the run ends. */
  atEnd(close: () => void): void
  /** Ends everything that is still running. */
  close(): Promise<void>
}

export type StartOptions = {
  env?: Record<string, string>
  /** The path of Node. Default: this process's. */
  node?: string
}

export function openBench({ quick }: { quick: boolean }): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const authority = createPrivateAuthority()
  const authorityFile = join(folder, 'authority.pem')
  writeFileSync(authorityFile, authority.certificate)
  const programs = new Set<Program>()
  const closers: (() => void)[] = []

  const start = (
    command: readonly string[],
    options: StartOptions & { dataDir?: string; json?: boolean } = {},
  ): Program => {
    const { dataDir = folder, env = {}, json = true, node = process.execPath } = options
    const program = startProgram([node, ...command], { dataDir, env, json })
    programs.add(program)
    void program.ended.then((code) => {
      programs.delete(program)
      if (code !== null && code !== 0) console.error(`${command[0]}: ${program.stderr()}`)
    })
    return program
  }
  const makeFolder = (): string => mkdtempSync(join(folder, 'data-'))

  return {
    quick,
    makeFolder,
    atEnd: (close) => void closers.push(close),
    async openProvider(scheme, secret) {
      const port = await findFreePort()
      const tls = scheme === 'https' ? { port, ...authority.issueFor('127.0.0.1') } : null
      const options: ProviderStart = { tls, secret: secret ?? null }
      const env = scheme === 'https' ? { NODE_EXTRA_CA_CERTS: authorityFile } : {}
      const child = spawn(
        process.execPath,
        [join(PROCESSES, 'provider.js'), JSON.stringify(options)],
        {
          env: { ...process.env, ...env },
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
          serialization: 'advanced',
        },
      )
      closers.push(() => child.kill('SIGKILL'))
      const wire = connect<ProviderCalls, Record<string, never>>(child, {})
      return { ...wire, ...(await wire.call('address')), env }
    },
    startLatchkey({ issuer, clientId, env }, options = {}) {
      const dataDir = makeFolder()
      // S24: the load generator reads tokens.
      const flags = [...SCRIPTED, '--allow', LOAD, '--issuer', issuer, '--client-id', clientId]
      const command = [HEADLESS, '--data-dir', dataDir, ...flags]
      return start(command, { ...options, dataDir, env: { ...env, ...options.env } })
    },
    startPeer(name, { issuer, clientId, env }) {
      return start([join(BENCH, 'peers', PEERS[name]!.file), issuer, clientId], { env })
    },
    startBare: (file, args = [], options = {}) =>
      start([join(BENCH, 'peers', file), ...args], options),
    startProcess: (file, ...args) => start([join(PROCESSES, file), ...args], { json: false }),
    async close() {
      for (const program of programs) await stop(program)
      for (const close of closers) close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function stop(program: Program): Promise<void> {
  program.process.kill('SIGKILL')
  await program.ended
}

/** Returns the address of a program's server. */
export async function addressOf(program: Program): Promise<string> {
  return (await program.line('listening')).url
}

/** Begins a sign-in in a program, and returns the callback that the browser would be sent to. */
export async function goToCallback(program: Program, provider: Provider): Promise<string> {
  program.type('sign-in')
  return provider.call('signIn', await program.link())
}

const ENDS: ReadonlySet<string> = new Set(['signed-in', 'denied', 'failed', 'expired', 'cancelled'])

/** Waits until a program has said that the sign-in is complete. */
export async function untilSignedIn(program: Program): Promise<void> {
  const { state } = await program.line('sign-in', (line) => ENDS.has(line.state))
  if (state !== 'signed-in') throw new Error(`the sign-in ${state}: ${program.stdout()}`)
}

export async function signIn(program: Program, provider: Provider): Promise<void> {
  await request(await goToCallback(program, provider))
  await untilSignedIn(program)
}

/** Requests a page on a new connection. */
export async function request(url: string): Promise<string> {
  const sent = get(url, { agent: false })
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return (await response.setEncoding('utf8').toArray()).join('')
}

/** Runs the load generator. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const command = [LOAD, JSON.stringify(plan)]
  const { stdout } = await promisify(execFile)(process.execPath, command)
  return JSON.parse(stdout) as LoadResult
}

/** Returns the environment of a program into which a module of test/bench/processes is loaded first. */
export function preload(file: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${pathToFileURL(join(BENCH, 'processes', file)).href}` }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
