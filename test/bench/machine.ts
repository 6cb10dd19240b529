// The machine and the versions of a run.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../support/program-path.js'
import { ROOT } from '../support/root.js'
import { BENCH } from './contenders.js'
import { OIDC_AGENT } from './names.js'
import type { BenchRecord } from './record.js'

export function describeMachine(): BenchRecord['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: readSystem(),
    kernel: release(),
    loadBefore: Number(loadavg()[0]!.toFixed(2)),
    socketsBefore: countSockets(),
  }
}

export function readVersions(): Record<string, string> {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const peers = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return {
    node: process.versions.node,
    latchkey: own.version,
    ...peers.dependencies,
    ...readOidcAgentVersion(),
  }
}

function readOidcAgentVersion(): Record<string, string> {
  if (findProgram('oidc-agent') === null) return {}
  const text = execFileSync('oidc-agent', ['--version'], { encoding: 'utf8' })
  return { [OIDC_AGENT]: /\d+(?:\.\d+)+/.exec(text)?.[0] ?? 'unknown' }
}

/** Returns the commit, marked if there are changes that are not committed. */
export function readCommit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
    const commit = git('rev-parse', '--short=12', 'HEAD')
    return git('status', '--porcelain') === '' ? commit : `${commit} with changes`
  } catch {
    return 'unknown'
  }
}

function readSystem(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8')
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1] ?? type()
  } catch {
    return type()
  }
}

/** Counts the lines of /proc/net/tcp without its head: IPv4 sockets of all programs. */
function countSockets(): number {
  return existsSync('/proc/net/tcp')
    ? readFileSync('/proc/net/tcp', 'utf8').trimEnd().split('\n').length - 1
    : 0
}
