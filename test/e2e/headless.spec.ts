// The headless program, as people and other programs use it.

import { ERROR_MESSAGES } from '../../main/base/base-messages.js'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { WAITING_ADVICE } from '../../main/agent/agent-messages.js'
import type { Status } from '../../main/ipc.js'
import { PASTED_MESSAGES, PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { altered, answerLink } from '../support/person.js'
import { formatProviderNames } from '../../main/settings/provider-choices.js'
import { startProvider } from '../provider/provider.js'
import { drawScreen } from '../support/screen.js'
import { START_MESSAGES } from '../../main/app/app-messages.js'
import { ANSWERS, GREETING, SIGN_IN_LINES } from '../../main/terminal/terminal-messages.js'
import { expect, SCRIPTED, signInAs, test } from '../support/desktop-test.js'

const DEMO = ['--demo', ...SCRIPTED] as const
const ALICE = 'Alice Adams (alice@example.com)'

test('a sign-in ends in signed-in with the user’s name', async ({ run, page }) => {
  const program = await run([...DEMO, '--sign-in'])
  const { url } = await program.line('listening')
  expect(await (await fetch(`${url}/.well-known/health`)).text()).toBe('ok')
  expect((await fetch(`${url}/anything-else`)).status).toBe(404)

  expect(await program.status('signed-out')).toMatchObject({ account: null, expiresAt: null })
  await program.status('waiting')
  await signInAs(page, await program.link(), 'Alice Adams')

  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
  await expect(page.getByRole('main')).toContainText('Alice Adams (alice@example.com)')
  await expect(page.getByRole('main')).toContainText('You can close this tab.')
  await program.status('exchanging')
  const status = await program.status('signed-in')
  expect(status.account).toEqual({ name: 'Alice Adams', email: 'alice@example.com', sub: 'alice' })
  expect(status.expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(Date.parse(status.expiresAt!)).toBeGreaterThan(Date.now() + 3_500_000)

  program.type('quit')
  expect(await program.ended).toBe(0)
})

test('S09: the last page removes the code from the address bar and the history', async ({
  run,
  page,
}) => {
  const program = await run([...DEMO, '--sign-in'])
  await signInAs(page, await program.link(), 'Alice Adams')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)

  expect(new URL(page.url()).search).toBe('')
  expect(await page.evaluate(() => document.referrer + location.href)).not.toContain('code=')
  await page.goBack()
  expect(page.url()).not.toContain('code=')
})

test('S09: markup in a name is shown as text and does not run', async ({ run, page }) => {
  const problems: string[] = []
  page.on('console', (message) => problems.push(message.text()))
  const name = `Zoë <b>Ünal</b><img src=x onerror="document.title='owned'">`
  const provider = await startProvider({
    misbehave: { idToken: (claims) => void (claims['name'] = name) },
  })
  const { issuer, clientId } = provider
  const program = await run([...SCRIPTED, '--issuer', issuer, '--client-id', clientId, '--sign-in'])
  await signInAs(page, await program.link(), "Zoë O'Ünal")

  await expect(page.getByRole('main')).toContainText(name)
  await expect(page).toHaveTitle('You are signed in – Latchkey')
  expect(await page.locator('b, img').count()).toBe(0)
  expect((await program.status('signed-in')).account?.name).toBe(name)
  expect(problems).toEqual([])
  await provider.close()
})

test('a denial at the provider is shown on the page and in the status', async ({ run, page }) => {
  const program = await run([...DEMO, '--sign-in'])
  await page.goto(await program.link())
  await page.getByRole('button', { name: 'Deny' }).click()

  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.denied.heading)
  const status = await program.status('failed')
  expect(status.account).toBeNull()
  expect(status.reason).toContain('denied at the provider')
})

test('cancel ends the wait, and a browser that returns later is not answered', async ({
  run,
  page,
}) => {
  const program = await run([...DEMO, '--sign-in'])
  await page.goto(await program.link())
  program.type('cancel')
  await program.status('signed-out')

  const failed = page.waitForEvent('requestfailed')
  await page.getByRole('button', { name: 'Sign in as Alice Adams' }).click()
  expect((await failed).failure()?.errorText).toBe('net::ERR_CONNECTION_REFUSED')
})

test('a sign-in that takes too long fails with a message', async ({ run }) => {
  const program = await run([...DEMO, '--sign-in', '--sign-in-timeout', '1'])
  expect((await program.status('failed')).reason).toMatch(
    /^The sign-in timed out after 1 second\. Nothing came back from your browser/,
  )
})

