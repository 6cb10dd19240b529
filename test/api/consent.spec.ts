// S24: which programs get tokens: real processes of every kind, which call by HTTP.

import { execFileSync } from 'node:child_process'
import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import type { AppEntry, ConsentLine } from '../../main/terminal/consent-json.js'
import {
  createCallingPrograms,
  nodeScript,
  perlScript,
  type Asking,
  type Calling,
  type CallingPrograms,
  type Heard,
} from '../support/calling-programs.js'
import { NOBODY, whyNoOtherUser } from '../support/other-user.js'
import { answerLink } from '../support/person.js'
import { test as base, type Program } from '../support/program.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

const NODE = process.execPath
const PASSPHRASE = 'correct horse battery staple'

type Service = Program & { url: string }

type Start = (options?: {
  flags?: readonly string[]
  /** Nobody signs in. */
  isSignedOut?: boolean
}) => Promise<Service>

const test = base.extend<{
  provider: RunningProvider
  programs: CallingPrograms
  /** Starts the service on the test's data directory. Alice signs in, unless she is signed in already. */
  start: Start
}>({
  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    const provider = await startProvider({ signingAlg: 'ES256' })
    await use(provider)
    await provider.close()
  },
  // eslint-disable-next-line no-empty-pattern
  programs: async ({}, use) => {
    const programs = await createCallingPrograms()
    await use(programs)
    await programs.remove()
  },
  start: async ({ provider: { issuer, clientId }, run }, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
    let wasSignedIn = false
    await use(async ({ flags = [], isSignedOut = false } = {}) => {
      const provider = ['--issuer', issuer, '--client-id', clientId]
      const program = await run(['--json', '--no-browser', '--port', '0', ...provider, ...flags], {
        dataDir,
        env: { LATCHKEY_PASSPHRASE: PASSPHRASE },
      })
      const { url } = await program.line('listening')
      if (wasSignedIn) await program.status('signed-in')
      else if (!isSignedOut) await signIn(program)
      wasSignedIn ||= !isSignedOut
      return Object.assign(program, { url })
    })
    await rm(dataDir, { recursive: true, force: true })
  },
})

test.skip(process.platform !== 'linux', 'only Linux tells which program calls')

async function signIn(program: Program, command = 'sign-in', as = 'alice'): Promise<void> {
  program.type(command)
  await visit(await program.link(), as)
  await program.status('signed-in')
}

async function visit(link: string, as = 'alice'): Promise<void> {
  const page = await fetch(await answerLink(link, `account=${as}`))
  expect(page.status).toBe(200)
}

/** Ends the service in its usual way, so that it stores what it has to. */
async function quit(service: Service): Promise<void> {
  service.type('quit')
  expect(await service.ended).toBe(0)
}

/** Types a command, and returns whether it did something. */
async function type(program: Program, command: string): Promise<boolean> {
  program.type(command)
  const [name] = command.split(' ')
  return (await program.line('answer', (line) => line.command === name)).ok
}

async function listApps(program: Program): Promise<readonly AppEntry[]> {
  program.type('apps')
  return (await program.line('apps')).apps
}

/** Asks for a token of the default account. */
function renewal({ url }: Service, headers: Record<string, string> = {}): Asking {
  const body = { grant_type: 'refresh_token', minimum_validity: 0 }
  return { url: `${url}/pkce/token`, headers, body }
}

/** Everything that Alice's tokens and account consist of. Nobody who was not allowed may see any of it. */
const PERSON = /alice|adams|"auth0"|access_token|refresh_token|id_token|eyJ/i

function expectToken(heard: Heard): void {
  expect(heard.status, heard.raw).toBe(200)
  expect(heard.auth0?.oAuth.token.access_token).toMatch(/./)
}

function expectNothing(heard: Heard, code = 'not-allowed', status = 403): void {
  expect([heard.status, heard.code], heard.raw).toEqual([status, code])
  expect(heard.raw).not.toMatch(PERSON)
}

/** How often the person was asked. */
const countQuestions = (service: Service): number =>
  service.stdout().match(/"event":"consent"/g)?.length ?? 0

/** Takes the next question, and answers it. */
async function answerNext(service: Service, answer: 'once' | 'always' | 'denied') {
  const question = await service.line('consent')
  const { id } = question
  const commands = { once: `allow ${id}`, always: `allow ${id} always`, denied: `deny ${id}` }
  expect(await type(service, commands[answer])).toBe(true)
  return question
}

/** A program asks for a token. The person allows it for good, and it gets the token. */
async function allowAlways(
  service: Service,
  programs: CallingPrograms,
  command: readonly string[],
): Promise<ConsentLine> {
  const asking = programs.ask(command, renewal(service))
  const question = await answerNext(service, 'always')
  expectToken(await asking)
  return question
}

