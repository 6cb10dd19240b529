// The terminal in the tray's place: what is printed, and the commands that are typed.

import { createInterface, type Interface } from 'node:readline'
import type { Agent } from '../agent/agent.js'
import { reachableSignIn, shownSignIn, traySignIn, type Event, type Model } from '../agent/model.js'
import { looksPasted, PASTED_WORDS } from '../oauth/pasted-redirect.js'
import type { Clock } from '../base/clock.js'
import { clearLines, skipLines, writeLine, writeText } from '../base/output.js'
import { forwardingLines } from '../present/forwarding.js'
import { excerpt, jsonLine } from '../base/printable.js'
import { createSignInLines } from '../present/sign-in-lines.js'
import { statusOf } from '../present/status.js'
import { describe, linesFor, promptFor, type Setting } from './lines.js'
import { standardInput } from './standard-input.js'

export type Terminal = {
  /** Tells where the local service is. */
  listening(url: string): void
  /** A line for a person; programs are not told. */
  say(line: string): void
  /** Something the person did wrong; goes to stderr. */
  complain(line: string): void
  /** Presents the agent's state now and on each change; `quietly` spares a person the first. */
  follow(agent: Agent, options: { quietly: boolean }): void
  /** Presents the state once more, as asked. */
  status(model: Model): void
  /** Hands out the link of the sign-in that waits, as asked; null if none does. */
  link(url: string | null): void
  /** Hands out the link of the provider's sign-out page. */
  signOutLink(url: string): void
  /** Answers a command; a person is told of it only what the events do not tell. */
  answer(command: string, answer: Answer): void
  onLine(take: (line: string) => void): void
  close(): void
}

/** What became of a command. `tell`: what a person has to be told of it, beside the events. */
export type Answer = { ok: boolean; message: string; tell?: boolean }

type TerminalDeps = {
  json: boolean
  clock: Clock
  env: NodeJS.ProcessEnv
  setting: Setting
  /** Ctrl-C, where it is a key and no signal. */
  onInterrupt(): void
}

export function createTerminal(deps: TerminalDeps): Terminal {
  return deps.json ? createJsonLines() : createPlainText(deps)
}

/** Carries out the tray's commands, one a line. The end of the input is not a command. */
export function readCommands(terminal: Terminal, agent: Agent, quit: () => void): void {
  const commands = commandsOf(terminal, agent)
  terminal.onLine((line) => {
    const typed = line.trim()
    if (typed === '') return
    if (looksPasted(line)) return terminal.answer('paste', paste(agent, line))
    const lower = typed.toLowerCase()
    const name = Object.hasOwn(OTHER_NAMES, lower) ? OTHER_NAMES[lower]! : lower
    if (name === 'quit') {
      terminal.answer(name, done('Latchkey ends.'))
      return quit()
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command) return terminal.answer(name, command())
    const there = [...Object.keys(commands), 'quit'].join(', ')
    // S48: what was typed by mistake may hold a secret.
    const message = `There is no command ${JSON.stringify(excerpt(typed))}. There are: ${there}.`
    terminal.complain(message)
    terminal.answer(excerpt(typed), { ok: false, message })
  })
}

/** What people type out of habit. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  '?': 'help',
  '-h': 'help',
  '--help': 'help',
  exit: 'quit',
  q: 'quit',
  login: 'sign-in',
  logout: 'sign-out',
}

const HELP = [
  'sign-in           Sign in, or sign in again.',
  'sign-in-as-other  Sign in as someone else.',
  'open              Open the link of the sign-in that waits once more.',
  'link              Print that link.',
  "cancel            Call off the sign-in that waits, yours or an app's.",
  'status            Say who is signed in.',
  'sign-out          Sign out, here and at the provider.',
  'quit              End Latchkey. The session stays, if it is kept.',
  'Or paste the address of the page that your browser could not load.',
]

/** The events tell a person of an address that was taken. */
function paste(agent: Agent, line: string): Answer {
  const pasted = agent.paste(line)
  return pasted === 'taken' ? done(PASTED_WORDS.taken) : failed(PASTED_WORDS[pasted])
}

