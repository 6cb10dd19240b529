// The commands that are typed into the terminal, one a line.

import type { Agent } from '../agent/agent.js'
import { reachableSignIn, traySignIn } from '../agent/model.js'
import { excerpt } from '../base/printable.js'
import { looksPasted } from '../oauth/pasted-redirect.js'
import { PASTED_MESSAGES } from '../oauth/oauth-messages.js'
import { toStatus } from '../present/status.js'
import { chooseDefault, decide, signInAs, signOut } from './typed-account-commands.js'
import { done, failed, type Answer } from './command-answer.js'
import { allow, deny, forget, makeKey } from './typed-consent-commands.js'
import { explainMistyped, isFlag } from './mistyped.js'
import type { Terminal } from './terminal.js'
import { ANSWERS } from './terminal-messages.js'

export type CommandDeps = {
  terminal: Terminal
  agent: Agent
  /** The names of the configured providers. */
  providers: readonly string[]
  quit(): void
}

/** Runs each typed command. The end of the input is not a command. */
export function readCommands(deps: CommandDeps): void {
  const { terminal, agent, quit } = deps
  const commands = createCommands(deps)
  terminal.onLine((line) => {
    const typed = line.trim()
    if (typed === '') return
    if (looksPasted(line)) return terminal.answer('paste', paste(agent, line))
    const [first = '', ...words] = typed.split(/\s+/)
    const name = toCommandName(first)
    if (name === 'quit' && words.length === 0) {
      terminal.answer(name, done(ANSWERS.quit))
      return quit()
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command && takes(name, words.length) && !hasFlag(name, words)) {
      const answer = command(KEEPS_CASE.has(name) ? words : words.map((one) => one.toLowerCase()))
      if (!(answer instanceof Promise)) return terminal.answer(name, answer)
      return void answer.then((later) => terminal.answer(name, later))
    }
    const message = explainMistyped(typed, { names: [...Object.keys(commands), 'quit'], takes })
    terminal.complain(message)
    // S48: text that was typed by mistake may contain a secret.
    terminal.answer(excerpt(typed), { ok: false, message })
  })
}

/** Other names that people type out of habit. */
const ALIASES: Readonly<Record<string, string>> = {
  '?': 'help',
  '-h': 'help',
  '--help': 'help',
  exit: 'quit',
  q: 'quit',
  login: 'sign-in',
  logout: 'sign-out',
}

function toCommandName(typed: string): string {
  const name = typed.toLowerCase()
  return Object.hasOwn(ALIASES, name) ? ALIASES[name]! : name
}

/** How many words may follow a command: an ID, the name of a provider, `all` and the like. */
const MOST_WORDS: Readonly<Record<string, number>> = {
  'sign-in': 1,
  'sign-out': 2,
  use: 1,
  keep: 1,
  discard: 1,
  allow: 2,
  deny: 1,
  forget: Infinity,
  key: Infinity,
}

function takes(name: string, count: number): boolean {
  return count <= (MOST_WORDS[name] ?? 0)
}

/** Names of apps and keys, and scopes, are case-sensitive. */
const KEEPS_CASE: ReadonlySet<string> = new Set(['forget', 'key'])

/** True if words are written like flags. The name of an app or a key may be. */
function hasFlag(name: string, words: readonly string[]): boolean {
  return words.slice(KEEPS_CASE.has(name) ? 1 : 0).some(isFlag)
}

type Command = (words: readonly string[]) => Answer | Promise<Answer>

function createCommands({
  terminal,
  agent,
  providers,
}: CommandDeps): Readonly<Record<string, Command>> {
  return {
    'sign-in': ([wanted]) =>
      begin(
        agent,
        () => (wanted === undefined ? agent.signIn() : signInAs(agent, wanted)),
        ANSWERS.noTarget(excerpt(wanted ?? ''), providers),
      ),
    cancel: () => {
      const isInProgress = reachableSignIn(agent.model()) !== undefined
      agent.cancel()
      return isInProgress ? done(ANSWERS.cancelled) : failed(ANSWERS.nothingToCancel)
    },
    'sign-out': (words) => signOut(agent, words),
    status: () => {
      terminal.status(agent.model())
      return done(ANSWERS.status)
    },
    accounts: () => {
      terminal.accounts(agent.model())
      return done(ANSWERS.accounts)
    },
    use: ([wanted]) => chooseDefault(agent, wanted),
    keep: ([wanted]) => decide(agent, wanted, true),
    discard: ([wanted]) => decide(agent, wanted, false),
    allow: (words) => allow(agent, words),
    deny: (words) => deny(agent, words),
    apps: () => {
      agent.consents.listOpened()
      // The model does not change each time that an app gets a token.
      terminal.apps({ ...agent.model(), consents: agent.consents.list() })
      return done(ANSWERS.apps)
    },
    forget: (words) => forget(agent, words.join(' ')),
    key: (words) => makeKey(agent, terminal, words),
    open: () => {
      if (agent.link() === null) return failed(ANSWERS.noLink)
      agent.openAgain()
      const message = reachableSignIn(agent.model())?.message ?? null
      return message === null ? done(ANSWERS.opened) : { ok: false, message }
    },
    link: () => {
      const link = agent.link()
      terminal.link(link)
      return link === null ? { ok: false, message: ANSWERS.noLink } : done(ANSWERS.link)
    },
    'sign-in-as-other': () => begin(agent, () => agent.signIn({ kind: 'other' })),
    help: () => ({ ok: true, message: ANSWERS.help, isShown: true }),
  }
}

/** If the address was taken, the agent's events say so to a person. */
function paste(agent: Agent, line: string): Answer {
  const pasted = agent.paste(line)
  return pasted === 'taken' ? done(PASTED_MESSAGES.taken) : failed(PASTED_MESSAGES[pasted])
}

/** `noTarget`: the message if `start` returns false, because there is no such account or provider. */
function begin(agent: Agent, start: () => boolean, noTarget: string = ANSWERS.notStarted): Answer {
  const before = traySignIn(agent.model())
  if (!start()) return failed(noTarget)
  if (!traySignIn(agent.model())) {
    // The agent's event has said so to a person.
    return { ok: false, message: toStatus(agent.model()).reason ?? ANSWERS.notStarted }
  }
  if (!before) return done(ANSWERS.started)
  return { ok: true, message: ANSWERS.replaced, isShown: true }
}
