// Runs the command line as its own process, as people and scripts do.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from './root.js'

export const CLI = join(ROOT, 'dist', 'main', 'cli.js')

export type Ran = { code: number | null; stdout: string; stderr: string }

type Options = { env?: Record<string, string>; input?: string }

/** Runs a command and waits for its end. Variables of this machine's Latchkey do not reach it. */
export function runCli(args: readonly string[], options?: Options): Promise<Ran> {
  return runCommand(process.execPath, [CLI, ...args], options)
}

/** Does the same with another program, such as a script. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { env = {}, input = '' }: Options = {},
): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_'))
  const child = spawn(program, args, {
    stdio: 'pipe',
    env: { ...Object.fromEntries(inherited), ...env },
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code: code as number | null, stdout, stderr }
}
