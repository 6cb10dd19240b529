// An https server with a private git repository, which wants a password.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import type { PrivateAuthority } from './private-ca.js'

export type GitServer = {
  /** `localhost:PORT` */
  host: string
  url: string
  /** What the Authorization headers of the requests contained, decoded; null for one without. */
  sent: (string | null)[]
  close(): void
}

/** Without the user's own settings. */
export const GIT_ENV = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Alice',
  GIT_AUTHOR_EMAIL: 'alice@example.com',
  GIT_COMMITTER_NAME: 'Alice',
  GIT_COMMITTER_EMAIL: 'alice@example.com',
}

/** Makes a bare repository with one commit. `submodule`: the URL of another repository to include. */
export function makeRepository(
  folder: string,
  submodule?: { url: string; commit: string },
): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', work, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...GIT_ENV },
    }).trim()
  const work = mkdtempSync(join(folder, 'work-'))
  git('init', '--quiet', '--initial-branch=main')
  if (submodule !== undefined) {
    git('config', '--file', '.gitmodules', 'submodule.other.path', 'other')
    git('config', '--file', '.gitmodules', 'submodule.other.url', submodule.url)
    git('add', '.gitmodules')
    git('update-index', '--add', '--cacheinfo', `160000,${submodule.commit},other`)
  }
  git('commit', '--quiet', '--allow-empty', '--message=Begin')
  git('clone', '--quiet', '--bare', work, join(folder, 'repository.git'))
  git('-C', join(folder, 'repository.git'), 'update-server-info')
  return git('rev-parse', 'HEAD')
}

/** Serves the files of a folder to everyone with any password, as git's older protocol wants it. */
export async function startGitServer(
  authority: PrivateAuthority,
  folder: string,
): Promise<GitServer> {
  const sent: (string | null)[] = []
  const server = createServer(authority.issueFor('localhost'), (request, response) => {
    const { authorization } = request.headers
    const [, encoded] = /^Basic (.+)$/.exec(authorization ?? '') ?? []
    const decoded = encoded === undefined ? (authorization ?? null) : atob(encoded)
    sent.push(decoded)
    if (decoded === null || decoded.endsWith(':')) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end()
      return
    }
    const path = join(folder, normalize(new URL(request.url!, 'https://localhost').pathname))
    if (!existsSync(path) || !statSync(path).isFile()) response.writeHead(404).end()
    else createReadStream(path).pipe(response.writeHead(200))
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const host = `localhost:${(server.address() as AddressInfo).port}`
  return {
    host,
    url: `https://${host}/repository.git`,
    sent,
    close() {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const makeGitFolder = (): string => mkdtempSync(join(tmpdir(), 'latchkey-git-'))
