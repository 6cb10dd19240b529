// The commands in a terminal: the agent in the tray's place, the diagnosis, the help and the version.

import { registrationAdvice } from '../oauth/redirect-target.js'
import { problemOfTls } from '../net/unchecked-tls.js'
import { openBrowser } from './browser-opener.js'
import { systemClock } from '../base/clock.js'
import { createLatchkey, type Latchkey } from '../app/compose.js'
import { EXIT, explainFailure } from '../app/exit.js'
import { hasDemo } from '../app/demo.js'
import { findHome } from '../base/home.js'
import { watchOutput, writeLine, writeText } from '../base/output.js'
import { jsonLine } from '../base/printable.js'
import { openDataDirectory } from '../storage/private-directory.js'
import {
  argsAfter,
  examineSettings,
  helpText,
  requireSettings,
  type Settings,
} from '../settings/options.js'
import { SettingsError } from '../base/settings-error.js'
import { providerNames } from '../settings/provider-choices.js'
import { isInBackground } from './standard-input.js'
import { createTerminal, readCommands, type Terminal } from './terminal.js'
import { chooseStorage } from '../storage/session-store.js'

/** What runs the commands: plain Node from the source tree, or an installed package. */
export type CommandDeps = {
  version: string
  /** How a person starts a command: `npm run headless --`. */
  invocation: string
}

/** True where the command has printed all that it has to say; false where it runs on until it is stopped. */
export type IsDone = boolean

let starting: Promise<Latchkey> | null = null
let terminal: Terminal | null = null
let stopping = false
/** What it ends with once it is told to stop. */
let exitCode: number = EXIT.ok

/**
 * Runs what the command line asks for. One that cannot start, or is stopped, ends the process with its
 * code.
 */
export async function runInTerminal(args: readonly string[], deps: CommandDeps): Promise<IsDone> {
  try {
    return await main(args, deps)
  } catch (thrown) {
    return giveUp(thrown)
  }
}

async function main(args: readonly string[], deps: CommandDeps): Promise<IsDone> {
  const { version, invocation } = deps
  // Where the reader of our output has gone away, nobody is left to talk to.
  // Each write to such a stream fails anew, and must not cut short the end that the first one began.
  const endOnce = (): void => (stopping ? undefined : stop())
  watchOutput(endOnce, (message) => {
    const isFirst = exitCode !== EXIT.failed
    exitCode = EXIT.failed
    if (isFirst) complain(message)
    endOnce()
  })

  if (args.includes('--help') || args.includes('-h')) return print(helpText(invocation))
  if (args.includes('--version') || args.includes('-V')) return print(version)

  const diagnoseArgs = argsAfter('diagnose', args)
  if (diagnoseArgs !== null) return diagnoseHere(diagnoseArgs, version)

  const uninstallArgs = argsAfter('uninstall-data', args)
  if (uninstallArgs !== null) return uninstallHere(uninstallArgs)

  const { env, platform } = process
  // Not handed on to the browser and whatever else is started from here.
  const { LATCHKEY_PASSPHRASE: passphrase } = env
  delete env['LATCHKEY_PASSPHRASE']
  const unchecked = problemOfTls(env)
  if (unchecked !== null) throw new SettingsError(unchecked)
  const { settings, notices } = requireSettings({ args, env, platform, home: findHome() })
  delete env['LATCHKEY_CLIENT_SECRET']
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)

  starting = createLatchkey({
    settings,
    version,
    clock: systemClock,
    storage: chooseStorage({
      dataDir: settings.dataDir,
      keyring: null,
      passphrase: passphrase || null,
      keepWithoutKeyring: settings.keepWithoutKeyring,
    }),
    showSignOutLink: (link) => terminal?.signOutLink(link),
    openBrowser: settings.noBrowser ? () => Promise.resolve() : (link) => openBrowser(link),
    ...(!settings.json && process.stdin.isTTY && { askWhetherRunning }),
    messages: notices,
    onDirectoryLost: giveUp,
  })
  const latchkey = await starting
  if (stopping) return false

  terminal = createTerminal({
    json: settings.json,
    clock: systemClock,
    env,
    setting: {
      registration: registrationAdvice(latchkey.redirect),
      opensBrowser: !settings.noBrowser,
      hasProvider: latchkey.issuer !== null,
    },
    onInterrupt: stop,
  })
  greet(terminal, latchkey, settings, version)
  if (isInBackground()) terminal.say(IN_BACKGROUND)
  terminal.follow(latchkey.agent, { quietly: settings.signIn })
  readCommands(terminal, latchkey.agent, stop)
  if (settings.signIn && !isSignedIn(latchkey)) latchkey.agent.signIn()
  return false
}

const IN_BACKGROUND = 'Latchkey runs in the background, so it reads no commands from this terminal.'