test('F30: a redirect over https is reported, and one over http is accepted', async ({
  run,
  page,
  context,
}) => {
  const program = await run([...DEMO, '--sign-in'])
  const link = await program.link()
  const redirectUri = new URL(link).searchParams.get('redirect_uri')!
  const lost = await context.newPage()
  await expect(lost.goto(redirectUri.replace('http:', 'https:'))).rejects.toThrow('ERR_SSL')
  const noticed = ({ status }: { status: Status }): boolean => status.reason !== null
  expect((await program.line('status', noticed)).status).toMatchObject({
    state: 'waiting',
    reason: WAITING_ADVICE['tls-hello'],
  })
  await signInAs(page, link, 'Alice Adams')
  await program.status('signed-in')
})

test('F19: open and link give the same link again', async ({ run, page }) => {
  const program = await run([...DEMO, '--sign-in'])
  const url = await program.link()
  program.type('open')
  expect(await program.link()).toBe(url)
  program.type('link')
  expect(await program.line('link')).toEqual({ event: 'link', url })
  await signInAs(page, url, 'Alice Adams')
  await program.status('signed-in')

  program.type('open')
  program.type('link')
  expect(await program.line('link')).toEqual({ event: 'link', url: null })
  program.type('quit')
  await program.ended
  expect(program.stdout().match(/"event":"open"/g)).toHaveLength(2)
})

test('F19: on a plain pipe the link is printed again', async ({ run }) => {
  const program = await run(['--demo', '--no-browser', '--port', '0'])
  program.type('open')
  program.type('link')
  await expect.poll(() => program.stdout()).toContain(`${ANSWERS.noLink}\n`.repeat(2))
  const links = (): string[] => program.stdout().match(/^http:\S+\/authorize\S+$/gm) ?? []
  for (const [count, command] of ['sign-in', 'open', 'link'].entries()) {
    program.type(command)
    await expect.poll(links).toHaveLength(count + 1)
  }
  expect(new Set(links()).size).toBe(1)
})

test('F29: the last account is suggested again, but not by sign-in-as-other', async ({
  run,
  page,
}) => {
  const provider = await startProvider({ rememberLogin: true })
  const { issuer, clientId } = provider
  const program = await run([...SCRIPTED, '--issuer', issuer, '--client-id', clientId, '--sign-in'])
  await signInAs(page, await program.link(), 'Alice Adams')
  await program.status('signed-in')

  program.type('sign-in')
  const again = await program.link()
  expect(new URL(again).searchParams.get('login_hint')).toBe('alice@example.com')
  await page.goto(again)
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
  await program.status('signed-in')

  program.type('sign-in-as-other')
  const other = await program.link()
  expect(new URL(other).searchParams.has('login_hint')).toBe(false)
  await signInAs(page, other, 'Bob Brown')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
  await program.status('signed-in')
  await provider.close()
})

test('a new sign-in replaces the old one', async ({ run, page, context }) => {
  const program = await run([...DEMO, '--sign-in'])
  const old = await program.link()
  program.type('sign-in')
  const link = await program.link()
  expect(link).not.toBe(old)

  await signInAs(page, link, 'Bob Brown')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
  expect((await program.status('signed-in')).account?.name).toBe('Bob Brown')
  await context.close()
})

test('the link of a replaced sign-in leads to a page that says so', async ({ run, page }) => {
  const program = await run([...DEMO, '--sign-in'])
  const old = new URL(await program.link())
  program.type('sign-in')
  // As if only one redirect port were registered: both links lead to the same port.
  const { searchParams } = new URL(await program.link())
  old.searchParams.set('redirect_uri', searchParams.get('redirect_uri')!)
  await signInAs(page, old.href, 'Alice Adams')

  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.nothingToDo.heading)
})

test('F12: a second account leaves the first one as it is', async ({ run, page }) => {
  const program = await run([...DEMO, '--sign-in'])
  await signInAs(page, await program.link(), 'Alice Adams')
  await program.status('signed-in')
  program.type('sign-in-as-other')
  await signInAs(page, await program.link(), 'Bob Brown')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
  program.type('status')
  expect((await program.status('signed-in')).account?.name).toBe('Alice Adams')
})

