// Text for a person; at a real terminal with a prompt that shows the state and the time left.

import type { Interface } from 'node:readline'
import type { Agent } from '../agent/agent.js'
import { reachableSignIn, shownSignIn, type Event, type Model } from '../agent/model.js'
import type { Clock } from '../base/clock.js'
import { writeText } from '../base/output.js'
import { openLines, standardInput } from '../base/standard-input.js'
import { createForwardingLines } from '../present/forwarding.js'
import { describeOtherAccounts, listAccounts } from './account-lines.js'
import { describeKey, describeWaitingConsent, formatApps } from './consent-lines.js'
import { answerStatus, describeEvent, describeStatus, formatPrompt } from './lines.js'
import { watchJobControl } from './job-control.js'
import { createPromptLine, type PromptLine } from './prompt-line.js'
import type { Terminal, TerminalDeps } from './terminal.js'
import { ANSWERS, GREETING, SIGN_IN_LINES } from './terminal-messages.js'

export function createPlainText({ clock, env, info, onInterrupt }: TerminalDeps): Terminal {
  const { input, promptLine } = openInput(env)
  const screen = createScreen(clock, promptLine)
  const { print } = screen
  const say = (...lines: readonly string[]): void => {
    print('stdout', lines)
    screen.prompt()
  }
  const present = (model: Model, event: Event): void => {
    print('stdout', describeEvent(model, event, clock.nowMs(), info))
    if (event.type === 'link-ready') print('stdout', createForwardingLines(event.link, env))
    screen.prompt()
  }
  let isOpen = true
  let unsubscribe: () => void = () => undefined

  if (promptLine !== null) shareTerminal(input, screen)
  input.on('SIGINT', onInterrupt)
  input.on('close', () => {
    isOpen = false
    const { agent, hasEnded } = screen.state
    screen.end()
    // The end of a pipe is not a command. Ctrl-D is, and so is a terminal that was closed.
    if (hasEnded || promptLine === null) return
    const isWaiting = agent !== null && reachableSignIn(agent.model()) !== undefined
    if (isWaiting) print('stdout', [SIGN_IN_LINES.ctrlD])
    else onInterrupt()
  })
  return {
    listening: () => undefined,
    say,
    complain: (line) => {
      print('stderr', [line])
      screen.prompt()
    },
    follow(agent, { quietly }) {
      screen.state.agent = agent
      const model = agent.model()
      const lines = describeStatus(model, clock.nowMs(), info)
      if (!quietly) print('stdout', addOthers(model, lines, clock.nowMs()))
      unsubscribe = agent.subscribe(present)
      screen.prompt()
    },
    ...createReplies(say, { clock, info }),
    readsCommands: () => isOpen && !screen.state.isAway,
    onLine: (take) =>
      void input.on('line', (line) => {
        take(line)
        screen.prompt()
      }),
    close: () => {
      screen.end()
      unsubscribe()
      promptLine?.clear()
      input.close()
    },
  }
}

type Replies = 'status' | 'accounts' | 'apps' | 'key' | 'link' | 'signOutLink' | 'answer'

/** What the terminal says on request. */
function createReplies(
  say: (...lines: readonly string[]) => void,
  { clock, info }: Pick<TerminalDeps, 'clock' | 'info'>,
): Pick<Terminal, Replies> {
  return {
    status(model) {
      const nowMs = clock.nowMs()
      say(...addOthers(model, answerStatus(model, nowMs, info), nowMs))
    },
    accounts: (model) => say(...listAccounts(model)),
    apps: (model) => say(...formatApps(model)),
    key: (made) => say(...describeKey(made)),
    link: (url) => say(url ?? ANSWERS.noLink),
    signOutLink: (url) => say('', SIGN_IN_LINES.signOutLink, '', url, ''),
    answer: (_command, { message, isShown }) => (isShown ? say(message) : undefined),
  }
}

/** Adds the other accounts and the question that waits to the state of the default account. */
function addOthers(model: Model, lines: readonly string[], nowMs: number): readonly string[] {
  return [...lines, ...describeOtherAccounts(model), ...describeWaitingConsent(model, nowMs)]
}

/** Opens the input; the prompt is null unless both input and output are a terminal. */
function openInput(env: NodeJS.ProcessEnv): { input: Interface; promptLine: PromptLine | null } {
  const stdin = standardInput()
  if (stdin.isTTY !== true || !process.stdout.isTTY) {
    return { input: openLines(stdin), promptLine: null }
  }
  const isDumb = env['TERM'] === 'dumb'
  const input = openLines(stdin, { output: process.stdout, terminal: !isDumb })
  return { input, promptLine: createPromptLine(input, isDumb) }
}

/** Leaves the terminal to a shell while the program runs in its background. */
function shareTerminal(input: Interface, screen: Screen): void {
  watchJobControl(input, {
    onStop: screen.clear,
    onBackground() {
      screen.leave()
      screen.print('stdout', [GREETING.inBackground])
    },
    onForeground: screen.comeBack,
  })
}

type Screen = {
  state: { agent: Agent | null; hasEnded: boolean; isAway: boolean }
  /** Prints lines above the prompt. Does not show the prompt again. */
  print(stream: 'stdout' | 'stderr', lines: readonly string[]): void
  /** Shows the prompt with the current state, updated each second while a sign-in waits. */
  prompt(): void
  /** Removes the prompt until it is shown again. */
  clear(): void
  /** Shows no prompt until `comeBack`, and treats the shown one as gone. */
  leave(): void
  comeBack(): void
  /** Shows no prompt from now on. */
  end(): void
}

function createScreen(clock: Clock, promptLine: PromptLine | null): Screen {
  const state: Screen['state'] = { agent: null, hasEnded: false, isAway: false }
  let stopUpdates: () => void = () => undefined
  const prompt = (): void => {
    if (promptLine === null || state.agent === null || state.hasEnded || state.isAway) return
    stopUpdates()
    const model = state.agent.model()
    promptLine.show(formatPrompt(model, clock.nowMs()))
    const isWaiting = shownSignIn(model)?.phase === 'waiting' || model.consentQuestion !== null
    if (isWaiting && promptLine.canUpdate()) stopUpdates = clock.after(1_000, prompt)
  }
  return {
    state,
    print(stream, lines) {
      if (lines.length === 0) return
      promptLine?.clear()
      for (const line of lines) writeText(stream, line)
    },
    prompt,
    clear: () => promptLine?.clear(),
    leave() {
      state.isAway = true
      stopUpdates()
      promptLine?.forget()
    },
    comeBack() {
      state.isAway = false
      promptLine?.forget()
      prompt()
    },
    end() {
      state.hasEnded = true
      stopUpdates()
    },
  }
}
