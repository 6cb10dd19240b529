// Apps of the user that ask the service for a token: Node scripts in processes of their own.

import { spawn } from 'node:child_process'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pkce } from '../../main/api/models.js'

/** What an app got. `code`: of the problem; null if there was none. */
export type Got = { status: number; code: string | null; hasToken: boolean; text: string }

export type AskingApp = {
  /** The script's real path. */
  path: string
  /** Starts the app, and resolves when it has its answer. `key`: it sends this one. */
  ask(url: string, options?: { key?: string }): Promise<Got>
}

export type Apps = {
  /** Creates an app whose script has this name. */
  create(name: string): Promise<AskingApp>
  remove(): Promise<void>
}

/** Asks for the access token of the default account, and prints the answer. */
const SCRIPT = `
const [url, key] = process.argv.slice(2)
const headers = { 'Content-Type': 'application/json' }
if (key) headers.Authorization = 'Bearer ' + key
const body = JSON.stringify({ grant_type: 'refresh_token', minimum_validity: 0 })
const answer = await fetch(url + '/pkce/token', { method: 'POST', headers, body })
console.log(JSON.stringify({ status: answer.status, text: await answer.text() }))
`

/** Makes a folder for apps. */
export async function createApps(): Promise<Apps> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-apps-')))
  return {
    async create(name) {
      const path = join(folder, name)
      await writeFile(path, SCRIPT)
      return {
        path,
        async ask(url, { key } = {}) {
          const args = [path, url, ...(key === undefined ? [] : [key])]
          const { status, text } = JSON.parse(await runNode(args)) as {
            status: number
            text: string
          }
          const { code = null, auth0 } = JSON.parse(text) as Pkce & { code?: string }
          const hasToken = auth0?.oAuth.token.access_token !== undefined
          return { status, code, hasToken, text }
        },
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Runs Node without any variables that could make it run other code. */
function runNode(args: readonly string[]): Promise<string> {
  const { PATH = '' } = process.env
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn(process.execPath, args, { env: { PATH }, stdio: [...stdio] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (output += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(output))
  })
}