function commandsOf(terminal: Terminal, agent: Agent): Readonly<Record<string, () => Answer>> {
  return {
    'sign-in': () => begin(agent, () => agent.signIn()),
    cancel: () => {
      const isUnderWay = reachableSignIn(agent.model()) !== undefined
      agent.cancel()
      return isUnderWay
        ? done('The sign-in was cancelled.')
        : failed('There is no sign-in to cancel.')
    },
    'sign-out': () => {
      const isSomebody = agent.model().session.kind !== 'signed-out'
      void agent.signOut()
      return isSomebody ? done('You are being signed out.') : failed('Nobody is signed in.')
    },
    status: () => {
      terminal.status(agent.model())
      return done('This is the status.')
    },
    open: () => {
      if (agent.link() === null) return failed(NO_LINK)
      agent.openAgain()
      const message = reachableSignIn(agent.model())?.message ?? null
      return message === null
        ? done('The link was opened again.')
        : { ok: false, message, tell: false }
    },
    link: () => {
      const link = agent.link()
      terminal.link(link)
      return link === null
        ? { ok: false, message: NO_LINK, tell: false }
        : done('This is the link.')
    },
    'sign-in-as-other': () => begin(agent, () => agent.signInAsOther()),
    help: () => ({ ok: true, message: HELP.join('\n'), tell: true }),
  }
}

function begin(agent: Agent, start: () => void): Answer {
  const before = traySignIn(agent.model())
  start()
  const signIn = traySignIn(agent.model())
  if (!signIn) {
    // The event tells a person.
    const message = statusOf(agent.model()).reason ?? 'No sign-in could begin.'
    return { ok: false, message, tell: false }
  }
  if (!before) return done('The sign-in has begun.')
  const message = 'This sign-in takes the place of the one that waited. Its link no longer works.'
  return { ok: true, message, tell: true }
}

function done(message: string): Answer {
  return { ok: true, message, tell: false }
}

function failed(message: string): Answer {
  return { ok: false, message, tell: true }
}

const NO_LINK = 'There is no sign-in that waits, so there is no link.'

/** One JSON object a line on stdout, and nothing else: the contract that other programs script. */
function createJsonLines(): Terminal {
  const input = createInterface({ input: standardInput() })
  const print = (event: object): void => writeLine(jsonLine(event))
  let last = ''
  const status = (model: Model, { ifChanged }: { ifChanged: boolean }): void => {
    const current = statusOf(model)
    const text = JSON.stringify(current)
    if (ifChanged && text === last) return
    last = text
    print({ event: 'status', status: current })
  }
  const signInLines = createSignInLines()
  return {
    listening: (url) => print({ event: 'listening', url }),
    say: () => undefined,
    complain: (line) => writeText('stderr', `latchkey: ${line}`),
    follow(agent) {
      status(agent.model(), { ifChanged: false })
      for (const line of signInLines(agent.model(), null)) print(line)
      agent.subscribe((model, event) => {
        if (event.type === 'link-ready') print({ event: 'open', url: event.link })
        for (const line of signInLines(model, event)) print(line)
        status(model, { ifChanged: true })
      })
    },
    status: (model) => status(model, { ifChanged: false }),
    link: (url) => print({ event: 'link', url }),
    signOutLink: (url) => print({ event: 'open', url }),
    answer: (command, { ok, message }) => print({ event: 'answer', command, ok, message }),
    onLine: (take) => void input.on('line', take),
    close: () => input.close(),
  }
}

/** In columns. */
const NARROWEST_TICKING = 40

const STAYS = 'Latchkey goes on, for a sign-in is under way. Press Ctrl-C to quit.'

