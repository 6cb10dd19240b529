// What the canary specs share: what to hide, and where else to look for it.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readServiceFile } from '../../main/storage/service-file.js'
import type { RunningProvider } from '../provider/provider.js'
import { findProgram } from './program-path.js'
import type { Hunt } from './secrets.js'

/** Hides everything that the provider issues from now on. */
export function hideTokens({ misbehave }: RunningProvider, hunt: Hunt): void {
  misbehave.tokenResponse = (json) => {
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      const token = json[name]
      if (typeof token === 'string') hunt.hide(name, token)
    }
    return json
  }
}

/** Hides everything that was sent to the provider. */
export function hideSentTo({ tokenRequests }: RunningProvider, hunt: Hunt): void {
  for (const form of tokenRequests) {
    for (const name of ['code', 'code_verifier', 'refresh_token']) {
      const sent = form.get(name)
      if (sent !== null) hunt.hide(name, sent)
    }
  }
}

/** Hides the values of an authorization URL, which belong nowhere else. */
export function hideLink(link: string, hunt: Hunt): void {
  for (const name of ['state', 'nonce']) hunt.hide(name, new URL(link).searchParams.get(name)!)
}

/** Where to find a curl that notes what it is given, and the two files with the notes. */
type WrappedCurl = { path: string; seen: string; environment: string; isThere: boolean }

/** Puts a program before curl in the PATH that notes the arguments and the environment of each call. */
export async function wrapCurl(folder: string): Promise<WrappedCurl> {
  const real = findProgram('curl')
  const seen = join(folder, 'arguments of curl')
  const environment = join(folder, 'environment of curl')
  const path = [folder, process.env['PATH']].join(delimiter)
  if (real === null) return { path, seen, environment, isThere: false }
  const notes = `printf '%s\\n' "$@" >>'${seen}'\nenv >>'${environment}'`
  const script = `#!/bin/sh\n${notes}\nexec '${real}' "$@"\n`
  await writeFile(join(folder, 'curl'), script, { mode: 0o700 })
  return { path, seen, environment, isThere: true }
}

/**
 * Reads the command lines of all processes, again and again. A process of a few milliseconds can be
 * missed, such as curl: see `wrapCurl`. Linux; elsewhere there are none.
 */
export function watchCommandLines(): { stop(): ReadonlySet<string> } {
  const lines = new Set<string>()
  const read = (): void => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      try {
        lines.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
      } catch {
        // It has ended.
      }
    }
  }
  const timer = process.platform === 'linux' ? setInterval(read, 20).unref() : undefined
  return {
    stop() {
      clearInterval(timer)
      return lines
    },
  }
}

/** Ends the agent that a command has started. */
export async function endAgent(dataDir: string): Promise<void> {
  const file = readServiceFile(dataDir)
  if (file === null) return
  try {
    process.kill(file.pid, 'SIGTERM')
  } catch {
    return // It was killed before, and has left its file.
  }
  while (existsSync(join(dataDir, 'service.json'))) await sleep(50)
}
