// Runs the agent in a terminal.

import { defaultSession } from '../agent/model.js'
import { createLatchkey, type Latchkey } from '../app/compose.js'
import { hasDemo } from '../app/demo.js'
import { systemClock } from '../base/clock.js'
import { findHome } from '../base/home.js'
import { SettingsError } from '../base/settings-error.js'
import { isInBackground } from '../base/standard-input.js'
import { problemOfTls } from '../net/unchecked-tls.js'
import { CONSENT_WORDS } from '../present/consent-words.js'
import { registrationAdvice } from '../oauth/redirect-target.js'
import { requireSettings } from '../settings/read.js'
import type { Settings } from '../settings/options.js'
import { formatProviderNames } from '../settings/provider-choices.js'
import { chooseStorage } from '../storage/choose-storage.js'
import { openBrowser } from './browser-opener.js'
import type { Ending } from './ending.js'
import { isStartedByNohup } from './job-control.js'
import { createTerminal, type Terminal } from './terminal.js'
import { COMMAND_MESSAGES, GREETING } from './terminal-messages.js'
import { readCommands } from './typed-commands.js'

/** Starts the agent, and returns once it runs and reads commands. Fails as `createLatchkey` does. */
export async function runAgent(
  args: readonly string[],
  version: string,
  ending: Ending,
): Promise<void> {
  const { env, platform } = process
  // Programs that are started from here, such as the browser, must not inherit the secrets.
  const { LATCHKEY_PASSPHRASE: passphrase } = env
  delete env['LATCHKEY_PASSPHRASE']
  const unchecked = problemOfTls(env)
  if (unchecked !== null) throw new SettingsError(unchecked)
  const { settings, warnings } = requireSettings({ args, env, platform, home: findHome() })
  delete env['LATCHKEY_CLIENT_SECRET']
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ending.stop)
  // If the terminal is closed, the shell and the system may both send it, and the input ends, too.
  process.on('SIGHUP', isStartedByNohup() ? () => undefined : ending.stopOnce)

  const { dataDir, keepWithoutKeyring, noBrowser, json } = settings
  let terminal: Terminal | null = null
  const starting = createLatchkey({
    settings,
    version,
    clock: systemClock,
    storage: chooseStorage({
      dataDir,
      keyring: null,
      passphrase: passphrase || null,
      keepWithoutKeyring,
    }),
    showSignOutLink: (link) => terminal?.signOutLink(link),
    // Until the terminal is open, a question waits for it.
    canAsk: () => terminal?.readsCommands() ?? true,
    openBrowser: noBrowser ? () => Promise.resolve() : (link) => openBrowser(link),
    ...(!json && process.stdin.isTTY && !isInBackground() && { askWhetherRunning }),
    messages: warnings,
    onDirectoryLost: ending.giveUp,
  })
  // If starting failed, the error is thrown below.
  ending.onEnd(async () => (await starting.catch(() => null))?.close())
  const latchkey = await starting
  if (ending.isStopping()) return
  terminal = openTerminal(latchkey, settings, ending)
  greet(terminal, latchkey, settings, version)
  const { agent } = latchkey
  terminal.follow(agent, { quietly: settings.signIn })
  const providers = latchkey.providers.map(({ name }) => name)
  readCommands({ terminal, agent, providers, quit: ending.stop })
  // A session of an earlier run may have been restored.
  if (settings.signIn && defaultSession(agent.model()).kind !== 'signed-in') agent.signIn()
}

function openTerminal(
  { providers }: Latchkey,
  { json, noBrowser, demo }: Settings,
  ending: Ending,
): Terminal {
  const terminal = createTerminal({
    json,
    clock: systemClock,
    env: process.env,
    info: {
      registration: (name) => {
        const provider = providers.find((one) => one.name === name)
        return demo || !provider ? null : registrationAdvice(provider.redirect)
      },
      opensBrowser: !noBrowser,
      hasProvider: providers.length > 0,
    },
    onInterrupt: ending.stop,
  })
  ending.onEnd(() => terminal.close())
  return terminal
}

function greet(
  terminal: Terminal,
  { service, storage, providers, issuer, messages }: Latchkey,
  { demo, consent }: Settings,
  version: string,
): void {
  terminal.listening(service.url)
  // To stderr, so that programs that read stdout are not affected.
  for (const message of messages) terminal.complain(message)
  terminal.say(GREETING.serves(version, service.url, service.ipv6))
  if (service.message !== null) terminal.say(service.message)
  if (consent === 'off') terminal.say(CONSENT_WORDS.consentOff)
  if (demo) terminal.say(GREETING.demo(issuer))
  else if (providers.length > 1) terminal.say(GREETING.providers(providers))
  else if (issuer !== null) terminal.say(GREETING.provider(issuer))
  else {
    terminal.say(GREETING.noProvider(hasDemo()))
    terminal.say(GREETING.howToRegister(formatProviderNames()))
  }
  terminal.say(storage.message ?? GREETING.storedSession)
  if (isInBackground()) terminal.say(GREETING.inBackground)
}

async function askWhetherRunning(host: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises')
  const input = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await input.question(COMMAND_MESSAGES.askWhetherRunning(host))
  input.close()
  return /^\s*y/i.test(answer)
}
