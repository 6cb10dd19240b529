// Starts a program that prints JSON lines: the headless program, or one that does the same job.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AccountsLine, OtherPersonLine } from '../../main/terminal/accounts-json.js'
import type {
  AppsLine,
  ConsentAnsweredLine,
  ConsentLine,
  KeyLine,
} from '../../main/terminal/consent-json.js'
import type { SignInLine } from '../../main/present/sign-in-lines.js'
import type { Status } from '../../main/ipc.js'
import { ROOT } from './root.js'

export const HEADLESS = join(ROOT, 'dist', 'main', 'headless.js')

export type Line =
  | { event: 'listening'; url: string }
  | { event: 'open'; url: string }
  | { event: 'link'; url: string | null }
  | { event: 'status'; status: Status }
  | AccountsLine
  | OtherPersonLine
  | ConsentLine
  | ConsentAnsweredLine
  | AppsLine
  | KeyLine
  | SignInLine
  | { event: 'answer'; command: string; ok: boolean; message: string }

export type Program = {
  process: ChildProcessWithoutNullStreams
  dataDir: string
  /** All that it has printed so far. */
  stdout(): string
  stderr(): string
  /** Takes the next line that `matches`, and skips the lines before it. */
  line<Kind extends Line['event']>(
    kind: Kind,
    matches?: (line: Extract<Line, { event: Kind }>) => boolean,
  ): Promise<Extract<Line, { event: Kind }>>
  status(state: Status['state']): Promise<Status>
  link(): Promise<string>
  type(command: string): void
  /** The exit code, after the program has ended and all its output has arrived. */
  ended: Promise<number | null>
}

/** S24: allows the process that runs the tests, so that it may read tokens without a question. */
export const ALLOW_TESTS = ['--allow', realpathSync(process.argv[1]!)] as const

/** Flags for a program under test, which must not open this machine's browser. */
export const SCRIPTED = ['--json', '--no-browser', '--port', '0', ...ALLOW_TESTS] as const

/** Starts a command. The caller ends it. If `json` is true, its output is read as lines. */
export function startProgram(
  command: readonly string[],
  { dataDir, env = {}, json }: { dataDir: string; env?: Record<string, string>; json: boolean },
): Program {
  const child = spawn(command[0]!, command.slice(1), { env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (stderr += chunk))
  child.stdin.on('error', () => undefined) // It may have ended before it read its commands.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))

  const lines: Line[] = []
  let wake: () => void = () => undefined
  let over = false
  if (json) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      lines.push(JSON.parse(text) as Line)
      wake()
    })
  }
  void ended.then(() => {
    over = true
    wake()
  })

  const program: Program = {
    process: child,
    dataDir,
    stdout: () => stdout,
    stderr: () => stderr,
    async line(kind, matches = () => true) {
      for (;;) {
        const next = lines.shift()
        if (next?.event === kind && matches(next as never)) return next as never
        if (next) continue
        if (over) throw new Error(`the program ended without "${kind}"\n${stdout}\n${stderr}`)
        await new Promise<void>((resolve) => void (wake = resolve))
      }
    },
    status: async (state) =>
      (await program.line('status', ({ status }) => status.state === state)).status,
    link: async () => (await program.line('open')).url,
    type: (command) => void child.stdin.write(`${command}\n`),
    ended,
  }
  return program
}
