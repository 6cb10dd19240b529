// Runs code as another user of this computer.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export const NOBODY = 65_534

/** Says why no other user is available here. Null if one is. */
export function whyNoOtherUser(): string | null {
  if (process.platform !== 'linux') return 'only Linux tells who owns a socket'
  return process.getuid?.() === 0 ? null : 'only root can become another user'
}

/** Runs a module's code as nobody, with `given` as an input. Returns its output. */
export async function asNobody(given: unknown, code: string): Promise<string> {
  const become = `process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY})`
  const script = `${become}; const given = ${JSON.stringify(given)}; ${code}`
  const args = ['--input-type=module', '--eval', script]
  const env = { ...process.env, FORCE_COLOR: '0' }
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    env,
  })
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  return said
}