test('sign-out forgets the account, and the status shows it', async ({ run, page }) => {
  const program = await run([...DEMO, '--sign-in'])
  await signInAs(page, await program.link(), 'Alice Adams')
  await program.status('signed-in')
  program.type('sign-out')
  expect(await program.status('signed-out')).toMatchObject({ account: null, reason: null })
  program.type('status')
  await program.status('signed-out')
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} during a sign-in leaves nothing behind`, async ({ run }) => {
    const program = await run([...DEMO, '--sign-in'])
    const { url } = await program.line('listening')
    const redirectUri = new URL(await program.link()).searchParams.get('redirect_uri')!
    program.process.kill(signal)

    expect(await program.ended).toBe(0)
    expect(program.stderr()).toBe('')
    await expect(fetch(redirectUri)).rejects.toThrow('fetch failed')
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    // The released lock and the log stay.
    const left = await readdir(program.dataDir)
    expect(left.filter((name) => !name.match(/^lock(\.|$)/))).toEqual(['latchkey.log'])
  })
}

test('a line stays one line and contains no terminal control characters', async ({ run }) => {
  const name = 'A\u2028[]\u2029\u009b31m\u202eB'
  // Invisible and control characters are replaced when the name is read.
  const shown = 'A [] \ufffd31m\ufffdB'
  const provider = await startProvider({
    misbehave: { idToken: (claims) => void (claims['name'] = name) },
  })
  const { issuer, clientId } = provider
  const program = await run([...SCRIPTED, '--issuer', issuer, '--client-id', clientId, '--sign-in'])
  await fetch(await answerLink(await program.link()))
  expect((await program.status('signed-in')).account?.name).toBe(shown)
  expect(program.stdout().replaceAll('\n', '')).not.toMatch(/[\p{C}\u2028\u2029]/u)
  await provider.close()
})

test('if the output is closed during a sign-in, the program still ends in order', async ({
  run,
}) => {
  const provider = await startProvider()
  const { issuer, clientId } = provider
  const flags = ['--no-browser', '--port', '0', '--issuer', issuer, '--client-id', clientId]
  const program = await run([...flags, '--sign-in'])
  await expect.poll(() => program.stdout()).toContain('redirect_uri')
  program.process.stdout.destroy()
  program.process.stderr.destroy()
  // The answers are several lines, and no one reads them.
  program.type('status\nnonsense\nstatus')
  expect(await program.ended).toBe(0)
  // The last record of an orderly end.
  expect(await readFile(join(program.dataDir, 'latchkey.log'), 'utf8')).toContain('"stopped"')
  await provider.close()
})

test('if the output is closed, the program ends in order', async ({ run }) => {
  const program = await run([...DEMO])
  await program.line('listening')
  program.process.stderr.destroy()
  program.type('nonsense')
  expect(await program.ended).toBe(0)
  expect(await readdir(program.dataDir)).not.toContain('service.json')
})

for (const [what, flags, stream] of [
  ['its lines', DEMO, '>'],
  ['its complaints', DEMO, '2>'],
  ['a diagnosis', ['diagnose', '--demo'], '>'],
  ['its help', ['--help'], '>'],
] as const) {
  test(`a full disk for ${what} ends the program with 1 and a message`, async ({ run }) => {
    test.skip(!existsSync('/dev/full'), 'this system has no device that is always full')
    const through = ['sh', '-c', `exec "$@" ${stream}/dev/full`, 'sh']
    const program = await run([...flags], { through })
    program.type('nonsense')
    expect(await program.ended).toBe(1)
    const word = `latchkey: ${ERROR_MESSAGES.outputFailed('ENOSPC')}\n`
    if (stream === '>') expect(program.stderr()).toContain(word)
    expect(await readdir(program.dataDir)).not.toContain('service.json')
  })
}

test('the end of the input is not a command', async ({ run, page }) => {
  const program = await run([...DEMO, '--sign-in'])
  const link = await program.link()
  program.process.stdin.end()
  await signInAs(page, link, 'Alice Adams')
  await program.status('signed-in')
})

test('no token, code, verifier or state is printed beyond the link itself', async ({
  run,
  page,
}) => {
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.url()))
  const program = await run([...DEMO, '--sign-in'])
  const link = await program.link()
  await signInAs(page, link, 'Alice Adams')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
  await program.status('signed-in')
  program.type('status')
  program.type('quit')
  await program.ended

  const callback = new URL(sent.find((url) => url.includes('/callback?'))!)
  const secrets = ['code', 'state'].map((name) => callback.searchParams.get(name)!)
  secrets.push(...['nonce', 'code_challenge'].map((name) => new URL(link).searchParams.get(name)!))
  const printed = program.stdout().replaceAll(link, '') + program.stderr() + (await page.content())
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20)
    expect(printed).not.toContain(secret)
  }
  // A JWT, or the name of a token.
  expect(printed).not.toMatch(/\beyJ[\w-]{9,}\.|_token|verifier/)
})

test('invalid settings end it with one line and code 2', async ({ run }) => {
  for (const [flags, words] of [
    [['--port', 'abc'], 'latchkey: --port must be a whole number from 0 to 65535'],
    [
      ['--issuer', 'http://a.example', '--client-id', 'x'],
      'latchkey: --issuer must be an https URL',
    ],
    [['--nonsense'], 'latchkey: There is no flag --nonsense.'],
  ] as const) {
    const program = await run(flags)
    expect(await program.ended).toBe(2)
    expect(program.stderr()).toContain(words)
    expect(program.stderr().trim().split('\n')).toHaveLength(1)
    expect(program.stdout()).toBe('')
  }
})

test('S39: a data directory in use ends it with the other one’s address and code 3', async ({
  run,
}) => {
  const first = await run([...DEMO])
  const { url } = await first.line('listening')
  const second = await run([...DEMO], { dataDir: first.dataDir })

  expect(await second.ended).toBe(3)
  expect(second.stderr()).toContain(first.dataDir)
  expect(second.stderr()).toContain(url)
  expect(second.stdout()).toBe('')
})

test('a port in use ends it with a message', async ({ run }) => {
  const first = await run([...DEMO])
  const { port } = new URL((await first.line('listening')).url)
  const second = await run(['--demo', '--json', '--port', port])

  expect(await second.ended).toBe(1)
  expect(second.stderr()).toContain(`${port} is in use by `)
})

test('S28: if no documented port is available, it says why and which port it uses', async ({
  run,
}) => {
  const tryHold = (port: number, holder: Server): Promise<string> =>
    new Promise((resolve) => {
      holder.once('error', ({ message }) => resolve(message))
      holder.listen(port, '127.0.0.1', () => resolve('held'))
    })
  // Another test may use a port for a moment. A user without the right cannot listen on port 1000, and
  // neither can the program.
  const hold = async (port: number, holder: Server): Promise<boolean> => {
    let last = ''
    const result = async () => (last = await tryHold(port, holder))
    await expect.poll(result).toMatch(/^held$|EACCES/)
    return last === 'held'
  }
  const [holder, other] = [createServer(), createServer()]
  const held = await hold(1000, holder)
  await hold(5323, other)
  const program = await run(['--demo', '--no-browser'])
  await expect.poll(() => program.stdout()).toContain('Sign-ins use the built-in demo provider')

  // Other tests may have more of the ports.
  const said = /Port 1000 (.*?) \(\d+ more .*, so this service uses (39\d+)\./.exec(
    program.stdout(),
  )
  expect(said?.[1]).toMatch(held ? /^is in use by / : /^(needs permissions|is in use by )/)
  expect(program.stdout()).toContain(`at http://127.0.0.1:${said?.[2]}`)
  if (held && process.platform === 'linux') expect(said?.[1]).toContain(`PID ${process.pid})`)
  for (const one of [holder, other]) await new Promise((resolve) => one.close(resolve))
})

