#!/usr/bin/env node
// Root: the agent in plain Node, with a terminal in the tray's place.

import { mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { AuthError } from './auth/errors.js'
import { systemClock } from './clock.js'
import { createLatchkey, type Latchkey } from './compose.js'
import { startDemoProvider } from './demo.js'
import { errnoOf } from './errno.js'
import { DirectoryInUse, takeOwnership } from './owner.js'
import { helpText, readSettings, SettingsError, type Settings } from './settings.js'
import { createTerminal, readCommands, type Terminal } from './terminal.js'
import { createMemoryVault } from './vault.js'

/** Part of the program's contract: other programs act on these. */
const EXIT = { ok: 0, failed: 1, badSettings: 2, inUse: 3 } as const

const version = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
).version

/** What has been started, to be ended in the opposite order. */
const started: (() => Promise<void> | void)[] = []
let stopping = false

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return print(helpText())
  if (args.includes('--version')) return print(version)

  const { env, platform } = process
  const settings = readSettings({ args, env, platform, home: homedir() })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  // The reader of our output has gone away: nobody is left to talk to.
  process.stdout.on('error', stop)

  createDataDirectory(settings.dataDir)
  const ownership = await takeOwnership(settings.dataDir)
  started.push(() => ownership.release())

  const demo = settings.demo ? await startDemoProvider() : null
  if (demo) started.push(() => demo.close())
  const { issuer, clientId } = demo ?? settings

  const latchkey = await createLatchkey({
    settings,
    provider: issuer !== null && clientId !== null ? { issuer, clientId } : null,
    clock: systemClock,
    vault: createMemoryVault(),
    openBrowser: settings.noBrowser ? () => Promise.resolve() : openBrowser,
  })
  started.push(() => latchkey.close())
  ownership.announce(latchkey.service.url)

  const terminal = createTerminal({ json: settings.json, clock: systemClock, onInterrupt: stop })
  started.push(() => terminal.close())
  greet(terminal, latchkey, settings, demo?.issuer ?? settings.issuer)
  terminal.follow(latchkey.agent, { quietly: settings.signIn })
  readCommands(terminal, latchkey.agent, stop)
  if (settings.signIn) latchkey.agent.signIn()
}

function greet(
  terminal: Terminal,
  { service }: Latchkey,
  settings: Settings,
  issuer: string | null,
): void {
  terminal.listening(service.url)
  terminal.say(
    `Latchkey ${version} serves this computer's apps at ${service.url}` +
      `${service.ipv6 ? '' : ' (IPv4 only: this computer has no IPv6)'}.`,
  )
  if (settings.demo) {
    terminal.say(`It signs in at its own demo provider (${issuer}): no account of yours is used.`)
  } else if (issuer !== null) {
    terminal.say(`It signs in at ${issuer}.`)
  }
}

/** Sends the browser to a link; rejects when the system's opener says that it could not. */
async function openBrowser(link: string): Promise<void> {
  const { default: open } = await import('open')
  const opener = await open(link)
  await new Promise<void>((resolve, reject) => {
    if (opener.exitCode !== null) return settle(opener.exitCode)
    opener.once('exit', settle)
    function settle(code: number | null): void {
      if (code === 0) resolve()
      else reject(new Error(`the opener ended with code ${code}`))
    }
  })
}

function createDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    throw new SettingsError(
      `The data directory ${directory} cannot be made (${errnoOf(thrown)}). ` +
        'Choose another with --data-dir.',
    )
  }
}

// A second signal, while the first is being followed, does not wait for anything.
function stop(): void {
  if (stopping) process.exit(EXIT.ok)
  stopping = true
  void cleanUp().then(() => process.exit(EXIT.ok))
}

async function cleanUp(): Promise<void> {
  for (const end of started.splice(0).toReversed()) await end()
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

try {
  await main(process.argv.slice(2))
} catch (thrown) {
  const known =
    thrown instanceof SettingsError ||
    thrown instanceof DirectoryInUse ||
    thrown instanceof AuthError
  process.stderr.write(`latchkey: ${known ? thrown.message : String(thrown)}\n`)
  await cleanUp()
  process.exit(
    thrown instanceof SettingsError
      ? EXIT.badSettings
      : thrown instanceof DirectoryInUse
        ? EXIT.inUse
        : EXIT.failed,
  )
}
