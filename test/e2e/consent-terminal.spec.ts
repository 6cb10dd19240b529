// Apps ask for tokens, and a person at the headless program's terminal, or another program, answers.

import { expect } from '../support/expect.js'
import type { Pkce } from '../../main/api/models.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import type { AppEntry } from '../../main/present/app-entries.js'
import { ANSWERS } from '../../main/terminal/terminal-messages.js'
import { MESSAGES } from '../../main/settings/settings-messages.js'
import { createApps, type Apps, type AskingApp, type Got } from '../support/asking-app.js'
import { answerLink } from '../support/person.js'
import { test as base, type Program } from '../support/program.js'

const FLAGS = ['--demo', '--no-browser', '--port', '0'] as const

/** Text of Alice's account that no program gets without a consent. */
const PERSON = /Alice|alice/

const test = base.extend<{
  apps: Apps
  /** Starts the program with --json, and signs Alice in. */
  start: (flags?: readonly string[]) => Promise<Program & { url: string }>
}>({
  // eslint-disable-next-line no-empty-pattern
  apps: async ({}, use) => {
    const apps = await createApps()
    await use(apps)
    await apps.remove()
  },
  start: ({ run }, use) =>
    use(async (flags = []) => {
      const program = await run([...FLAGS, '--json', ...flags])
      const { url } = await program.line('listening')
      await signIn(program)
      return Object.assign(program, { url })
    }),
})

async function signIn(program: Program): Promise<void> {
  program.type('sign-in')
  await visit(await program.link())
  await program.status('signed-in')
}

async function visit(link: string): Promise<void> {
  const page = await fetch(await answerLink(link, 'account=alice'))
  expect(page.status).toBe(200)
}

/** Types a command, and returns its answer. */
async function type(program: Program, command: string): Promise<{ ok: boolean; message: string }> {
  program.type(command)
  const [name] = command.split(' ')
  const { ok, message } = await program.line('answer', (line) => line.command === name)
  return { ok, message }
}

async function listApps(program: Program): Promise<readonly AppEntry[]> {
  program.type('apps')
  return (await program.line('apps')).apps
}

/** Starts an app, and answers the question about it. */
async function askAnd(
  program: Program & { url: string },
  app: AskingApp,
  command: (id: string) => string,
): Promise<Got> {
  const asking = app.ask(program.url)
  const { id } = await program.line('consent')
  expect((await type(program, command(id))).ok).toBe(true)
  return await asking
}

function expectToken(got: Got): void {
  expect(got, got.text).toMatchObject({ status: 200, hasToken: true })
}

function expectNothing(got: Got): void {
  expect(got, got.text).toMatchObject({ status: 403, code: 'not-allowed', hasToken: false })
  expect(got.text).not.toMatch(PERSON)
}

test('S24: an app that nobody knows waits for an answer, and allow is for this time only', async ({
  apps,
  start,
}) => {
  const program = await start()
  const app = await apps.create('mail-sync.mjs')
  const asking = app.ask(program.url)
  const line = await program.line('consent')
  expect(line).toMatchObject({
    program: { name: 'mail-sync', script: app.path, pid: expect.any(Number) },
    grade: 'seen',
    account: { sub: 'alice', name: 'Alice Adams', email: 'alice@example.com' },
    purpose: 'token',
  })
  expect(line.program.executable).toMatch(/node/)
  expect(await type(program, `allow ${line.id}`)).toEqual({ ok: true, message: ANSWERS.allowed })
  expectToken(await asking)

  expectToken(await askAnd(program, app, (id) => `allow ${id}`))
  expect(await listApps(program)).toEqual([])
})

test('S24: an app that is always allowed is not asked about again, until it is forgotten', async ({
  apps,
  start,
}) => {
  const program = await start()
  const [app, other] = [await apps.create('mail-sync.mjs'), await apps.create('other.mjs')]
  expectToken(await askAnd(program, app, (id) => `allow ${id} always`))
  expectToken(await app.ask(program.url))
  const [entry, ...more] = await listApps(program)
  expect(more).toEqual([])
  expect(entry).toMatchObject({
    kind: 'program',
    name: 'mail-sync',
    script: app.path,
    account: { sub: 'alice' },
    lastUsedAt: expect.stringMatching(/^\d{4}-/),
    changedAt: null,
  })
  // The same interpreter with another script is another app.
  expectNothing(await askAnd(program, other, (id) => `deny ${id}`))

  expect(await type(program, 'forget mail-sync')).toEqual({
    ok: true,
    message: ANSWERS.forgotten('mail-sync'),
  })
  expectNothing(await askAnd(program, app, (id) => `deny ${id}`))
})

test('S24: a denied app gets nothing, without another question, until it is forgotten', async ({
  apps,
  start,
}) => {
  const program = await start()
  const app = await apps.create('mail-sync.mjs')
  const asking = app.ask(program.url)
  const { id } = await program.line('consent')
  program.type(`deny ${id}`)
  expect(await program.line('consent-answered')).toMatchObject({ id, answer: 'denied' })
  expect(await program.line('answer')).toMatchObject({ ok: true, message: ANSWERS.denied })
  expectNothing(await asking)
  expectNothing(await app.ask(program.url))
  const [entry] = await listApps(program)
  expect(entry).toMatchObject({ kind: 'denied', name: 'mail-sync', script: app.path })
  expect(Date.parse(entry!.deniedUntil!)).toBeGreaterThan(Date.now())
  expect((await type(program, `forget ${entry!.id.toUpperCase()}`)).ok).toBe(true)
  expectToken(await askAnd(program, app, (later) => `allow ${later}`))
})

