// What the person allows a command that manages Latchkey is for that action alone.

import { request } from 'node:http'
import { CLI_LINES } from '../../main/cli/cli-messages.js'
import type { AppEntry } from '../../main/present/app-entries.js'
import { expect, signInWith, test, type } from '../support/accounts-program.js'
import { runCli, type Ran } from '../support/run-cli.js'

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
  expect(await apps).toMatchObject({ code: 0, stdout: `${CLI_LINES.noApps}\n` })

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
  const { id, action } = await program.line('consent')
  expect(action).toEqual({ kind: 'forget-app', app: 'backup' })
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

test('the name of a key is checked before the person is asked', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  await signInWith(program, 'sign-in work', 'alice')
  const { code, stderr } = await runCli(['key', 'a b', '--data-dir', program.dataDir])
  expect([code, stderr]).toEqual([1, expect.stringContaining('name')])
})