/** The program gets a token, and the person is not asked. */
async function expectAllowed(service: Service, call: () => Promise<Heard>): Promise<void> {
  const before = countQuestions(service)
  expectToken(await call())
  expect(countQuestions(service)).toBe(before)
}

/** The person is asked about the program, and denies. */
async function expectAsked(
  service: Service,
  call: () => Promise<Heard>,
  grade: 'seen' | 'uncertain' = 'seen',
): Promise<ConsentLine> {
  const calling = call()
  const question = await answerNext(service, 'denied')
  expect(question.grade).toBe(grade)
  expectNothing(await calling)
  return question
}

/** The person can allow the program only once. It gets the token then, and is asked about again. */
async function expectOnlyOnce(
  service: Service,
  call: () => Promise<Heard>,
  grade: 'seen' | 'uncertain',
): Promise<ConsentLine> {
  const calling = call()
  const question = await service.line('consent')
  expect(question.grade).toBe(grade)
  expect(await type(service, `allow ${question.id} always`)).toBe(false)
  expect(await type(service, `allow ${question.id}`)).toBe(true)
  expectToken(await calling)
  await expectAsked(service, call, grade)
  expect(await listApps(service)).not.toContainEqual(expect.objectContaining({ kind: 'program' }))
  return question
}

test('a script that is always allowed gets tokens in later processes and runs, and no other does', async ({
  programs,
  start,
}) => {
  const first = await start()
  const mail = [NODE, await programs.write('mail-sync.mjs', nodeScript())]
  const other = [NODE, await programs.write('other.mjs', nodeScript())]
  await allowAlways(first, programs, mail)
  await expectAllowed(first, () => programs.ask(mail, renewal(first)))
  const { program } = await expectAsked(first, () => programs.ask(other, renewal(first)))
  expect(program).toMatchObject({ name: 'other', script: other[1] })
  await quit(first)

  const second = await start()
  await expectAllowed(second, () => programs.ask(mail, renewal(second)))
  await expectAsked(second, () => programs.ask(other, renewal(second)))
})

test('a link to an allowed script leads to it, and a copy is another program', async ({
  programs,
  start,
}) => {
  const service = await start()
  const mail = await programs.write('mail-sync.mjs', nodeScript())
  await allowAlways(service, programs, [NODE, mail])
  const [link, copy] = [join(programs.folder, 'link.mjs'), join(programs.folder, 'copy.mjs')]
  await symlink(mail, link)
  await copyFile(mail, copy)
  await expectAllowed(service, () => programs.ask([NODE, link], renewal(service)))
  const { program } = await expectAsked(service, () => programs.ask([NODE, copy], renewal(service)))
  expect(program.script).toBe(copy)
})

test('a compiled program can be always allowed, by the question and by --allow', async ({
  programs,
  start,
}) => {
  const curl = execFileSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).trim()
  const [mailer, other] = [join(programs.folder, 'mailer'), join(programs.folder, 'other')]
  await copyFile(curl, mailer)
  await copyFile(curl, other)
  const first = await start()
  const { program } = await allowAlways(first, programs, byCurl(mailer, first))
  expect(program).toMatchObject({ name: 'mailer', executable: mailer, script: null })
  await expectAllowed(first, () => programs.ask(byCurl(mailer, first), renewal(first)))
  await expectAsked(first, () => programs.ask(byCurl(other, first), renewal(first)))
  await quit(first)

  const second = await start({ flags: ['--allow', other] })
  await expectAllowed(second, () => programs.ask(byCurl(other, second), renewal(second)))
})

/** A command that sends the request with curl, or with a copy of it. */
function byCurl(curl: string, service: Service): readonly string[] {
  const { url, body, headers } = renewal(service)
  const options = Object.entries({ 'Content-Type': 'application/json', ...headers })
  const names = options.flatMap(([name, value]) => ['--header', `${name}: ${value}`])
  return [curl, '--silent', '--include', '--data', JSON.stringify(body), ...names, url]
}

test('curl, and scripts that start it, are allowed only once', async ({ programs, start }) => {
  const service = await start()
  const script = await programs.write(
    'sync.sh',
    '#!/bin/sh\ncurl -si --data "$BODY" --header "Content-Type: application/json" "$URL"\nexit 0\n',
  )
  for (const command of [byCurl('curl', service), ['/bin/sh', script], [script]]) {
    const ask = () => programs.ask(command, renewal(service))
    const { program } = await expectOnlyOnce(service, ask, 'seen')
    expect(program.name).toBe('curl')
  }
})

