// What the person allows a command that manages Latchkey is for that action alone.

import { request } from 'node:http'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { excerpt } from '../../main/base/printable.js'
import type { AppEntry } from '../../main/present/app-entries.js'
import { expect, signInWith, test, type } from '../support/accounts-program.js'
import type { Program } from '../support/program.js'
import { runCli, type Ran } from '../support/run-cli.js'

async function listApps(program: Program): Promise<readonly AppEntry[]> {
  program.type('apps')
  return (await program.line('apps')).apps
}

const ID = /^[a-z2-7]{8}$/

test('S50: two commands of one shell are asked about one by one, each with what it would do', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  const run = (...words: string[]): Promise<Ran> =>
    runCli([...words, '--data-dir', program.dataDir])

  const apps = run('apps')
  const first = await program.line('consent')
  expect(first).toMatchObject({ purpose: 'manage', action: { kind: 'list-apps' } })
  const key = run('key', 'backup', '--scope', 'openid')
  program.type(`allow ${first.id}`)
  expect(await apps).toMatchObject({ code: 0, stdout: `${CONSENT_WORDS.appList.none}\n` })

  const second = await program.line('consent')
  const action = { kind: 'make-key', name: 'backup', scope: 'openid' }
  expect(second).toMatchObject({ purpose: 'manage', action })
  program.type(`deny ${second.id}`)
  expect(await key).toMatchObject({ code: 6, stdout: '' })
})

test('S50: a command that hung up leaves no permission for the next one', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  const path = '/agent/apps'
  const call = request(new URL(path, program.url)).on('error', () => undefined)
  const closed = new Promise((resolve) => void call.once('close', resolve))
  call.end()
  const { id } = await program.line('consent')
  call.destroy()
  await closed
  expect(await program.line('consent-answered')).toMatchObject({ id, answer: 'withdrawn' })
  expect(await type(program, `allow ${id}`)).toMatchObject({ ok: false })
})

test('forget is asked about by the name of the app, even if its ID is given', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  program.type('key backup')
  const { id: app } = await program.line('key')
  expect(app).toMatch(ID)
  const running = runCli(['apps', 'forget', app, '--data-dir', program.dataDir])
  const { id, action, program: asking } = await program.line('consent')
  expect(asking.name).toBe('latchkey')
  expect(action).toEqual({ kind: 'forget-app', app: 'backup', id: app })
  program.type(`allow ${id}`)
  expect((await running).code).toBe(0)
})

test('a key is made for the account of the question, even if another one becomes the default', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  const [alice, john] = await signInWith(program, 'sign-in home', null)
  const running = runCli(['key', 'backup', '--data-dir', program.dataDir])
  const { id, account } = await program.line('consent')
  expect(account?.id).toBe(alice!.id)
  expect(await type(program, `use ${john!.id}`)).toMatchObject({ ok: true })
  program.type(`allow ${id}`)
  expect((await running).code).toBe(0)
  program.type('apps')
  const { apps } = await program.line('apps')
  const owners = apps.map(({ name, account: owner }: AppEntry) => [name, owner?.id])
  expect(owners).toEqual([['backup', alice!.id]])
})

test('what has the name only after the question is not forgotten', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  program.type('key backup')
  await program.line('key')
  const running = runCli(['apps', 'forget', 'backup', '--data-dir', program.dataDir])
  const { id } = await program.line('consent')
  expect(await type(program, 'forget backup')).toMatchObject({ ok: true })
  program.type('key backup')
  await program.line('key')
  program.type(`allow ${id}`)
  expect((await running).code).toBe(1)
  program.type('apps')
  const { apps } = await program.line('apps')
  expect(apps.map(({ name }: AppEntry) => name)).toEqual(['backup'])
})

test('nobody is asked about a name that no key can have, or an account that is not there', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  for (const [command, code] of [
    [['key', 'a b'], 1],
    [['key', 'backup', '--account', 'aaaaaaaa'], 5],
    [['use', 'aaaaaaaa'], 5],
  ] as const) {
    const ran = await runCli([...command, '--data-dir', program.dataDir])
    expect([ran.code, ran.stdout], ran.stderr).toEqual([code, ''])
  }
  expect(program.stdout()).not.toContain('"event":"consent"')
})

