// The stand-in's program when it is started by its path: it tells the driver, which then starts the app.

import { connect } from 'node:net'
import { readFileSync } from 'node:fs'

/** How a program was started, and its privileges. */
export type StartedAs = {
  program: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  /** Linux: true if it and its children can gain no privileges. */
  hasNoNewPrivileges: boolean
}

const [socket = '', program = '', ...args] = process.argv.slice(2)
const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
const started: StartedAs = {
  program,
  args,
  env: process.env as Record<string, string>,
  cwd: process.cwd(),
  hasNoNewPrivileges: /^NoNewPrivs:\s*1$/m.test(status),
}
connect(socket).end(JSON.stringify(started))
