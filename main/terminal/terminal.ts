// The terminal in the tray's place: JSON lines for programs, or text for a person.

import type { Agent } from '../agent/agent.js'
import type { Model } from '../agent/model.js'
import type { Clock } from '../base/clock.js'
import type { Answer } from './command-answer.js'
import { createJsonLines } from './json-lines.js'
import type { RunInfo } from './lines.js'
import { createPlainText } from './plain-text.js'

export type Terminal = {
  /** Says where the local service listens. */
  listening(url: string): void
  /** Prints a line for a person; programs do not get it. */
  say(line: string): void
  /** Prints a mistake of the user to stderr. */
  complain(line: string): void
  /** Shows the agent's state on each change, and now as well; `quietly` leaves out the first for a person. */
  follow(agent: Agent, options: { quietly: boolean }): void
  /** Shows the state on request. */
  status(model: Model): void
  /** Lists the accounts on request. */
  accounts(model: Model): void
  /** Shows the link of the waiting sign-in on request; null if none is waiting. */
  link(url: string | null): void
  /** Shows the link of the provider's sign-out page. */
  signOutLink(url: string): void
  /** Lists the apps and keys on request. */
  apps(model: Model): void
  /** Shows a new key, which nothing shows again. */
  key(made: NewKey): void
  /** Answers a command. */
  answer(command: string, answer: Answer): void
  onLine(take: (line: string) => void): void
  /** False once no more commands can be typed. Then nobody can answer a question. */
  readsCommands(): boolean
  close(): void
}

/** `scope`: separated by spaces; null if the key is for all scopes of the account. */
export type NewKey = { id: string; name: string; key: string; scope: string | null }

export type TerminalDeps = {
  json: boolean
  clock: Clock
  env: NodeJS.ProcessEnv
  info: RunInfo
  /** Called on Ctrl-C if the terminal sends it as a key and not as a signal. */
  onInterrupt(): void
}

export function createTerminal(deps: TerminalDeps): Terminal {
  return deps.json ? createJsonLines() : createPlainText(deps)
}
