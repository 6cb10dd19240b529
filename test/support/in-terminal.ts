// Runs a program at a terminal of its own, which `script` of util-linux makes.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { findProgram } from './program-path.js'

/** Says why no terminal can be made here. Null if one can. */
export function whyNoTerminal(): string | null {
  if (process.platform !== 'linux') return 'script of other systems has other flags'
  return findProgram('script') === null ? 'script (util-linux) is not installed here' : null
}

export type AtTerminal = {
  process: ChildProcess
  /** Everything on the terminal, and the program's exit code. */
  ended: Promise<{ code: number | null; output: string }>
  /** Types a line. */
  type(line: string): void
}

/** Starts a program. What it writes to stdout and stderr comes together. */
export function startAtTerminal(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): AtTerminal {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env
  const child = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', quoted, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...inherited, TERM: 'xterm-256color', ...env },
    },
  )
  const ended = Promise.all([once(child, 'close'), text(child.stdout)])
  return {
    process: child,
    ended: ended.then(([[code], output]) => ({ code: code as number | null, output })),
    type: (line) => void child.stdin.write(`${line}\n`),
  }
}
