// The log of the real program, and secrets that must be in none of its files.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mountFullDisk } from '../support/full-disk.js'
import { answerLink } from '../support/person.js'
import type { Program } from '../support/program.js'
import { startProvider } from '../provider/provider.js'
import { findSessionFile } from '../support/session-file.js'
import { expect, SCRIPTED, test } from '../support/desktop-test.js'

type Entry = { at: string; level: string; event: string; code?: string; origin?: string }

function readLog({ dataDir }: Program): Entry[] {
  return readFileSync(join(dataDir, 'latchkey.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry)
}

test('S38: after sign-ins, renewal, failures and sign-out, no file and no output holds a secret', async ({
  run,
}) => {
  const secrets = new Set<string>()
  const keep = (...found: unknown[]): void => {
    for (const secret of found) if (typeof secret === 'string') secrets.add(secret)
  }
  const provider = await startProvider({
    misbehave: {
      tokenResponse: (json) => {
        keep(json['access_token'], json['refresh_token'], json['id_token'])
        return json
      },
    },
  })
  const { issuer, clientId, misbehave } = provider
  const temporary = await mkdtemp(join(tmpdir(), 'latchkey-temporary-'))
  const env = {
    TMPDIR: temporary,
    LATCHKEY_LOG_LEVEL: 'debug',
    LATCHKEY_PASSPHRASE: 'canary-passphrase',
    HTTPS_PROXY: 'http://ann:canary-password@127.0.0.1:9',
  }
  keep(env.LATCHKEY_PASSPHRASE, 'canary-password', 'canary-description')
  const at = ['--issuer', issuer, '--client-id', clientId]
  const program = await run([...SCRIPTED, ...at], { env })
  const { url } = await program.line('listening')
  const links: string[] = []
  /** Signs in with the next link, and returns the redirect's address. */
  const signIn = async (press?: string): Promise<URL> => {
    const link = await program.link()
    links.push(link)
    const sent = new URL(link).searchParams
    keep(...['state', 'nonce', 'code_challenge'].map((name) => sent.get(name)))
    const callback = new URL(await answerLink(link, press))
    keep(callback.searchParams.get('code'))
    await fetch(callback)
    return callback
  }
  const post = async (path: string, body?: object): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      ...(body && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })

  // Latchkey's own sign-in, and an app's, whose renewal is rejected.
  program.type('sign-in')
  await signIn()
  await program.status('signed-in')
  const code = post('/pkce/code')
  await signIn()
  expect((await code).status).toBe(200)
  expect((await post('/pkce/token')).status).toBe(200)
  const renewal = { grant_type: 'refresh_token', client_id: clientId }
  misbehave.token = 'invalid-grant'
  await post('/pkce/token', renewal)
  await program.status('needs-sign-in')
  delete misbehave.token
  // A sign-in that the provider rejects with a text of its own.
  misbehave.callback = (parameters) => {
    if (parameters.has('error')) parameters.set('error_description', 'canary-description')
  }
  program.type('sign-in')
  await signIn('deny=yes')
  await program.line('status', ({ status }) => Boolean(status.reason?.includes('denied')))
  // Another one, renewed, and signed out while the provider is broken.
  program.type('sign-in')
  await signIn()
  await program.status('signed-in')
  expect((await post('/pkce/token', renewal)).status).toBe(200)
  const whileSignedIn = filesIn(program.dataDir)
  expect(whileSignedIn.map(({ path }) => path)).toContain(findSessionFile(program.dataDir))
  misbehave.revocation = 'server-error'
  program.type('sign-out')
  await program.line('status', ({ status }) =>
    Boolean(status.reason?.includes('could not be told')),
  )

  for (const request of provider.tokenRequests) {
    keep(...['code', 'code_verifier', 'refresh_token'].map((name) => request.get(name)))
  }
  keep(...provider.revoked)
  const { dataDir } = program
  const reports = [
    await run(['diagnose', ...at], { env, dataDir }),
    await run(['diagnose', '--json', ...at], { env, dataDir }),
  ]
  for (const report of reports) await report.ended
  program.type('quit')
  expect(await program.ended).toBe(0)

  const events = readLog(program).map(({ event }) => event)
  for (const event of ['started', 'link-ready', 'exchange-started', 'signed-in', 'renewed']) {
    expect(events).toContain(event)
  }
  for (const event of [
    'callback-answered',
    'sign-in-ended',
    'session-ended',
    'revocation-failed',
  ]) {
    expect(events).toContain(event)
  }
  expect(events.slice(-2)).toEqual(['revocation-failed', 'stopped'])

  const kept = [...whileSignedIn, ...[dataDir, temporary].flatMap(filesIn)]
  expect(kept.map(({ path }) => path)).toEqual(
    expect.arrayContaining([join(dataDir, 'latchkey.log'), join(dataDir, 'diagnosis.txt')]),
  )
  const printed = [program, ...reports].map((one) => one.stdout() + one.stderr()).join('')
  // Printed on purpose, in the program's `open` lines.
  const beyondLinks = links.reduce((text, link) => text.replaceAll(link, ''), printed)
  // Three sign-ins with a code and one without, a renewal, and their results.
  expect(secrets.size).toBeGreaterThan(25)
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(14)
    for (const { path, text } of kept) expect(text, path).not.toContain(secret)
    if (secret !== 'canary-description') expect(beyondLinks).not.toContain(secret)
  }
  for (const { path, text } of kept) expect(text, path).not.toMatch(/Alice|alice@/)
  await provider.close()
  await rm(temporary, { recursive: true })
})

