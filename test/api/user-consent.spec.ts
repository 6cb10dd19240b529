// S24: what programs that the user has not allowed learn by the calls of the official client.

import { expect } from '@playwright/test'
import {
  createCallingPrograms,
  nodeScript,
  type Asking,
  type Heard,
} from '../support/calling-programs.js'
import { answerLink } from '../support/person.js'
import { test as base, type Program } from '../support/program.js'

type Desk = Program & {
  url: string
  /** Sends requests from one app, in a process of its own. */
  send(...paths: readonly string[]): Promise<readonly Heard[]>
}

const APPLICATION = { name: 'VIM', version: '1.0.0', platform: 'LINUX' }

/** Calls that answer at once, as if nobody were signed in. */
const POLLED = ['GET /user', 'GET /users', 'POST /connect', 'POST /user/clear'] as const
/** Calls that wait for the user. */
const WAITING = [
  'GET /user/access_token',
  'GET /user/refresh',
  'POST /os/sign_in',
  'POST /os/sign_out',
] as const

const test = base.extend<{ desk: Desk }>({
  desk: async ({ run }, use) => {
    const programs = await createCallingPrograms()
    const program = await run(['--demo', '--no-browser', '--port', '0', '--json'])
    const { url } = await program.line('listening')
    program.type('sign-in')
    await fetch(await answerLink(await program.link()))
    await program.status('signed-in')
    const script = await programs.write('plugin.mjs', nodeScript())
    const toAsking = (call: string): Asking => {
      const [method = '', path = ''] = call.split(' ')
      const asking = { url: `${url}${path}`, method }
      if (path === '/connect') return { ...asking, body: { application: APPLICATION } }
      return path === '/user/select' ? { ...asking, body: { user_id: 'alice' } } : asking
    }
    await use(
      Object.assign(program, {
        url,
        send: (...calls: readonly string[]) =>
          programs.start([process.execPath, script], calls.map(toAsking)).heard,
      }),
    )
    await programs.remove()
  },
})

test.skip(process.platform !== 'linux', 'only Linux tells which program calls')

/** Everything that Alice's tokens and account consist of. */
const PERSON = /alice|adams|eyJ/i

const countQuestions = (program: Program): number =>
  program.stdout().match(/"event":"consent"/g)?.length ?? 0

/** Sends the calls that plugins repeat, and checks that they learn nothing. */
async function expectNobody(desk: Desk): Promise<void> {
  const heard = await desk.send(...POLLED, 'POST /user/select')
  expect(heard.map(({ status }) => status)).toEqual([200, 200, 200, 204, 401])
  expect(heard[0]!.body).toBe('{}')
  expect(heard[1]!.body).toBe('{"iterable":[]}')
  expect(heard[2]!.body).not.toContain('"user"')
  for (const { raw } of heard) expect(raw).not.toMatch(PERSON)
}

async function type(desk: Desk, command: string): Promise<void> {
  desk.type(command)
  expect((await desk.line('answer', (line) => line.command === command.split(' ')[0])).ok).toBe(
    true,
  )
}

test('S24: before the user allows it, a program learns nothing, and the user is asked once', async ({
  desk,
}) => {
  await expectNobody(desk)
  await expectNobody(desk)
  expect(countQuestions(desk)).toBe(1)
  const { id, purpose, program } = await desk.line('consent')
  expect([purpose, program.script]).toEqual(['identity', expect.stringContaining('plugin.mjs')])
  await type(desk, `allow ${id} always`)
  const [user, users] = await desk.send('GET /user', 'GET /users')
  expect(user!.body).toMatch(/"user":\{.*Alice Adams/)
  expect(users!.body).toContain('alice@example.com')

  // Knowing who is signed in is not a token, nor does it sign anyone out.
  for (const call of ['GET /user/access_token', 'POST /os/sign_out']) {
    const calling = desk.send(call)
    const token = await desk.line('consent')
    expect(token.purpose).toBe('access-token')
    await type(desk, `deny ${token.id}`)
    expect((await calling)[0]).toMatchObject({ status: 403, code: 'not-allowed' })
    await type(desk, `forget ${await findDenied(desk)}`)
  }
  desk.type('status')
  await desk.status('signed-in')

  // After the user forgets it, it learns nothing again.
  await type(desk, `forget ${await findApp(desk)}`)
  await expectNobody(desk)
})

async function findApp(desk: Desk, kind: 'program' | 'denied' = 'program'): Promise<string> {
  desk.type('apps')
  const { apps } = await desk.line('apps')
  return apps.find((app) => app.kind === kind)!.id
}

const findDenied = (desk: Desk): Promise<string> => findApp(desk, 'denied')

test('a program that polls and then wants a token is asked about once, for the token', async ({
  desk,
}) => {
  const calling = desk.send('GET /user', 'GET /user/access_token')
  const polled = await desk.line('consent')
  expect(polled.purpose).toBe('identity')
  expect(await desk.line('consent-answered')).toMatchObject({ id: polled.id, answer: 'withdrawn' })
  const { id, purpose } = await desk.line('consent')
  expect(purpose).toBe('access-token')
  await type(desk, `allow ${id} always`)
  const [user, token] = await calling
  expect(user!.body).toBe('{}')
  expect([token!.status, token!.body]).toEqual([200, expect.stringMatching(/./)])
  const [known] = await desk.send('GET /user')
  expect(known!.body).toContain('Alice Adams')
  expect(countQuestions(desk)).toBe(2)
})

test('S24: after a denial, a program learns nothing, and no browser opens', async ({ desk }) => {
  await expectNobody(desk)
  await type(desk, `deny ${(await desk.line('consent')).id}`)
  await expectNobody(desk)
  for (const heard of await desk.send(...WAITING)) {
    expect([heard.status, heard.code], heard.raw).toEqual([403, 'not-allowed'])
    expect(heard.raw).not.toMatch(PERSON)
  }
  expect(countQuestions(desk)).toBe(1)
  expect(desk.stdout().match(/"event":"open"/g)).toHaveLength(1)
})

test('a sign-in that a program has done in the browser is consent for all of its calls', async ({
  desk,
}) => {
  await type(desk, 'sign-out')
  await desk.status('signed-out')
  const calling = desk.send('POST /os/sign_in')
  await fetch(await answerLink(await desk.link()))
  expect((await calling)[0]!.body).toContain('Alice Adams')
  const heard = await desk.send('GET /user', 'GET /user/access_token', 'POST /os/sign_out')
  expect(heard.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(heard[2]!.body).toBe('{"iterable":[]}')
  expect(countQuestions(desk)).toBe(0)
})
