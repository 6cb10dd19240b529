// S24: which programs get tokens: real processes of every kind, which call by HTTP.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '../support/expect.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { ENDPOINTS } from '../../main/api/endpoints.js'
import type { Pkce } from '../../main/api/models.js'
import { MOST_OF_ONE_ORIGIN } from '../../main/consent/queue-room.js'
import type { AppEntry } from '../../main/present/app-entries.js'
import type { ConsentLine } from '../../main/terminal/consent-json.js'
import {
  createCallingPrograms,
  floodScript,
  nodeScript,
  perlScript,
  signInScript,
  type Asking,
  type Calling,
  type CallingPrograms,
  type Heard,
} from '../support/calling-programs.js'
import { NOBODY, whyNoOtherUser } from '../support/other-user.js'
import { answerLink } from '../support/person.js'
import { test as base, type Program } from '../support/program.js'
import { seedFor, tokenRequest } from '../support/service.js'
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
  start: async ({ provider: { issuer, clientId }, makeFolder, run }, use) => {
    const dataDir = await makeFolder()
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

test('S24: a script that is always allowed gets tokens in later processes and runs, and no other does', async ({
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
function byCurl(
  curl: string,
  service: Service,
  headers: Record<string, string> = {},
): readonly string[] {
  const { url, body } = renewal(service)
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
    const started = `process.stderr.write('started'); await once(process.stdin, 'data')`
    const script = nodeScript(`${started}; process.stdin.destroy()`)
    const path = await programs.write('slow.mjs', script)
    const begin = async (): Promise<Calling> => {
      const calling = programs.start([NODE, path], [renewal(service)])
      // It must have started before its file is replaced. Both times are coarse.
      await once(calling.child.stderr, 'data')
      await pause(200)
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
    const stay = 'sleep 1 while getppid() == $parent'
    const fork = `my $parent = $$; unless (fork) { close STDOUT; close STDERR; ${stay}; exit }`
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
      perlScript({
        answered: `if ($ENV{PASS_ON}) { select(undef, undef, undef, 1.2); pass_on('${other}') }`,
      }),
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
    const running = (): Promise<string> => readFile(`/proc/${child.pid}/cmdline`, 'utf8')
    await expect.poll(running).toContain(other)
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

test.describe('a sign-in that a program began', () => {
  /** Both calls without a body: Latchkey keeps the verifier. */
  const both = ({ url }: Service): readonly Asking[] => [
    { url: `${url}/pkce/code` },
    { url: `${url}/pkce/token` },
  ]

  test('may be finished without a body by its process and by a child', async ({
    programs,
    start,
  }) => {
    const service = await start({ isSignedOut: true })
    const mail = await programs.write('mail-sync.mjs', nodeScript())
    const own = programs.start([NODE, mail], both(service))
    await visit(await service.link())
    expectToken((await own.heard)[1]!)

    const child = await programs.write('child.mjs', nodeScript())
    const later = `spawnSync(process.execPath, ['${child}'], { stdio: 'inherit',
      env: { ...process.env, ASKINGS: process.env.LATER } })`
    const parent = await programs.write('parent.mjs', `${nodeScript()}\n${later}`)
    const [code, token] = both(service)
    const calling = programs.start([NODE, parent], [code!], { LATER: JSON.stringify([token]) })
    await visit(await service.link())
    expectToken((await calling.heard)[1]!)
    expect(countQuestions(service)).toBe(0)
  })

  for (const [how, shell] of [
    ['a script', 'sh'],
    ['an argument', 'sh'],
    // Becomes the last command instead of starting it.
    ['an argument', 'bash'],
  ] as const) {
    test(`may be finished by the next curl of one shell: ${shell} with ${how}`, async ({
      programs,
      start,
    }) => {
      const service = await start({ isSignedOut: true })
      const text = `curl -s -X POST ${service.url}/pkce/code >&2; curl -si -X POST ${service.url}/pkce/token`
      const script = await programs.write('sync.sh', `#!/bin/sh\n${text}\n`)
      const command = [shell, ...(how === 'a script' ? [script] : ['-c', text])]
      const { heard } = programs.start(command, [])
      await visit(await service.link())
      expectToken((await heard)[0]!)
      // A consent for curl would be one for all programs.
      expect(await listApps(service)).toEqual([])
    })
  }

  test('can be finished by no other process without a body, which does not spend the code', async ({
    programs,
    start,
  }) => {
    const service = await start({ isSignedOut: true })
    const pause = `if (url.endsWith('/token')) {
      console.error('ready'); await once(process.stdin, 'data'); process.stdin.destroy() }`
    const mail = await programs.write('mail-sync.mjs', nodeScript('', pause))
    const plain = await programs.write('plain.mjs', nodeScript())
    const { child, heard } = programs.start([NODE, mail], both(service))
    const ready = new Promise((resolve) => child.stderr.once('data', resolve))
    await visit(await service.link())
    await ready
    const token = both(service)[1]!
    const others = [
      [NODE, plain],
      ['curl', '-si', '-X', 'POST', token.url],
    ]
    for (const command of others) {
      expectNothing(await programs.ask(command, token), 'unknown-code', 400)
    }
    // Even another process of the same script.
    const same = programs.start([NODE, mail], [token])
    same.child.stdin.write('go\n')
    expectNothing((await same.heard)[0]!, 'unknown-code', 400)
    child.stdin.write('go\n')
    expectToken((await heard)[1]!)
  })

  test('can be finished by any program with the code and the verifier, which allows neither', async ({
    provider,
    programs,
    start,
  }) => {
    const service = await start({ isSignedOut: true })
    const { seed, verifier } = seedFor(provider.clientId)
    const [beginner, finisher] = [
      await programs.write('beginner.mjs', nodeScript()),
      await programs.write('finisher.mjs', nodeScript()),
    ]
    const url = `${service.url}/pkce/token`
    const begun = programs.ask([NODE, beginner], { url: `${service.url}/pkce/code`, body: seed })
    await visit(await service.link())
    const coded = JSON.parse((await begun).body) as Pkce
    const ask = (body: unknown) => programs.ask([NODE, finisher], { url, body })
    expectNothing(await ask(tokenRequest(coded, `${verifier.slice(1)}x`)), 'refused', 400)
    expectToken(await ask(tokenRequest(coded, verifier)))
    for (const script of [beginner, finisher]) {
      await expectAsked(service, () => programs.ask([NODE, script], renewal(service)))
    }
  })

  /** Starts a program that signs in, and then asks for a token. */
  const startSignIn = (
    programs: CallingPrograms,
    service: Service,
    { script, prompt, clientId }: { script: string; prompt?: string; clientId: string },
  ): Calling => {
    const changes = prompt === undefined ? {} : { prompt }
    const SIGN_IN = JSON.stringify({ url: service.url, ...seedFor(clientId, changes) })
    return programs.start([NODE, script], [], { SIGN_IN })
  }

  test('and finished allows the program, also after a restart', async ({
    provider: { clientId },
    programs,
    start,
  }) => {
    const first = await start()
    const script = await programs.write('mail-sync.mjs', signInScript())
    const { heard } = startSignIn(programs, first, { script, clientId })
    await visit(await first.link())
    const [, exchanged, renewed] = await heard
    expectToken(exchanged!)
    expectToken(renewed!)
    expect(countQuestions(first)).toBe(0)
    expect(await listApps(first)).toMatchObject([{ name: 'mail-sync', purposes: ['token'] }])
    await quit(first)

    const second = await start()
    await programs.write('mail-sync.mjs', nodeScript())
    await expectAllowed(second, () => programs.ask([NODE, script], renewal(second)))
  })

  test('with prompt=none asks first, and allows the program nothing more', async ({
    provider: { clientId },
    programs,
    start,
  }) => {
    const service = await start()
    const [script, other] = [
      await programs.write('mail-sync.mjs', signInScript()),
      await programs.write('other.mjs', signInScript()),
    ]
    const opened = (): number => service.stdout().split('"event":"open"').length
    const before = opened()
    const denied = startSignIn(programs, service, { script, clientId, prompt: 'none' })
    expect(await answerNext(service, 'denied')).toMatchObject({
      purpose: 'sign-in',
      account: { sub: 'alice' },
    })
    for (const heard of await denied.heard) expectNothing(heard)
    expect(opened()).toBe(before)

    const allowed = startSignIn(programs, service, { script: other, clientId, prompt: 'none' })
    await answerNext(service, 'once')
    const link = new URL(await service.link())
    // This provider would have to ask who signs in.
    link.searchParams.delete('prompt')
    await visit(link.href)
    await answerNext(service, 'denied')
    const [, exchanged, renewed] = await allowed.heard
    expectToken(exchanged!)
    expectNothing(renewed!)
  })
})

test.describe('a key', () => {
  /** Makes a key, and returns it. */
  const makeKey = async (service: Service, words: string): Promise<string> => {
    service.type(`key ${words}`)
    return (await service.line('key')).key
  }
  const bearer = (key: string) => ({ Authorization: `Bearer ${key}` })

  test('opens its account only, for every program of the user, until it is revoked', async ({
    programs,
    start,
  }) => {
    const service = await start()
    service.type('sign-in-as-other')
    await visit(await service.link(), 'bob')
    const { accounts } = await service.line('accounts', (line) => line.accounts.length === 2)
    const [alice, bob] = ['alice', 'bob'].map((sub) => accounts.find((one) => one.sub === sub)!.id)
    const keys = {
      alice: await makeKey(service, `backup ${alice}`),
      bob: await makeKey(service, `other ${bob}`),
    }
    const script = await programs.write('mail-sync.mjs', nodeScript())
    const ask = (headers: Record<string, string>) =>
      programs.ask([NODE, script], renewal(service, headers))
    const { socket } = JSON.parse(
      await readFile(join(service.dataDir, 'service.json'), 'utf8'),
    ) as { socket: string }
    const askSocket = (headers: Record<string, string>) => {
      const asking = byCurl('curl', service, headers)
      return programs.ask([...asking, '--unix-socket', socket], renewal(service, headers))
    }
    const lastUse = async (name: string) =>
      (await listApps(service)).find((app) => app.name === name)!.lastUsedAt

    expect(await lastUse('backup')).toBe(null)
    for (const heard of [await ask(bearer(keys.alice)), await askSocket(bearer(keys.alice))]) {
      expectToken(heard)
      // As a word: a token may have any few letters in a row.
      expect(heard.raw).not.toMatch(/(?<![\w-])bob(?![\w-])/i)
    }
    expect(Date.parse((await lastUse('backup'))!)).toBeGreaterThan(Date.now() - 60_000)
    expect(await lastUse('other')).toBe(null)
    const named = { 'X-Latchkey-Account': alice! }
    expectToken(await ask({ ...bearer(keys.alice), ...named }))
    const others = await ask({ ...bearer(keys.bob) })
    expectToken(others)
    expect(others.raw).not.toMatch(/(?<![\w-])alice(?![\w-])/i)
    for (const call of [ask, askSocket]) {
      expectNothing(await call({ ...bearer(keys.bob), ...named }))
      expectNothing(await call(bearer(`${keys.alice.slice(0, -1)}!`)))
      expectNothing(await call(bearer(keys.alice.slice(0, -1))))
      expectNothing(await call({ Authorization: `Basic ${keys.alice}` }))
    }
    expect(countQuestions(service)).toBe(0)
    expect(await type(service, 'forget backup')).toBe(true)
    for (const call of [ask, askSocket]) expectNothing(await call(bearer(keys.alice)))
    expectToken(await ask(bearer(keys.bob)))
  })

  test('decides alone: a wrong one is rejected even from an allowed program', async ({
    programs,
    start,
  }) => {
    const script = await programs.write('mail-sync.mjs', nodeScript())
    const service = await start({ flags: ['--allow', script] })
    const ask = (headers: Record<string, string>) =>
      programs.ask([NODE, script], renewal(service, headers))
    await expectAllowed(service, () => ask({}))
    expectNothing(await ask(bearer(`latchkey_${'a'.repeat(43)}`)))
    expectNothing(await ask({ Authorization: '' }))
  })

  test('with scopes gets a token for these only, and no ID token without openid', async ({
    programs,
    start,
  }) => {
    const service = await start()
    const script = await programs.write('mail-sync.mjs', nodeScript())
    const ask = async (key: string) => {
      const heard = await programs.ask([NODE, script], renewal(service, bearer(key)))
      expectToken(heard)
      return heard.auth0!.oAuth.token
    }
    const whole = await ask(await makeKey(service, 'whole'))
    const mail = await ask(await makeKey(service, 'mail email'))
    expect(mail.scope).toBe('email')
    expect(mail.id_token).toBe('')
    expect(mail.access_token).not.toBe(whole.access_token)
    const identity = await ask(await makeKey(service, 'identity openid email'))
    expect(identity.scope.split(' ').toSorted()).toEqual(['email', 'openid'])
    expect(identity.id_token).toMatch(/^eyJ/)
    expect(whole.scope).toContain('profile')
  })
})

test('a sign-out ends consents for this run, and for good if the person says so', async ({
  programs,
  start,
}) => {
  const script = await programs.write('mail-sync.mjs', nodeScript())
  const first = await start()
  const ask = (service: Service) => programs.ask([NODE, script], renewal(service))
  await allowAlways(first, programs, [NODE, script])
  expect(await type(first, 'sign-out')).toBe(true)
  expectNothing(await ask(first), 'not-signed-in', 401)
  await signIn(first)
  await expectAsked(first, () => ask(first))
  await quit(first)

  const second = await start()
  await expectAllowed(second, () => ask(second))
  expect(await type(second, 'sign-out forget')).toBe(true)
  await signIn(second)
  await expectAsked(second, () => ask(second))
  await quit(second)

  const third = await start()
  await expectAsked(third, () => ask(third))
})

test('if consent is off, every program of the user gets tokens', async ({ programs, start }) => {
  const service = await start({ flags: ['--consent', 'off'] })
  const script = await programs.write('mail-sync.mjs', nodeScript())
  for (const command of [[NODE, script], byCurl('curl', service)]) {
    await expectAllowed(service, () => programs.ask(command, renewal(service)))
  }
})

test('200 requests of one program are one question, and a denial answers them all', async ({
  programs,
  start,
}) => {
  const service = await start()
  const script = await programs.write('flood.mjs', floodScript(200))
  const { heard } = programs.start([NODE, script], [renewal(service)])
  await answerNext(service, 'denied')
  const answers = await heard
  expect(answers).toHaveLength(200)
  for (const answer of answers) expectNothing(answer)
  expect(countQuestions(service)).toBe(1)
})

test('S24: copies of one program leave room for a program that the user knows', async ({
  programs,
  start,
}) => {
  const service = await start()
  const known = [NODE, await programs.write('mail-sync.mjs', nodeScript())]
  const first = programs.ask(known, renewal(service))
  await answerNext(service, 'once')
  expectToken(await first)

  const flood = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => `copy-${index}.mjs`)
  const copies = await Promise.all(flood.map((name) => programs.write(name, nodeScript())))
  const refused: Heard[] = []
  for (const copy of copies) {
    const asking = programs.ask([NODE, copy], renewal(service))
    asking.then((heard) => void refused.push(heard)).catch(() => undefined)
  }
  await expect.poll(() => refused.length).toBe(flood.length - MOST_OF_ONE_ORIGIN)
  for (const heard of refused) {
    expectNothing(heard)
    expect(heard.body).toContain(CONSENT_DETAILS.tooMany)
  }

  const again = programs.ask(known, renewal(service))
  for (let asked = 0; asked <= MOST_OF_ONE_ORIGIN; asked++) {
    const { id, program } = await service.line('consent')
    const isKnown = program.name === 'mail-sync'
    service.type(isKnown ? `allow ${id}` : `deny ${id}`)
    if (isKnown) break
  }
  expectToken(await again)
})

test('a program that hangs up and comes again is one question', async ({ programs, start }) => {
  const service = await start()
  const script = await programs.write('mail-sync.mjs', nodeScript())
  for (let count = 0; count < 3; count++) {
    const { child, heard } = programs.start([NODE, script], [renewal(service)])
    await (count === 0 ? expect.poll(() => countQuestions(service)).toBe(1) : pause(500))
    child.kill('SIGKILL')
    expect(await heard).toEqual([])
  }
  const asking = programs.ask([NODE, script], renewal(service))
  await answerNext(service, 'once')
  expectToken(await asking)
  expect(countQuestions(service)).toBe(1)
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Alice's name and address, the ID of her account, and all of her tokens. */
async function listSecrets(service: Service, tokens: ReadonlySet<string>): Promise<string[]> {
  service.type('accounts')
  const { accounts } = await service.line('accounts')
  return ['alice', 'adams', ...accounts.map(({ id }) => id), ...tokens]
}

/** Collects every token that the provider issues. */
function collectTokens({ misbehave }: RunningProvider): ReadonlySet<string> {
  const tokens = new Set<string>()
  misbehave.tokenResponse = (json) => {
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      if (typeof json[name] === 'string') tokens.add(json[name])
    }
    return json
  }
  return tokens
}

function expectNone(answers: readonly Heard[], secrets: readonly string[]): void {
  for (const { raw } of answers) {
    const found = secrets.filter((secret) => raw.toLowerCase().includes(secret.toLowerCase()))
    expect(found, raw).toEqual([])
  }
}

test('S24: no answer tells a program that is not allowed anything of the person', async ({
  provider,
  programs,
  start,
}) => {
  const tokens = collectTokens(provider)
  const service = await start()
  const secrets = await listSecrets(service, tokens)
  expect(tokens.size).toBe(3)
  const script = await programs.write('mail-sync.mjs', nodeScript())
  // The person is asked now, and not again for ten minutes.
  await expectAsked(service, () => programs.ask([NODE, script], renewal(service)))

  const { url } = service
  const id = secrets[2]!
  const { clientId, issuer } = provider
  const code = (changes: Record<string, unknown>) => seedFor(clientId, changes).seed
  const renew = { grant_type: 'refresh_token', client_id: clientId, domain: issuer }
  const exchange = { code: 'x', redirect_uri: `${url}/x`, code_verifier: 'x'.repeat(43) }
  const bodies: Readonly<Record<string, readonly unknown[]>> = {
    '/pkce/code': [{}, code({ prompt: 'none' }), code({ scope: ['x'] }), code({ domain: 'x' })],
    '/pkce/token': [
      undefined,
      {},
      renew,
      { ...renew, minimum_validity: 1e6 },
      { ...renew, client_id: 'other' },
      { ...renew, audience: 'other' },
      { ...renew, grant_type: 'authorization_code', ...exchange },
    ],
  }
  const headers: readonly Record<string, string>[] = [
    {},
    { 'X-Latchkey-Account': id },
    { 'X-Latchkey-Account': 'aaaaaaaa' },
    { Authorization: `Bearer latchkey_${'a'.repeat(43)}` },
    { Authorization: `Bearer ${id}` },
    { Host: 'evil.example' },
    { Origin: url },
  ]
  // Streams have tests of their own, and so have calls that the person is asked about each time.
  const names = Object.keys(ENDPOINTS).filter((name) => !/^WS |events$| \/agent\//.test(name))
  const askings = names.flatMap((name) => {
    const [method = '', path = ''] = name.split(' ')
    return (bodies[path] ?? [undefined]).flatMap((body) =>
      [method, 'DELETE'].flatMap((sent) =>
        headers.map((header) => ({ url: `${url}${path}`, method: sent, headers: header, body })),
      ),
    )
  })
  const answers = await programs.start([NODE, script], askings).heard
  expect(answers).toHaveLength(askings.length)
  expectNone(answers, secrets)
  const codes = new Set(answers.map(({ code: one }) => one))
  expect([...codes].filter((one) => one !== null).toSorted()).toEqual([
    'malformed',
    'method-not-allowed',
    'not-allowed',
    'not-implemented',
    'not-signed-in',
    'refused',
    'unknown-code',
    'unsupported-type',
    'web-page',
    'wrong-host',
  ])
  expect(service.stdout()).toContain(id)
  expect(countQuestions(service)).toBe(1)
})

test('S24: the reason why a session has ended is told to allowed programs only', async ({
  provider,
  programs,
  start,
}) => {
  const tokens = collectTokens(provider)
  const [allowed, other] = [
    await programs.write('mail-sync.mjs', nodeScript()),
    await programs.write('other.mjs', nodeScript()),
  ]
  const service = await start({ flags: ['--allow', allowed] })
  const secrets = await listSecrets(service, tokens)
  provider.misbehave.tokenRefusal = {
    status: 400,
    body: { error: 'interaction_required', error_description: 'alice@example.com must agree' },
  }
  const { url } = renewal(service)
  const body = { grant_type: 'refresh_token', minimum_validity: 1e6 }
  await programs.ask([NODE, allowed], { url, body })
  await service.status('needs-sign-in')
  const ask = (script: string) => programs.ask([NODE, script], renewal(service))
  const told = await ask(allowed)
  expect([told.status, told.code]).toEqual([401, 'not-signed-in'])
  expect(told.body).toContain('alice@example.com must agree')
  const untold = await ask(other)
  expectNothing(untold, 'not-signed-in', 401)
  expectNone([untold], secrets)
  expect(untold.body).toContain(PROBLEM_DETAILS.sessionEnded)
})
