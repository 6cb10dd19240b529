// `latchkey kubectl-credential`, by the documented protocol and run by kubectl itself.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { peekClaims } from '../../main/oauth/id-token.js'
import { createPrivateAuthority } from '../support/private-ca.js'
import type { Program } from '../support/program.js'
import { findProgram } from '../support/program-path.js'
import { CLI, runCli } from '../support/run-cli.js'
import { comeBack, expect, test as base } from '../support/service.js'

const test = base.extend<{ program: Program }>({
  program: async ({ serve }, use) => {
    const { program } = await serve()
    program.type('sign-in')
    await comeBack(program)
    await program.status('signed-in')
    await use(program)
  },
})

const V1 = 'client.authentication.k8s.io/v1'

async function allow(program: Program): Promise<string> {
  const { id, purpose } = await program.line('consent')
  program.type(`allow ${id}`)
  return purpose
}

test('it prints an ExecCredential with the ID token and its exp', async ({ program }) => {
  const info = { kind: 'ExecCredential', apiVersion: V1, spec: { interactive: false } }
  const env = { KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  const args = ['kubectl-credential', '--data-dir', program.dataDir]
  const [ran, purpose] = await Promise.all([runCli(args, { env }), allow(program)])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(purpose).toBe('id-token')
  const { apiVersion, kind, status } = JSON.parse(ran.stdout) as {
    apiVersion: string
    kind: string
    status: { token: string; expirationTimestamp: string }
  }
  expect([apiVersion, kind]).toEqual([V1, 'ExecCredential'])
  const { exp, sub } = peekClaims(status.token)
  expect(sub).not.toBe('')
  expect(status.expirationTimestamp).toBe(
    new Date(Number(exp) * 1000).toISOString().replace('.000Z', 'Z'),
  )
})

/** Makes a key, and returns the file that holds it. */
async function writeKey(program: Program, words: string): Promise<string> {
  program.type(`key ${words}`)
  const { key, name } = await program.line('key')
  const path = join(program.dataDir, `${name}.key`)
  await writeFile(path, `${key}\n`, { mode: 0o600 })
  return path
}

test('with a key in a file or a variable, nobody is asked', async ({ program }) => {
  const path = await writeKey(program, 'kubectl')
  const env = { LATCHKEY_KEY_FILE: path }
  const key = { LATCHKEY_KEY: (await readFile(path, 'utf8')).trim() }
  const at = ['--data-dir', program.dataDir]
  const { stdout: token } = await runCli(['token', '--id-token', '--key-file', path, ...at])
  const args = ['kubectl-credential', ...at]
  for (const ran of [
    await runCli([...args, '--key-file', path]),
    await runCli(args, { env }),
    await runCli(args, { env: key }),
  ]) {
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ran.stdout)).toMatchObject({ status: { token: token.trim() } })
  }
  expect(peekClaims(token.trim())['sub']).not.toBe('')
  expect(program.stdout()).not.toContain('"event":"consent"')
})

test('a key for scopes without openid gives kubectl nothing, and says why', async ({ program }) => {
  program.type('accounts')
  const { accounts } = await program.line('accounts')
  const path = await writeKey(program, `mail ${accounts[0]!.id} email`)
  const args = ['kubectl-credential', '--data-dir', program.dataDir, '--key-file', path]
  const ran = await runCli(args)
  expect(ran).toMatchObject({ code: 6, stdout: '' })
  expect(ran.stderr).toContain(CONSENT_DETAILS.keyWithoutIdToken)
})

test('a version that Latchkey does not know is bad usage', async ({ program }) => {
  const info = { kind: 'ExecCredential', apiVersion: `${V1}alpha1` }
  const env = { KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  const ran = await runCli(['kubectl-credential', '--data-dir', program.dataDir], { env })
  expect(ran).toMatchObject({ code: 2, stdout: '' })
})

test('kubectl sends the ID token to its server', async ({ program }) => {
  test.skip(findProgram('kubectl') === null, 'kubectl is not installed')
  const { dataDir } = program
  const authority = createPrivateAuthority()
  const sent: (string | undefined)[] = []
  const server = createServer(authority.issueFor('localhost'), (request, response) => {
    sent.push(request.headers.authorization)
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"major":"1"}')
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const exec = {
    apiVersion: V1,
    command: process.execPath,
    args: [CLI, 'kubectl-credential', '--data-dir', dataDir],
    interactiveMode: 'Never',
  }
  const cluster = {
    server: `https://localhost:${(server.address() as AddressInfo).port}`,
    'certificate-authority-data': btoa(authority.certificate),
  }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'alice', user: { exec } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'alice' } }],
    'current-context': 'test',
  }
  const path = join(dataDir, 'kubeconfig')
  await writeFile(path, JSON.stringify(config))
  const done = new Promise<string>((resolve) => {
    execFile('kubectl', ['--kubeconfig', path, 'get', '--raw', '/version'], (_, out, error) =>
      resolve(out + error),
    )
  })
  const [output] = await Promise.all([done, allow(program)])
  server.close()
  expect(output).toContain('{"major":"1"}')
  // Some builds of kubectl ask for the version twice.
  expect(new Set(sent).size).toBe(1)
  const [, token] = /^Bearer (\S+)$/.exec(sent[0] ?? '') ?? []
  expect(peekClaims(token!)['sub']).not.toBe('')
})