test('many processes of one app are one question', async ({ apps, start }) => {
  const program = await start()
  const app = await apps.create('mail-sync.mjs')
  const asking = Array.from({ length: 5 }, () => app.ask(program.url))
  const { id } = await program.line('consent')
  // Those that come later are allowed, too.
  await type(program, `allow ${id} always`)
  for (const got of await Promise.all(asking)) expectToken(got)
  expect(program.stdout().match(/"event":"consent"/g)).toHaveLength(1)
})

test('a key lets any program in that has it, until it is forgotten', async ({ apps, start }) => {
  const program = await start()
  const app = await apps.create('mail-sync.mjs')
  program.type('key Backup openid email')
  const { key, name, id } = await program.line('key')
  expect(key).toMatch(/^latchkey_[\w-]{43}$/)
  expect(name).toBe('Backup')
  expect(await program.line('answer')).toMatchObject({ ok: true, message: ANSWERS.keyMade })

  const got = await app.ask(program.url, { key })
  expectToken(got)
  const { scope } = (JSON.parse(got.text) as Pkce).auth0!.oAuth.token
  expect(scope.split(' ').toSorted()).toEqual(['email', 'openid'])
  expect(await listApps(program)).toMatchObject([
    { id, kind: 'key', name: 'Backup', scope: 'openid email', executable: null },
  ])
  expectNothing(await app.ask(program.url, { key: `latchkey_${'a'.repeat(43)}` }))

  expect((await type(program, 'forget Backup')).ok).toBe(true)
  expectNothing(await app.ask(program.url, { key }))
  // Nothing but the answer to `key` has shown it.
  expect(program.stdout().split(key)).toHaveLength(2)
})

test('a sign-out that forgets ends keys and consents for good', async ({ apps, start }) => {
  const program = await start()
  const app = await apps.create('mail-sync.mjs')
  program.type('key backup')
  const { key } = await program.line('key')
  expectToken(await askAnd(program, app, (id) => `allow ${id} always`))
  await type(program, 'sign-out forget')
  await program.status('signed-out')
  await signIn(program)
  expect(await listApps(program)).toEqual([])
  expectNothing(await app.ask(program.url, { key }))
  expectNothing(await askAnd(program, app, (id) => `deny ${id}`))
})

test('an allowed script needs no answer, and the program says that of every app if consent is off', async ({
  apps,
  start,
  run,
}) => {
  const [app, other] = [await apps.create('mail-sync.mjs'), await apps.create('other.mjs')]
  const program = await start(['--allow', app.path])
  expectToken(await app.ask(program.url))
  expectNothing(await askAnd(program, other, (id) => `deny ${id}`))

  const off = await start(['--consent', 'off'])
  expectToken(await other.ask(off.url))
  const plain = await run([...FLAGS, '--consent', 'off'])
  await expect.poll(() => plain.stdout()).toContain(`${CONSENT_WORDS.consentOff}\n`)
})

for (const tool of ['/bin/sh', process.execPath]) {
  test(`--allow ${tool} ends the program with code 2`, async ({ run }) => {
    const program = await run([...FLAGS, '--allow', tool])
    expect(await program.ended).toBe(2)
    expect(program.stderr()).toContain(MESSAGES.allowsTool('--allow', tool))
  })
}

test('a person reads the question, answers it, and lists and forgets the app', async ({
  apps,
  run,
}) => {
  const { program, url } = await startForPerson(run)
  const app = await apps.create('mail-sync.mjs')
  const asking = app.ask(url)
  const [, id = ''] = await shown(
    program,
    /Type allow (\w+), allow \1 always or deny \1\. \d:\d\d left\./,
  )
  for (const line of [
    'mail-sync asks to use your account.',
    `  Says it is  ${app.path}`,
    '  Account     Alice Adams (alice@example.com) at demo',
    `  Wants to    ${CONSENT_WORDS.purposes.token}`,
    `  ${CONSENT_WORDS.grades.seen}`,
  ]) {
    expect(program.stdout()).toContain(`${line}\n`)
  }
  program.type(`allow ${id} always`)
  expectToken(await asking)
  await shown(program, /mail-sync is allowed from now on\./)

  program.type('apps')
  await shown(program, /access and ID tokens.*mail-sync \(.*mail-sync\.mjs\)/)
  program.type('forget mail-sync')
  program.type('apps')
  await shown(program, new RegExp(CONSENT_WORDS.appList.none))

  program.type('key backup')
  const [key = ''] = await shown(program, /^latchkey_[\w-]{43}$/m)
  expectToken(await app.ask(url, { key }))
})

test('once nobody can type commands, apps get nothing, and at once', async ({ apps, run }) => {
  const { program, url } = await startForPerson(run)
  const app = await apps.create('mail-sync.mjs')
  program.process.stdin.end()
  expectNothing(await app.ask(url))
  expect(program.stdout()).not.toContain('mail-sync')
})

/** Starts the program for a person, and signs Alice in. */
async function startForPerson(
  run: (flags: readonly string[]) => Promise<Program>,
): Promise<{ program: Program; url: string }> {
  const program = await run(FLAGS)
  const [url = ''] = await shown(program, /http:\/\/127\.0\.0\.1:\d+(?=\.)/)
  program.type('sign-in')
  const [link = ''] = await shown(program, /^http:\S+\/auth\S*$/m)
  await visit(link)
  await shown(program, /Signed in as Alice Adams/)
  return { program, url }
}

/** Waits until the program has printed this. */
async function shown(program: Program, pattern: RegExp): Promise<RegExpExecArray> {
  await expect.poll(() => program.stdout()).toMatch(pattern)
  return pattern.exec(program.stdout())!
}