test('without a provider it says how to configure one, and names the known ones', async ({
  run,
}) => {
  const program = await run(['--no-browser'])
  await expect.poll(() => program.stdout()).toContain(GREETING.howToRegister(formatProviderNames()))
  expect(program.stdout()).toContain(GREETING.noProvider(true))
  expect(formatProviderNames()).toContain('Auth0, Google, Microsoft Entra,')
})

test('S36: only the owner can open a data directory that it creates', async ({ run }) => {
  const parent = await run([...DEMO])
  await parent.line('listening')
  const dataDir = `${parent.dataDir}/new/one`
  const program = await run([...DEMO], { dataDir })
  await program.line('listening')
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
})

test('settings can come from the environment', async ({ run }) => {
  const program = await run([...DEMO], {
    env: { LATCHKEY_SIGN_IN: 'true', LATCHKEY_AUDIENCE: 'api' },
  })
  expect(new URL(await program.link()).searchParams.get('audience')).toBe('api')
})

test('an unknown command is answered on stderr, and the next one works', async ({ run }) => {
  const program = await run([...DEMO])
  await program.line('listening')
  program.type('sing-in')
  program.type('xyz')
  program.type('sign-in')
  await program.link()
  expect(program.stderr()).toContain(ANSWERS.noCommand('sing-in', 'sign-in', []))
  expect(program.stderr()).toContain(
    ANSWERS.noCommand('xyz', null, [
      'sign-in',
      'cancel',
      'sign-out',
      'status',
      'accounts',
      'use',
      'keep',
      'discard',
      'allow',
      'deny',
      'apps',
      'forget',
      'key',
      'open',
      'link',
      'sign-in-as-other',
      'help',
      'quit',
    ]),
  )
})