function greet(
  to: Terminal,
  { service, storage, issuer, messages }: Latchkey,
  settings: Settings,
  version: string,
): void {
  to.listening(service.url)
  // On stderr: programs that read the lines on stdout are not disturbed.
  for (const message of messages) to.complain(message)
  to.say(
    `Latchkey ${version} serves this computer's apps at ${service.url}` +
      `${service.ipv6 ? '' : ' (IPv4 only: this computer has no IPv6)'}.`,
  )
  if (service.note !== null) to.say(service.note)
  if (settings.demo) {
    to.say(`It signs in at its own demo provider (${issuer}): no account of yours is used.`)
  } else if (issuer !== null) {
    to.say(`It signs in at ${issuer}.`)
  } else {
    const orDemo = hasDemo() ? ', or with --demo' : ''
    to.say(`No provider is set up yet. Start it with --issuer and --client-id${orDemo}.`)
    to.say(`What to register at ${providerNames()} is in the README.`)
  }
  if (storage.note !== null) to.say(storage.note)
  else to.say('The session is kept between runs, sealed with your passphrase.')
}

/** True where the session of an earlier run was taken back. */
function isSignedIn({ agent }: Latchkey): boolean {
  return agent.model().session.kind === 'signed-in'
}

/** Prints a report on what works here and what does not, and keeps it in a file, to be sent. */
async function diagnoseHere(args: readonly string[], version: string): Promise<IsDone> {
  const [{ diagnose, writeReport }, { reportOf }, { createHttp }, { proxyFor }, { failuresOf }] =
    await Promise.all([
      import('../diagnose/diagnose.js'),
      import('../diagnose/report.js'),
      import('../net/http.js'),
      import('../net/proxy.js'),
      import('../storage/log.js'),
    ])
  const { env, platform } = process
  const home = findHome()
  const findings = examineSettings({ args, env, platform, home })
  const { dataDir, keepWithoutKeyring, json } = findings.settings
  const passphrase = env['LATCHKEY_PASSPHRASE'] || null
  const { tier, note } = chooseStorage({ dataDir, keyring: null, passphrase, keepWithoutKeyring })
  const diagnosis = await diagnose({
    version,
    clock: systemClock,
    env,
    platform,
    home: home ?? '',
    findings,
    http: createHttp(),
    hasDemo: hasDemo(),
    proxyFor: (url) => proxyFor(url, env),
    storage: { tier, note },
    failures: failuresOf(dataDir),
  })
  const report = reportOf(diagnosis)
  if (json) writeLine(jsonLine(diagnosis))
  else print(report.trimEnd())
  try {
    openDataDirectory(dataDir)
    const path = writeReport(dataDir, report)
    writeText('stderr', `This report is in ${path} now. It holds no secrets: you can send it.`)
  } catch (thrown) {
    const { message } = explainFailure(thrown)
    complain(`The report could not be written: ${message}`)
  }
  return true
}

/** Signs out at the provider and removes what is kept; says what was removed, and what was not. */
async function uninstallHere(args: readonly string[]): Promise<IsDone> {
  const [{ uninstallData }, { createHttp }, { removeKeyringKey, removeXdgAutostart }] =
    await Promise.all([
      import('../app/uninstall.js'),
      import('../net/http.js'),
      import('../app/system-traces.js'),
    ])
  const { env, platform } = process
  const unchecked = problemOfTls(env)
  if (unchecked !== null) throw new SettingsError(unchecked)
  const home = findHome()
  // Settings that cannot be used are removed all the same; what a flag says must be right.
  requireSettings({ args, env, platform, home, readFile: () => undefined })
  const { settings } = examineSettings({ args, env, platform, home })
  const passphrase = env['LATCHKEY_PASSPHRASE'] || null
  const { done, failed, stays } = await uninstallData({
    settings,
    http: createHttp(),
    openVault: (fileName) =>
      chooseStorage({
        dataDir: settings.dataDir,
        keyring: null,
        passphrase,
        // Whatever was chosen: a key that is there can be used once more, to sign out.
        keepWithoutKeyring: true,
        fileName,
      }).sessionStore,
    removeAutostart: () =>
      platform === 'win32' || platform === 'darwin'
        ? { done: [], failed: [], stays: [LOGIN_ITEM_STAYS] }
        : removeXdgAutostart({ env, home }),
    removeKeyringKey: () => removeKeyringKey(settings.dataDir, { env, home, platform }),
  })
  for (const line of done) print(line)
  for (const line of stays) print(line)
  for (const line of failed) complain(line)
  if (failed.length > 0) process.exitCode = EXIT.failed
  return true
}

const LOGIN_ITEM_STAYS =
  'If Latchkey starts at login, its own uninstaller or the login items in the settings of the system end ' +
  'that: only the tray app can.'

function giveUp(thrown: unknown): never {
  const { message, exitCode: code } = explainFailure(thrown)
  complain(message)
  process.exit(code)
}

async function askWhetherRunning(host: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises')
  const input = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await input.question(
    `Latchkey ran on ${host} with this data directory, and has given no sign for an hour. ` +
      'Does it still run there? [y/N] ',
  )
  input.close()
  return /^\s*y/i.test(answer)
}

/** Ends everything in order. Told a second time, it does not wait for anything any more. */
function stop(): void {
  if (stopping) process.exit(exitCode)
  stopping = true
  terminal?.close()
  void endAll().then(() => process.exit(exitCode))
}

async function endAll(): Promise<void> {
  // Where starting failed, main says so.
  const latchkey = await starting?.catch(() => null)
  await latchkey?.close()
}

function print(text: string): IsDone {
  writeText('stdout', text)
  return true
}

function complain(message: string): void {
  writeText('stderr', `latchkey: ${message}`)
}