test('a Python script is allowed by its path, and code that Python gets otherwise is not', async ({
  programs,
  start,
}) => {
  const python = findPython()
  test.skip(python === null, 'there is no python3')
  const service = await start()
  const code = `
import http.client, os
connection = http.client.HTTPConnection(os.environ['ADDRESS'])
connection.request('POST', '/pkce/token', os.environ['BODY'], {'Content-Type': 'application/json'})
answer = connection.getresponse()
print('HTTP/1.1', answer.status, answer.reason, end='\\r\\n')
for name, value in answer.getheaders(): print(name + ':', value, end='\\r\\n')
print('\\r\\n' + answer.read().decode())
`
  const script = await programs.write('sync.py', code)
  const { program } = await allowAlways(service, programs, [python!, script])
  expect(program.script).toBe(script)
  const ask = (...args: string[]) => programs.ask([python!, ...args], renewal(service))
  await expectAllowed(service, () => ask(script))
  await expectAllowed(service, () => ask('-I', script))
  await expectAsked(service, () => ask('-c', code, script), 'uncertain')
  const env = { PYTHONPATH: programs.folder }
  const withPath = () => programs.ask([python!, script], renewal(service), env)
  await expectAsked(service, withPath, 'uncertain')
})

/** The interpreter itself: in the path there may be a script that starts it. */
function findPython(): string | null {
  try {
    const args = ['-c', 'import sys; print(sys.executable)']
    return execFileSync('python3', args, { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

test.describe('a program that is made to look like an allowed one gets no token:', () => {
  let service: Service
  let allowed: string

  test.beforeEach(async ({ programs, start }) => {
    service = await start()
    allowed = await programs.write('mail-sync.mjs', nodeScript())
    await allowAlways(service, programs, [NODE, allowed])
  })

  test('by its title', async ({ programs }) => {
    for (const [at, title] of [
      `'${allowed}'`,
      `'node ${allowed}'`,
      `'node\\0${allowed}'`,
    ].entries()) {
      const script = nodeScript(`process.title = ${title}`)
      const evil = await programs.write(`evil-with-a-name-as-long-as-the-other-${at}.mjs`, script)
      const ask = () => programs.ask([NODE, evil], renewal(service))
      const { program } = await expectOnlyOnceBeside(service, ask)
      expect(program.script).toBe(null)
    }
  })

  test('by code from its arguments or standard input', async ({ programs }) => {
    const asModule = '--input-type=module'
    for (const args of [
      [asModule, '--eval', nodeScript(), allowed],
      ['--import', 'data:text/javascript,', allowed],
      ['--require', await programs.write('hook.cjs', ''), allowed],
    ]) {
      const ask = () => programs.ask([NODE, ...args], renewal(service))
      await expectOnlyOnceBeside(service, ask)
    }
    const piped = async (): Promise<Heard> => {
      const { child, heard } = programs.start([NODE, asModule, '-', allowed], [renewal(service)])
      child.stdin.end(nodeScript())
      return (await heard)[0]!
    }
    await expectOnlyOnceBeside(service, piped)
  })

  test('by its environment', async ({ programs }) => {
    const hook = await programs.write('hook.cjs', '')
    for (const env of [
      { LD_PRELOAD: 'libm.so.6' },
      { LD_LIBRARY_PATH: programs.folder },
      { NODE_OPTIONS: `--require ${hook}` },
      { NODE_OPTIONS: '--no-warnings --import=data:text/javascript,' },
      { NODE_PATH: programs.folder },
    ]) {
      const ask = () => programs.ask([NODE, allowed], renewal(service), env)
      const { program } = await expectOnlyOnceBeside(service, ask)
      expect(program.script).toBe(allowed)
    }
    const harmless = { NODE_OPTIONS: '--no-warnings --max-old-space-size=100', LD_PRELOAD: '' }
    await expectAllowed(service, () => programs.ask([NODE, allowed], renewal(service), harmless))
  })

  test('by its file, if that was replaced since the program started', async ({ programs }) => {
    const script = nodeScript(`await once(process.stdin, 'data'); process.stdin.destroy()`)
    const path = await programs.write('slow.mjs', script)
    const begin = async (): Promise<Calling> => {
      const calling = programs.start([NODE, path], [renewal(service)])
      // It must have started before its file is replaced.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      return calling
    }
    const go = async ({ child, heard }: Calling): Promise<Heard> => {
      child.stdin.write('go\n')
      return (await heard)[0]!
    }
    const first = await begin()
    const asking = go(first)
    await answerNext(service, 'always')
    expectToken(await asking)

    const second = await begin()
    await writeFile(path, `${script}\n// An update.`)
    await expectAsked(service, () => go(second), 'uncertain')
    // The new version is known by its path. The list says that it changed.
    const third = await begin()
    await expectAllowed(service, () => go(third))
    const listed = (await listApps(service)).find((app) => app.script === path)
    expect(listed).toMatchObject({ kind: 'program', changedAt: expect.stringMatching(/^2/) })
    const other = (await listApps(service)).find((app) => app.script === allowed)
    expect(other).toMatchObject({ changedAt: null })
  })
})

/** Like {@link expectOnlyOnce}, but the same program is allowed if it is certain. */
async function expectOnlyOnceBeside(
  service: Service,
  call: () => Promise<Heard>,
): Promise<ConsentLine> {
  const before = (await listApps(service)).length
  const calling = call()
  const question = await service.line('consent')
  expect(question.grade).toBe('uncertain')
  expect(await type(service, `allow ${question.id} always`)).toBe(false)
  expect(await type(service, `allow ${question.id}`)).toBe(true)
  expectToken(await calling)
  expect(await listApps(service)).toHaveLength(before)
  return question
}

test.describe('a connection that changes hands', () => {
  test('is uncertain while a forked process holds it, too', async ({ programs, start }) => {
    const service = await start()
    const plain = await programs.write('plain.pl', perlScript())
    const fork = 'unless (fork) { close STDOUT; close STDERR; sleep 5; exit }'
    const forked = await programs.write('forked.pl', perlScript({ connected: fork }))
    await allowAlways(service, programs, ['perl', plain])
    await expectAllowed(service, () => programs.ask(['perl', plain], renewal(service)))
    const ask = () => programs.ask(['perl', forked], renewal(service))
    const { program } = await expectAsked(service, ask, 'uncertain')
    expect(program).toMatchObject({ name: null, pid: null })
  })

  test('is judged by the program that has it when it asks', async ({ programs, start }) => {
    const service = await start()
    const other = await programs.write('other.pl', perlScript())
    const allowed = await programs.write(
      'allowed.pl',
      perlScript({ connected: `pass_on('${other}') if $ENV{PASS_ON}` }),
    )
    await allowAlways(service, programs, ['perl', allowed])
    const ask = () => programs.ask(['perl', allowed], renewal(service), { PASS_ON: '1' })
    expect((await expectAsked(service, ask)).program.script).toBe(other)
  })

  test('is judged again when it asks again', async ({ programs, start }) => {
    const service = await start()
    const other = await programs.write('other.pl', perlScript())
    const allowed = await programs.write(
      'allowed.pl',
      // Later than the look at the connection, which counts for a second.
      perlScript({ answered: `if ($ENV{PASS_ON}) { sleep 2; pass_on('${other}') }` }),
    )
    await allowAlways(service, programs, ['perl', allowed])
    const { heard } = programs.start(['perl', allowed], [renewal(service)], { PASS_ON: '1' })
    expect((await answerNext(service, 'denied')).program.script).toBe(other)
    const [first, second] = await heard
    expectToken(first!)
    expectNothing(second!)
  })

  test('gets no token if that was while the person was asked', async ({ programs, start }) => {
    const service = await start()
    const other = await programs.write('other.pl', perlScript())
    const honest = await programs.write(
      'honest.pl',
      perlScript({ sent: `<STDIN>; $ENV{IS_SENT} = 1; pass_on('${other}')` }),
    )
    const { child, heard } = programs.start(['perl', honest], [renewal(service)])
    const { id, program } = await service.line('consent')
    expect(program.script).toBe(honest)
    child.stdin.end('go\n')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(await type(service, `allow ${id}`)).toBe(true)
    const [got] = await heard
    expectNothing(got!)
    expect(got!.body).toContain(CONSENT_DETAILS.changed)
  })
})

test('programs of other users get nothing, whatever is allowed', async ({ programs, start }) => {
  test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
  const service = await start({ flags: ['--consent', 'off'] })
  const become = `process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY})`
  const script = await programs.write('mail-sync.mjs', nodeScript(become))
  expectNothing(await programs.ask([NODE, script], renewal(service)), 'other-user')
  const as = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const command = [...as, ...byCurl('curl', service)]
  expectNothing(await programs.ask(command, renewal(service)), 'other-user')
})

test('a process that becomes another user with its connection is uncertain', async ({
  programs,
  start,
}) => {
  test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
  const service = await start()
  const become = `if (process.env.BECOME) process.setuid(${NOBODY})`
  const script = await programs.write('mail-sync.mjs', nodeScript('', become))
  await allowAlways(service, programs, [NODE, script])
  const ask = () => programs.ask([NODE, script], renewal(service), { BECOME: '1' })
  await expectAsked(service, ask, 'uncertain')
})