test('only the beginning of mistyped text is printed', async ({ run }) => {
  const program = await run([...DEMO])
  await program.line('listening')
  program.type(`password ${'s3cret'.repeat(9)}\u001b[2J`)
  const { command, ok } = await program.line('answer')
  expect({ command, ok }).toEqual({ command: 'password s3crets3cre…', ok: false })
  for (const answer of [
    'http://127.0.0.1:1/callback?code=s3cretcode&state=s3cretstate',
    '?code=s3cretcode',
  ]) {
    program.type(answer)
    expect(await program.line('answer')).toMatchObject({ command: 'paste', ok: false })
  }
  program.type('quit')
  await program.ended
  expect(program.stderr() + program.stdout()).not.toMatch(/s3cret(code|state|s3crets)/)
})

test('commands can be typed in several ways', async ({ run }) => {
  const program = await run([...DEMO])
  await program.line('listening')
  for (const [typed, command] of [
    ['STATUS', 'status'],
    ['?', 'help'],
    ['Help', 'help'],
    [' link ', 'link'],
    ['sign-in', 'sign-in'],
    ['exit', 'quit'],
  ] as const) {
    program.type(typed)
    expect(await program.line('answer')).toMatchObject({ command, ok: command !== 'link' })
  }
  expect(await program.ended).toBe(0)
})

test('a sign-in that replaces another one says so', async ({ run }) => {
  const program = await run(['--demo', '--no-browser', '--port', '0', '--sign-in'])
  await expect.poll(() => program.stdout()).toContain('Type cancel to stop.')
  program.type('sign-in')
  await expect.poll(() => program.stdout()).toContain(ANSWERS.replaced)
})

for (const [short, long] of [
  ['-h', '--help'],
  ['-V', '--version'],
] as const) {
  test(`${short} is ${long}`, async ({ run }) => {
    const [one, other] = [await run([short]), await run([long])]
    expect([await one.ended, await other.ended]).toEqual([0, 0])
    expect(one.stdout()).toBe(other.stdout())
    expect(one.stdout()).not.toBe('')
  })
}

test.describe('F19: the address that the browser could not load', () => {
  test('finishes the sign-in when it is pasted, quoted or not', async ({ run }) => {
    for (const wrap of [
      (url: string) => url,
      (url: string) => `<${url}>`,
      (url: string) => url.slice(7),
    ]) {
      const program = await run([...DEMO, '--sign-in'])
      const address = await answerLink(await program.link())
      program.type(wrap(address))
      await program.status('signed-in')
      program.type(address)
      expect(
        await program.line('answer', ({ command, ok }) => command === 'paste' && !ok),
      ).toBeTruthy()
      const { searchParams } = new URL(address)
      const printed = program.stdout() + program.stderr()
      expect(printed).not.toContain(searchParams.get('code'))
    }
  })

  test('a forged one is refused with a message, and the wait goes on', async ({ run }) => {
    const program = await run([...DEMO, '--sign-in'])
    const address = await answerLink(await program.link())
    for (const [forged, reason] of [
      [altered(address, { state: 'guessed' }), 'other-sign-in'],
      [altered(address, { state: null }), 'other-sign-in'],
      [altered(address, { code: null }), 'no-answer'],
      [address.replace('/callback', '/other'), 'other-place'],
      [address.replace('127.0.0.1', 'evil.example'), 'other-place'],
      [address.replace('127.0.0.1', 'user@127.0.0.1'), 'other-place'],
      ['http://', 'no-address'],
    ] as const) {
      program.type(forged)
      const { ok, message } = await program.line('answer')
      expect(ok).toBe(false)
      expect(message).toBe(PASTED_MESSAGES[reason])
    }
    program.type(address)
    await program.status('signed-in')
  })

  test('over SSH the link comes with the command that forwards the port', async ({ run }) => {
    const env = { SSH_CONNECTION: '192.0.2.1 51000 192.0.2.7 2222', USER: 'alice' }
    const program = await run(['--demo', '--no-browser', '--port', '0', '--sign-in'], { env })
    await expect.poll(() => program.stdout()).toContain('ssh -N')
    const [, port] = /redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A(\d+)/.exec(program.stdout())!
    expect(program.stdout()).toContain(
      `\n  ssh -N -L ${port}:127.0.0.1:${port} -p 2222 alice@192.0.2.7\n`,
    )
  })
})