/** Text for a person; on a real terminal with a prompt that shows the state and the time left. */
function createPlainText({ clock, env, setting, onInterrupt }: TerminalDeps): Terminal {
  const stdin = standardInput()
  const prompting = stdin.isTTY === true && process.stdout.isTTY
  // Without cursor movement nothing can be taken back, so nothing ticks; a narrow prompt would wrap.
  const isDumb = env['TERM'] === 'dumb'
  const ticks = (): boolean => !isDumb && process.stdout.columns >= NARROWEST_TICKING
  const input: Interface = prompting
    ? createInterface({ input: stdin, output: process.stdout, terminal: !isDumb })
    : createInterface({ input: stdin })
  let agent: Agent | null = null
  let stopTicking: () => void = () => undefined
  let unsubscribe: () => void = () => undefined
  let ended = false
  /** The prompt that stands on the line; null where none does. */
  let shownPrompt: string | null = null
  /** Rows of the prompt that text has taken the place of, and that readline still goes up by. */
  let rowsCleared = 0
  // Registered first: what is typed ends the prompt's line before anything answers it.
  if (prompting) input.on('line', () => (shownPrompt = null))

  const prompt = (): void => {
    if (!prompting || agent === null || ended) return
    stopTicking()
    const model = agent.model()
    const text = promptFor(model, clock.nowMs())
    if (!isDumb) {
      skipLines(rowsCleared)
      rowsCleared = 0
    } else if (shownPrompt !== text) startLine()
    else return
    input.setPrompt(text)
    input.prompt(true)
    shownPrompt = text
    if (shownSignIn(model)?.phase === 'waiting' && ticks()) stopTicking = clock.after(1_000, prompt)
  }
  const startLine = (): void => {
    if (shownPrompt === null) return
    shownPrompt = null
    if (isDumb) return writeText('stdout', '')
    // What is typed may have made the prompt longer than a row.
    rowsCleared = input.getCursorPos().rows
    clearLines(rowsCleared)
  }
  const print = (stream: 'stdout' | 'stderr', lines: readonly string[]): void => {
    if (lines.length === 0) return
    // The prompt's line gives way to the text and comes back below it.
    if (prompting) startLine()
    for (const line of lines) writeText(stream, line)
  }
  const present = (model: Model, event: Event): void => {
    print('stdout', linesFor(model, event, clock.nowMs(), setting))
    if (event.type === 'link-ready') print('stdout', forwardingLines(event.link, env))
    prompt()
  }
  input.on('SIGINT', onInterrupt)
  input.on('close', () => {
    stopTicking()
    if (ended) return
    ended = true
    // Ctrl-D, or a terminal that has gone; the end of a pipe is no command.
    if (!prompting) return
    const isWaiting = agent !== null && reachableSignIn(agent.model()) !== undefined
    if (isWaiting) print('stdout', [STAYS])
    else onInterrupt()
  })
  return {
    listening: () => undefined,
    say: (line) => {
      print('stdout', [line])
      prompt()
    },
    complain: (line) => {
      print('stderr', [line])
      prompt()
    },
    follow(followed, { quietly }) {
      agent = followed
      if (!quietly) print('stdout', describe(agent.model(), clock.nowMs(), setting))
      unsubscribe = agent.subscribe(present)
      prompt()
    },
    status: (model) => {
      print('stdout', describe(model, clock.nowMs(), setting))
      prompt()
    },
    link: (url) => {
      print('stdout', [url ?? NO_LINK])
      prompt()
    },
    signOutLink: (url) => {
      print('stdout', ['', 'To sign out at the provider too, open this link:', '', url, ''])
      prompt()
    },
    answer: (_command, { message, tell }) => {
      if (!tell) return
      print('stdout', [message])
      prompt()
    },
    onLine: (take) =>
      void input.on('line', (line) => {
        take(line)
        prompt()
      }),
    close: () => {
      ended = true
      stopTicking()
      unsubscribe()
      if (prompting) startLine()
      input.close()
    },
  }
}