const LONG = `no-such-${'x'.repeat(60)}`
const CUT = excerpt(LONG)

test('S24: only after the question does a program learn which keys, apps and scopes there are', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  program.type('key payroll')
  await program.line('key')
  const makeKey = { kind: 'make-key', name: 'payroll', scope: null }
  for (const [command, action, message] of [
    [['key', 'payroll'], makeKey, 'There is already a key payroll'],
    [
      ['key', 'payroll', '--scope', `${LONG} openid b`],
      { ...makeKey, scope: `openid ${CUT}` },
      'There is already a key payroll',
    ],
    [
      ['key', 'b', '--scope', `openid ${LONG}`],
      { ...makeKey, name: 'b', scope: `openid ${CUT}` },
      `The session is not for ${CUT}`,
    ],
    [['apps', 'forget', LONG], { kind: 'forget-app', app: CUT, id: null }, 'app'],
  ] as const) {
    for (const answer of ['deny', 'allow']) {
      const running = runCli([...command, '--data-dir', program.dataDir])
      const question = await program.line('consent')
      expect(question).toMatchObject({ purpose: 'manage', action })
      expect(JSON.stringify(question)).not.toContain(LONG)
      program.type(`${answer} ${question.id}`)
      const { code, stdout, stderr } = await running
      expect(stdout).toBe('')
      if (answer === 'allow') {
        expect(code).toBe(1)
        expect(stderr).toContain(message)
        continue
      }
      expect(code).toBe(6)
      // The next question is asked at once.
      const apps = await listApps(program)
      expect(
        await type(program, `forget ${apps.find(({ kind }) => kind === 'denied')!.id}`),
      ).toMatchObject({
        ok: true,
      })
    }
  }
  // Nothing was made or forgotten.
  expect((await listApps(program)).map(({ name }) => name)).toEqual(['payroll'])
})

test('S24: what can’t be done is told to no program that nobody would be asked about', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  program.type('key payroll')
  await program.line('key')
  const first = runCli(['key', 'other', '--data-dir', program.dataDir])
  program.type(`deny ${(await program.line('consent')).id}`)
  const { stderr } = await first
  for (const command of [
    ['key', 'payroll'],
    ['key', 'b', '--scope', 'no-such'],
    ['apps', 'forget', 'no-such'],
  ]) {
    const ran = await runCli([...command, '--data-dir', program.dataDir])
    expect(ran).toEqual({ code: 6, stdout: '', stderr })
  }
})

test('a sign-out is asked about by itself, and not together with a token', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  const token = runCli(['token', '--data-dir', program.dataDir])
  const first = await program.line('consent')
  expect(first).toMatchObject({ purpose: 'access-token', action: null })
  const signOut = runCli(['sign-out', '--data-dir', program.dataDir])
  program.type(`allow ${first.id}`)
  expect((await token).code).toBe(0)
  const second = await program.line('consent')
  expect(second).toMatchObject({ purpose: 'access-token', action: { kind: 'sign-out' } })
  expect(await type(program, `allow ${second.id} always`)).toMatchObject({ ok: false })
  program.type(`deny ${second.id}`)
  expect((await signOut).code).toBe(6)
  program.type('accounts')
  expect((await program.line('accounts')).accounts).toMatchObject([{ state: 'signed-in' }])
})

test('a key for some scopes signs nobody out', async ({ startProviders, start }) => {
  const program = await start(await startProviders())
  const [alice] = await signInWith(program, 'sign-in work', 'alice')
  const run = async (words: string): Promise<number | null> => {
    program.type(words)
    const { key } = await program.line('key')
    const env = { LATCHKEY_KEY: key }
    return (await runCli(['sign-out', '--data-dir', program.dataDir], { env })).code
  }
  expect(await run(`key narrow ${alice!.id} openid`)).toBe(6)
  expect(await run('key whole')).toBe(0)
})