test('if no browser is opened, the provider’s sign-out page is shown as a link', async ({
  run,
}) => {
  const json = await run([...DEMO, '--sign-in', '--end-session'])
  await fetch(await answerLink(await json.link()))
  await json.status('signed-in')
  json.type('sign-out')
  const url = await json.link()
  expect(new URL(url).searchParams.get('logout_hint')).toBe('alice@example.com')
  expect(new URL(url).searchParams.has('id_token_hint')).toBe(false)

  const plain = await run(['--demo', '--no-browser', '--port', '0', '--sign-in', '--end-session'])
  await expect.poll(() => plain.stdout()).toContain('Type cancel to stop.')
  await fetch(await answerLink(/^http:\S+\/authorize\S+$/m.exec(plain.stdout())![0]))
  await expect.poll(() => plain.stdout()).toContain('Signed in as Alice Adams')
  plain.type('sign-out')
  await expect.poll(() => plain.stdout()).toMatch(/http:\S+logout_hint=\S+\n/)
  expect(plain.stdout()).toContain(`${SIGN_IN_LINES.signOutLink}\n\nhttp`)
})

for (const [output, flags] of [
  ['JSON', DEMO],
  ['text', ['--demo', '--no-browser', '--port', '0']],
] as const) {
  test(`an input that cannot be read, as nohup gives it, is an empty one (${output})`, async ({
    run,
  }) => {
    test.skip(process.platform === 'win32', 'needs a shell that redirects like POSIX')
    const through = ['sh', '-c', 'exec "$@" 0>/dev/null', 'sh']
    const program = await run(flags, { through })
    const file = join(program.dataDir, 'service.json')
    await expect.poll(() => existsSync(file)).toBe(true)
    await expect.poll(() => program.stdout()).toMatch(/signed-out|Not signed in/)
    const { url } = JSON.parse(await readFile(file, 'utf8')) as { url: string }
    expect(await (await fetch(`${url}/.well-known/health`)).text()).toBe('ok')
    program.process.kill('SIGTERM')
    expect([await program.ended, program.stderr()]).toEqual([0, ''])
  })
}