function filesIn(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path, 'latin1') }))
}

test('the log records the version, the system, the events and the end', async ({ run }) => {
  const program = await run(['--demo', ...SCRIPTED])
  const { url } = await program.line('listening')
  program.type('sign-in')
  await program.link()
  program.type('cancel')
  await program.status('signed-out')
  program.type('quit')
  await program.ended
  expect(readLog(program)).toMatchObject([
    { event: 'started', level: 'info', pid: program.process.pid, url, tier: 'memory' },
    { event: 'sign-in-started', origin: 'tray' },
    { event: 'link-ready', origin: 'tray' },
    { event: 'sign-in-ended', result: 'cancelled' },
    { event: 'stopped' },
  ])
  expect(statSync(join(program.dataDir, 'latchkey.log')).mode & 0o777).toBe(0o600)
})

test('the reason for a failed start is in the log, by its code', async ({ run }) => {
  const first = await run(['--demo', ...SCRIPTED])
  const { port } = new URL((await first.line('listening')).url)
  const second = await run(['--demo', '--json', '--port', port])
  expect(await second.ended).toBe(1)
  expect(readLog(second)).toMatchObject([
    { event: 'error', level: 'error', name: 'AuthError', code: 'port-taken', cause: null },
    { event: 'stopped' },
  ])
  expect(JSON.stringify(readLog(second))).toContain('main/net/loopback.ts:')
})

test('the log can be limited to failures', async ({ run }) => {
  const program = await run([...SCRIPTED, '--log-level', 'error', '--sign-in'])
  await program.status('failed')
  program.type('quit')
  await program.ended
  expect(readLog(program)).toMatchObject([{ event: 'sign-in-rejected', code: 'not-configured' }])
})

test('a full disk is reported once, and sign-ins still work', async ({ run }) => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const disk = mountFullDisk(folder)
  test.skip(disk === null, 'only root can mount a disk to fill')
  const { path: dataDir } = disk!
  const program = await run(['--demo', ...SCRIPTED, '--sign-in'], { dataDir })
  await fetch(await answerLink(await program.link()))
  await program.status('signed-in')

  // S39: the lock file is empty, and its socket still answers.
  const second = await run(['--demo', ...SCRIPTED], { dataDir })
  expect(await second.ended).toBe(3)
  expect(second.stderr()).toContain(`(PID ${program.process.pid}, at `)

  program.type('quit')
  expect(await program.ended).toBe(0)
  expect(program.stderr().split('\n')).toEqual([
    expect.stringContaining("service.json can't be written (the disk is full, ENOSPC)"),
    `latchkey: The log ${join(dataDir, 'latchkey.log')} can't be written (ENOSPC). Latchkey continues ` +
      'without it.',
    '',
  ])
  disk!.empty()
  disk!.unmount()
  await rm(folder, { recursive: true })
})