test.describe('at a terminal', () => {
  const PTY = ['python3', '-c', 'import pty, sys; pty.spawn(sys.argv[1:])'] as const
  const hasPty =
    process.platform === 'linux' && spawnSync('python3', ['-c', 'import pty']).status === 0
  test.skip(!hasPty, 'Python makes the terminal, on Linux')
  const FLAGS = ['--demo', '--no-browser', '--port', '0'] as const

  test('Ctrl-D quits if no sign-in waits', async ({ run }) => {
    const program = await run(FLAGS, { through: PTY, env: { TERM: 'xterm' } })
    await expect.poll(() => program.stdout()).toContain('latchkey (signed-out)> ')
    program.process.stdin.write('\u0004')
    expect(await program.ended).toBe(0)
  })

  test('Ctrl-D does not end a waiting sign-in, and says so', async ({ run }) => {
    const program = await run([...FLAGS, '--sign-in'], { through: PTY, env: { TERM: 'xterm' } })
    // The prompt waits a moment before the link is there.
    const link = /^http:\S+\/authorize\S+(?=\r?$)/m
    await expect.poll(() => program.stdout()).toMatch(link)
    program.process.stdin.write('\u0004')
    await expect.poll(() => program.stdout()).toContain('Press Ctrl-C to quit.')
    await fetch(await answerLink(link.exec(program.stdout())![0]))
    await expect.poll(() => program.stdout()).toContain('Signed in as Alice Adams')
    program.process.stdin.write('\u0003')
    expect(await program.ended).toBe(0)
  })

  test('in the background of a shell it reads no input, so the shell does not stop it', async ({
    run,
  }) => {
    // Job control gives the program its own process group, which is not the terminal's.
    const inBackground = [...PTY, 'bash', '-c', 'set -m; "$@" & wait $!', 'bash']
    const program = await run(FLAGS, { through: inBackground, env: { TERM: 'xterm' } })
    await expect.poll(() => program.stdout()).toContain('reads no commands')
    program.process.stdin.write('status\n')
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(program.stdout())![0]
    expect(await (await fetch(`${url}/.well-known/health`)).text()).toBe('ok')
    expect(program.stdout()).not.toContain('latchkey (')
    const { pid } = JSON.parse(await readFile(join(program.dataDir, 'service.json'), 'utf8')) as {
      pid: number
    }
    const state = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '')[0]
    expect(state).not.toBe('T')
    process.kill(pid, 'SIGTERM')
    expect(await program.ended).toBe(0)
  })

  for (const columns of [20, 50]) {
    test(`in ${columns} columns no line is lost, and no prompt stays between lines`, async ({
      run,
    }) => {
      const narrow = [...PTY, 'sh', '-c', `stty cols ${columns} rows 24; exec "$@"`, 'sh']
      const program = await run([...FLAGS, '--sign-in'], {
        through: narrow,
        env: { TERM: 'xterm' },
      })
      // Line breaks and spaces do not matter here.
      const shown = (): string => drawScreen(program.stdout(), columns).join('').replaceAll(' ', '')
      await expect.poll(shown).toMatch(/addresshere\.latchkey\(waiting,\d:\d\d\)>$/)
      // Half a line that takes more than one row: later text is printed above it.
      program.process.stdin.write('x'.repeat(60))
      await expect.poll(shown).toMatch(/>x{60}$/)
      const link = /^http:\S+\/authorize\S+(?=\r?$)/m.exec(program.stdout())![0]
      await fetch(await answerLink(link))
      await expect.poll(shown).toMatch(/\(signed-in\)>x{60}$/)

      for (const text of [
        "Latchkey 0.1.0 serves this computer's apps at http://127.0.0.1:",
        START_MESSAGES.demoSession,
        SIGN_IN_LINES.openLinkYourself,
        SIGN_IN_LINES.pasteHere,
        SIGN_IN_LINES.browserIsBack,
        SIGN_IN_LINES.signedInRenewing(ALICE),
      ]) {
        expect(shown()).toContain(text.replaceAll(' ', ''))
      }
      expect(shown().match(/latchkey\(/g)).toHaveLength(1)
      program.process.stdin.write('\u0003')
      expect(await program.ended).toBe(0)
    })
  }

  test('a dumb terminal gets no escape sequences', async ({ run }) => {
    const program = await run([...FLAGS, '--sign-in'], { through: PTY, env: { TERM: 'dumb' } })
    // A command that is typed too early would be echoed before its prompt.
    const isAsking = (state: string): Promise<void> =>
      expect
        .poll(() => program.stdout())
        .toMatch(new RegExp(`\\r\\n[^>]*\\.\\r\\nlatchkey \\(${state}[^)]*\\)> $`))
    await isAsking('waiting')
    program.process.stdin.write('cancel\n')
    await isAsking('signed-out')
    program.process.stdin.write('status\n')
    await expect.poll(() => program.stdout()).toMatch(/status\r\n[^>]*signed-out\)> $/)
    program.process.stdin.write('quit\n')
    expect(await program.ended).toBe(0)
    expect(program.stdout()).not.toContain('\u001b')
    // Each prompt has a line of its own, and there are no runs of empty lines.
    expect(program.stdout()).not.toMatch(/> latchkey/)
    expect(program.stdout()).not.toMatch(/(\r\n){3}/)
  })
})

test('on a plain pipe it says what happens', async ({ run, page }) => {
  const program = await run(['--demo', '--no-browser', '--port', '0', '--sign-in'])
  await expect.poll(() => program.stdout()).toContain('left. Type cancel to stop.')
  const link = /^http:\S+$/m.exec(program.stdout())![0]
  await signInAs(page, link, 'Alice Adams')
  await expect.poll(() => program.stdout()).toContain(SIGN_IN_LINES.signedInRenewing(ALICE))
  program.type('sign-out')
  await expect
    .poll(() => program.stdout())
    .toContain(`${SIGN_IN_LINES.notSignedIn} ${SIGN_IN_LINES.typeSignIn}`)
})
