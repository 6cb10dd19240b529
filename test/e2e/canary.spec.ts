// S38: sends every secret down every path, and searches every place that someone could read.

import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { mergeTests } from '@playwright/test'
import { peekClaims } from '../../main/oauth/id-token.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { readServiceFile } from '../../main/storage/service-file.js'
import { APPS, BUTTONS, CONSENT, KEY } from '../../renderer/words.js'
import {
  ask,
  call,
  createClient,
  comeBack,
  respond,
  seedFor,
  signIn,
  tokenRequest,
  type Answer,
  type Service,
} from '../support/service.js'
import { at, expect, readHeadline, test as onDesktop } from '../driver/driver.js'
import { createApps } from '../support/asking-app.js'
import {
  endAgent,
  hideLink,
  hideSentTo,
  hideTokens,
  watchCommandLines,
  wrapCurl,
} from '../support/canaries.js'
import { openEvents } from '../support/event-stream.js'
import { answerLink } from '../support/person.js'
import { ROOT } from '../support/root.js'
import { runCli, runCommand, type Ran } from '../support/run-cli.js'
import { ALLOW_TESTS } from '../support/headless-program.js'
import { SCRIPTED, test as programs, type Program } from '../support/program.js'
import { startProvider, type Misbehaviour } from '../provider/provider.js'
import { findSessionFile } from '../support/session-file.js'
import { createHunt } from '../support/secrets.js'

const test = mergeTests(programs, onDesktop)

const PASSPHRASE = 'canary: "correct horse battery/staple+" ünïted'

/** Lets the provider reject the sign-in with an error that quotes all its secrets. */
function quoting(link: string, error: string): Misbehaviour {
  return {
    callback(params) {
      const all = `${link} ${params}`
      params.set('error', error)
      params.set('error_description', all.slice(all.indexOf('?')))
    },
  }
}

const TOKEN_FAULTS = [
  'echo',
  'invalid-grant',
  'server-error',
  'unavailable',
  'rate-limited',
  'not-json',
  'truncated',
  'oversized',
  'redirect',
  'reset',
  'answer-lost',
] as const

/** An ID token that is rejected, for each thing that can be wrong with it. */
const REFUSED: readonly Misbehaviour[] = [
  { idToken: (claims) => void (claims['nonce'] = 'another') },
  { idToken: (claims) => void (claims['exp'] = 1) },
  { idTokenRaw: (jwt) => `${jwt.slice(0, -8)}AAAAAAAA` },
  { idToken: (claims) => void (claims['iat'] = 4e9), date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
]

test('S38: the program shows no secret, whatever happens', async ({ run, folders, provider }) => {
  test.setTimeout(180_000)
  const hunt = createHunt()
  hunt.hide('passphrase', PASSPHRASE)
  hideTokens(provider, hunt)
  const [dataDir, temporary] = [await folders.create(), await folders.create()]
  const { misbehave, issuer, clientId } = provider
  const flags = [...SCRIPTED, '--issuer', issuer, '--client-id', clientId, '--log-level', 'debug']
  const start = (passphrase = PASSPHRASE): Promise<Program> => {
    const env = { LATCHKEY_PASSPHRASE: passphrase, TMPDIR: temporary, TEMP: temporary }
    return run(flags, { dataDir, env })
  }
  const look = async (program: Program): Promise<void> => {
    hideSentTo(provider, hunt)
    // The link is public for everyone who can read the output.
    const links = program.stdout().match(/\{"event":"open".*\}/g) ?? []
    hunt.see(
      'stdout',
      links.reduce((text, link) => text.replace(link, ''), program.stdout()),
    )
    hunt.see('stderr', program.stderr())
    await hunt.seeFiles('the data directory:', dataDir)
    await hunt.seeFiles('the temporary files:', temporary)
  }
  /** Latchkey's own sign-in, up to the page that the browser shows. */
  const signInHere = async (
    program: Program,
    fault: Misbehaviour,
    error?: string,
  ): Promise<void> => {
    program.type('sign-in')
    const link = await program.link()
    hideLink(link, hunt)
    const undo = apply(misbehave, { ...fault, ...(error && quoting(link, error)) })
    const callback = await answerLink(link)
    hunt.see('the last page', await (await fetch(callback)).text())
    undo()
  }
  const program = await start()
  const { url } = await program.line('listening')
  const service: Service = {
    program,
    provider,
    url,
    port: Number(new URL(url).port),
    api: createClient(url),
  }
  const others = (answer: Pick<Answer, 'text'>): void =>
    hunt.see('an answer to another', answer.text)

  await test.step('an app’s sign-in, and what others are answered meanwhile', async () => {
    const { seed, verifier } = seedFor(clientId)
    hunt.hide('state', seed.state)
    hunt.hide('code_verifier', verifier)
    const called = call(service, '/pkce/code', { body: seed })
    const page = await comeBack(program)
    hunt.see('the last page', await page.text())
    const coded = (await called).json
    const right = tokenRequest(coded, verifier)
    for (const wrong of [
      { code: 'x' },
      { code_verifier: 'x'.repeat(43) },
      { redirect_uri: 'http://127.0.0.1/callback' },
      { client_id: 'another' },
      { grant_type: 'password' },
    ]) {
      others(await call(service, '/pkce/token', { body: { ...right, ...wrong } }))
    }
    others(await call(service, '/pkce/code', { body: { ...seed, client_id: 'another' } }))
    others(await call(service, '/pkce/code', { body: seed }))
    others(await call(service, '/pkce/code', { body: `{"state":"${seed.state}"` }))
    others(await respond(service, { state: seed.state, code: 'x' }))
    others(await respond(service, { state: 'x', error: 'y', error_description: 'z' }))
    others(await ask(service, '/pkce/token', { headers: { host: 'attacker.example' } }))
    for (const path of ['/openapi.json', '/.well-known/health', '/.well-known/version', '/x']) {
      others(await call(service, path, { method: 'GET' }))
    }
    expect((await call(service, '/pkce/token', { body: right })).status).toBe(200)
    others(await call(service, '/pkce/token', { body: right }))

    const undo = apply(misbehave, { token: 'echo' })
    const failed = await signIn(service)
    undo()
    hunt.hide('code_verifier', failed.verifier)
    hunt.hide('state', failed.coded.seed!.state)
    expect(failed.token.status).toBe(502)
    others(failed.token)
    program.type('sign-out')
    await program.status('signed-out')
    await look(program)
  })

  await test.step('sign-ins that fail', async () => {
    for (const token of TOKEN_FAULTS) {
      await signInHere(program, { token })
      await program.status('failed')
    }
    for (const refused of REFUSED) {
      await signInHere(program, refused)
      await program.status('failed')
    }
    for (const error of ['unauthorized_client', 'access_denied', 'login_required']) {
      await signInHere(program, {}, error)
      await program.status('failed')
    }
    // A code whose form encoding differs from its plain text.
    const callback = (params: URLSearchParams): void => {
      params.set('code', `${params.get('code')} /+&=`)
    }
    await signInHere(program, { callback, token: 'echo' })
    await program.status('failed')
    await look(program)
  })

  await test.step('a sign-in, and pages for other requests to its listener', async () => {
    program.type('sign-in')
    const link = await program.link()
    hideLink(link, hunt)
    const callback = new URL(await answerLink(link))
    hunt.hide('code', callback.searchParams.get('code')!)
    for (const path of ['/callback', '/callback?state=x&code=y', '/callback?error=x', '/other']) {
      hunt.see('a page for another', await (await fetch(new URL(path, callback))).text())
    }
    hunt.see('the last page', await (await fetch(callback)).text())
    await program.status('signed-in')
    await look(program)
    program.type('sign-in')
    hideLink(await program.link(), hunt)
    program.type('cancel')
    await program.status('signed-in')
  })

  await test.step('renewals', async () => {
    const body = { grant_type: 'refresh_token', client_id: clientId }
    expect((await call(service, '/pkce/token', { body })).status).toBe(200)
    for (const token of TOKEN_FAULTS) {
      await signInHere(program, {})
      await program.line('status', ({ status }) => status.state === 'signed-in')
      const undo = apply(misbehave, { token })
      const answer = await call(service, '/pkce/token', { body })
      // The session has ended then.
      expect(answer.status, token).toBe(token === 'invalid-grant' ? 401 : 502)
      others(answer)
      undo()
    }
    await signInHere(program, {})
    await program.status('signed-in')
    const undo = apply(misbehave, REFUSED[2]!)
    others(await call(service, '/pkce/token', { body }))
    undo()
    await look(program)
  })

  await test.step('a disk that fails, and an end that the provider does not hear of', async () => {
    const file = findSessionFile(dataDir)
    await rm(file)
    await mkdir(join(file, 'in the way'), { recursive: true })
    await signInHere(program, {})
    const said = await program.line('status', ({ status }) => status.reason !== null)
    expect(said.status.reason).toContain('could not be stored')
    await look(program)
    const undo = apply(misbehave, { revocation: 'echo' })
    const revocations = provider.requests.revocation
    program.type('sign-out')
    await program.line('status', ({ status }) => /could not be deleted/.test(status.reason ?? ''))
    await expect.poll(() => provider.requests.revocation).toBeGreaterThan(revocations)
    undo()
    await rm(file, { recursive: true })
    await look(program)
  })

  await test.step('a diagnosis, beside the program that runs and fails', async () => {
    const env = { LATCHKEY_PASSPHRASE: PASSPHRASE, TMPDIR: temporary, TEMP: temporary }
    await signInHere(program, {})
    await program.status('signed-in')
    for (const [fault, ...json] of [[{}], [{ discovery: 'echo' }, '--json']] as const) {
      const undo = apply(misbehave, fault)
      const diagnosis = await run(['diagnose', ...flags.slice(SCRIPTED.length), ...json], {
        dataDir,
        env,
      })
      await diagnosis.ended
      undo()
      hunt.see('a diagnosis', diagnosis.stdout() + diagnosis.stderr())
      await look(program)
    }
    program.type('sign-out')
    await program.status('signed-out')
  })

  await test.step('a program that is killed, and what is found when it starts again', async () => {
    await signInHere(program, { userinfo: 'echo' })
    await program.status('signed-in')
    program.process.kill('SIGKILL')
    await program.ended
    const file = findSessionFile(dataDir)
    const sealed = await readFile(file, 'utf8')
    for (const [passphrase, content] of [
      ['not the one that it was', sealed],
      [PASSPHRASE, sealed.slice(0, -40)],
      [PASSPHRASE, sealed],
    ] as const) {
      await writeFile(file, content)
      const again = await start(passphrase)
      const { status } = await again.line('status')
      expect(status.state).toBe(
        content === sealed && passphrase === PASSPHRASE ? 'signed-in' : 'signed-out',
      )
      again.type('quit')
      await again.ended
      await look(again)
    }
  })

  // There were secrets to find, and the search covered the right places.
  expect(hunt.hidden()).toMatchObject({
    passphrase: 1,
    access_token: expect.any(Number),
    refresh_token: expect.any(Number),
    id_token: expect.any(Number),
    code: expect.any(Number),
    code_verifier: expect.any(Number),
    state: expect.any(Number),
    nonce: expect.any(Number),
  })
  expect(hunt.seen('stdout')).toContain('Alice Adams')
  expect(hunt.seen('stdout')).toContain('client_id=latchkey')
  expect(hunt.seen('the last page')).toContain('client_id=latchkey')
  expect(hunt.seen('an answer to another')).toContain('client_id=latchkey')
  expect(hunt.seen('a diagnosis')).toContain(new URL(issuer).host)
  expect(hunt.seen('the data directory: diagnosis.txt')).toContain(new URL(issuer).host)
  expect(hunt.seen('the data directory: latchkey.log')).toContain('"signed-in"')
  expect(hunt.seen('the data directory: sessions')).toContain('"tier": "passphrase"')

  expect(hunt.found()).toEqual([])
})

test('S38: the messages on a terminal show no secret either', async ({
  run,
  folders,
  provider,
}) => {
  const hunt = createHunt()
  hunt.hide('passphrase', PASSPHRASE)
  hideTokens(provider, hunt)
  const { misbehave, issuer, clientId } = provider
  const program = await run(
    ['--no-browser', '--port', '0', '--issuer', issuer, '--client-id', clientId],
    { dataDir: await folders.create(), env: { LATCHKEY_PASSPHRASE: PASSPHRASE } },
  )
  let known = 0
  const signInHere = async (fault: Misbehaviour, error?: string): Promise<void> => {
    program.type('sign-in')
    const links = (): RegExpMatchArray[] => [...program.stdout().matchAll(/^http:\S+$/gm)]
    await expect.poll(() => links().length).toBe(++known)
    const [link] = links().at(-1)!
    hideLink(link, hunt)
    const undo = apply(misbehave, { ...fault, ...(error && quoting(link, error)) })
    await fetch(await answerLink(link))
    undo()
  }
  await expect.poll(() => program.stdout()).toContain('Sign-ins use ')
  await signInHere({ token: 'echo' })
  await expect.poll(() => program.stdout()).toContain('The provider rejected the sign-in')
  // Not invalid_request: if that quotes offline_access, Latchkey asks again without the scope.
  await signInHere({}, 'unauthorized_client')
  await expect.poll(() => program.stdout()).toContain('The provider could not sign you in')
  await signInHere({})
  await expect.poll(() => program.stdout()).toContain('Signed in as Alice Adams')
  misbehave.revocation = 'echo'
  program.type('sign-out')
  await expect.poll(() => program.stdout()).toContain('the provider could not be told')
  program.type('status')
  program.type('quit')
  await program.ended

  hideSentTo(provider, hunt)
  hunt.see('stdout', program.stdout().replaceAll(/^http:\S+$/gm, ''))
  hunt.see('stderr', program.stderr())
  expect(Object.keys(hunt.hidden())).toHaveLength(8)
  expect(hunt.seen('stdout')).toContain('client_id=latchkey')
  expect(hunt.found()).toEqual([])
})

for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
  test(`S38: the client secret is not shown either, sent by ${method}`, async ({
    run,
    folders,
  }) => {
    const secret = 'canary: GOCSPX-+/=secret'
    const hunt = createHunt()
    hunt.hide('client_secret', secret)
    hunt.hide('client_secret', new URLSearchParams({ '': secret }).toString().slice(1))
    const provider = await startProvider({ secret: { value: secret, method } })
    const { issuer, clientId, misbehave } = provider
    const credentials = [clientId, secret].map(encodeURIComponent).join(':').replaceAll('%20', '+')
    hunt.hide('client_secret', Buffer.from(credentials).toString('base64'))
    const dataDir = await folders.create()
    const flags = ['--issuer', issuer, '--client-id', clientId, '--log-level', 'debug']
    const options = { dataDir, env: { LATCHKEY_CLIENT_SECRET: secret, LATCHKEY_PASSPHRASE: 'p' } }
    const program = await run([...SCRIPTED, ...flags], options)
    const signInHere = async (fault: Misbehaviour): Promise<void> => {
      program.type('sign-in')
      const undo = apply(misbehave, fault)
      const page = await fetch(await answerLink(await program.link()))
      hunt.see('the last page', await page.text())
      undo()
    }
    for (const token of TOKEN_FAULTS) {
      await signInHere({ token })
      await program.status('failed')
    }
    await signInHere({})
    await program.status('signed-in')
    misbehave.revocation = 'echo'
    program.type('sign-out')
    await program.line('status', ({ status }) => /could not be told/.test(status.reason ?? ''))

    const diagnosis = await run(['diagnose', ...flags, '--json'], options)
    await diagnosis.ended
    hunt.see('a diagnosis', diagnosis.stdout() + diagnosis.stderr())
    expect(hunt.seen('a diagnosis')).toContain('"name":"clientSecret","value":"••••••••"')
    program.type('quit')
    await program.ended
    hunt.see('stdout', program.stdout())
    hunt.see('stderr', program.stderr())
    await hunt.seeFiles('the data directory:', dataDir)
    await provider.close()
    expect(hunt.seen('the last page')).toContain('invalid_request')
    expect(hunt.found()).toEqual([])
  })
}

test('S38: the opened browser has no secret in its environment', async ({
  run,
  folders,
  provider,
}) => {
  test.skip(process.platform !== 'linux', 'only here is the browser named by a variable')
  const directory = await folders.create()
  const [browser, seen] = [join(directory, 'browser'), join(directory, 'environment')]
  await writeFile(browser, `#!/bin/sh\nenv > ${seen}.part\nmv ${seen}.part ${seen}\n`, {
    mode: 0o700,
  })
  const { issuer, clientId } = provider
  const env = {
    LATCHKEY_CLIENT_SECRET: 'canary: GOCSPX-+/=secret',
    LATCHKEY_PASSPHRASE: PASSPHRASE,
    LATCHKEY_SCOPE: 'openid',
    BROWSER: browser,
    DISPLAY: '',
    WAYLAND_DISPLAY: '',
    XDG_CURRENT_DESKTOP: '',
  }
  await run(['--json', '--port', '0', '--sign-in', '--issuer', issuer, '--client-id', clientId], {
    env,
  })
  await expect.poll(() => readFile(seen, 'utf8').catch(() => '')).toContain('LATCHKEY_SCOPE')
  expect(await readFile(seen, 'utf8')).not.toMatch(/canary|LATCHKEY_(CLIENT_SECRET|PASSPHRASE)/)
})

test('S38: the window, the menu, notifications and opened links show no secret either', async ({
  launch,
  provider,
}) => {
  const hunt = createHunt()
  hunt.hide('passphrase', PASSPHRASE)
  hideTokens(provider, hunt)
  const { misbehave, clientId } = provider
  const app = await launch({
    flags: [...at(provider), ...ALLOW_TESTS, '--log-level', 'debug'],
    env: { LATCHKEY_PASSPHRASE: PASSPHRASE },
  })
  const window = await app.window()
  // While the window has the focus, there are no notifications.
  await app.look(false)
  const links: string[] = []
  const comeBackFrom = async (fault: (link: string) => Misbehaviour): Promise<void> => {
    const link = await app.takeUrl()
    links.push(link)
    hideLink(link, hunt)
    const undo = apply(misbehave, fault(link))
    hunt.see('the last page', await (await fetch(await answerLink(link))).text())
    undo()
  }
  const reached = async (headline: string, notices: number): Promise<void> => {
    await expect.poll(() => readHeadline(app)).toBe(headline)
    await expect.poll(async () => (await app.notifications()).length).toBe(notices)
    hunt.see('the window', `${await window.title()} ${await window.content()} ${window.url()}`)
    hunt.see('the tray', JSON.stringify(await app.tray()))
  }

  const { url } = JSON.parse(await readFile(join(app.dataDir, 'service.json'), 'utf8')) as Service
  const service = { url, provider }
  const { seed, verifier } = seedFor(clientId)
  const called = call(service, '/pkce/code', { body: seed })
  await comeBackFrom(() => ({}))
  const body = tokenRequest((await called).json, verifier)
  expect((await call(service, '/pkce/token', { body })).status).toBe(200)
  await reached('Signed in as Alice Adams', 1)

  await app.choose('Sign out')
  await reached('Not signed in', 1)
  await app.choose('Sign in')
  await comeBackFrom(() => ({ token: 'echo' }))
  await reached('Sign-in failed', 2)
  await app.choose('Sign in')
  await comeBackFrom((link) => quoting(link, 'unauthorized_client'))
  await reached('Sign-in failed', 3)

  await app.choose('Sign in')
  await comeBackFrom(() => ({}))
  await reached('Signed in as Alice Adams', 4)
  misbehave.token = 'invalid-grant'
  const refresh = { grant_type: 'refresh_token', client_id: clientId }
  hunt.see('an answer', (await call(service, '/pkce/token', { body: refresh })).text)
  await reached('Session expired: Alice Adams', 5)

  hunt.see('all menus, notifications and messages to the window', await app.everythingShown())
  hunt.see('the notifications', JSON.stringify(await app.notifications()))
  const opened = await app.openedUrls()
  expect(opened).toEqual(links)
  hunt.see('the notes of what it did', (await app.quit()).stdout + app.stderr())
  await hunt.seeFiles('the data directory:', app.dataDir)
  hideSentTo(provider, hunt)

  expect(Object.keys(hunt.hidden())).toHaveLength(8)
  for (const place of ['the window', 'the last page', 'the notifications', 'all menus']) {
    expect(hunt.seen(place), place).toContain('client_id=latchkey')
  }
  expect(hunt.found()).toEqual([])
  // A link contains its state and nonce, and no other secret.
  for (const link of opened) {
    const url = new URL(link)
    for (const name of ['state', 'nonce']) url.searchParams.delete(name)
    hunt.see('a link', url.href)
  }
  expect(hunt.found()).toEqual([])
})

test('S38: keys, tokens of every call and the service’s secret are in no file or command line', async ({
  run,
  folders,
}) => {
  test.skip(process.platform === 'win32', 'runs the script for a POSIX shell')
  test.setTimeout(120_000)
  const clientSecret = 'canary: GOCSPX-+/=secret'
  const hunt = createHunt()
  hunt.hide('passphrase', PASSPHRASE)
  hunt.hide('client_secret', clientSecret)
  const provider = await startProvider({
    signingAlg: 'ES256',
    secret: { value: clientSecret, method: 'client_secret_post' },
  })
  hideTokens(provider, hunt)
  const [dataDir, temporary, own] = await Promise.all([1, 2, 3].map(() => folders.create()))
  const { issuer, clientId } = provider
  const curl = await wrapCurl(own!)
  const env = {
    LATCHKEY_CLIENT_SECRET: clientSecret,
    LATCHKEY_PASSPHRASE: PASSPHRASE,
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_CLIENT_ID: clientId,
    LATCHKEY_LOG_LEVEL: 'debug',
    LATCHKEY_PORT: '0',
    LATCHKEY_NO_BROWSER: '1',
    TMPDIR: temporary!,
    TEMP: temporary!,
    PATH: curl.path,
  }
  const commandLines = watchCommandLines()
  const program = await run(SCRIPTED, { dataDir: dataDir!, env })
  const { url } = await program.line('listening')
  const look = async (): Promise<void> => {
    hunt.hide('service_secret', readServiceFile(dataDir!)!.secret!.reveal())
    await hunt.seeFiles('the data directory:', dataDir!)
    await hunt.seeFiles('the temporary files:', temporary!)
  }
  const cli = (words: string, more: { env?: Record<string, string>; input?: string } = {}) =>
    runCli([...words.split(' '), '--data-dir', dataDir!], { ...more, env: { ...env, ...more.env } })
  const hideAnswer = (name: string, secret: string | undefined): void => {
    expect(secret, name).toMatch(/^[\w.~-]{16,}$/)
    hunt.hide(name, secret!)
  }
  const allowed = async (words: string): Promise<string> => {
    const running = cli(words)
    program.type(`allow ${(await program.line('consent')).id}`)
    const { code, stdout, stderr } = await running
    expect([code, stderr], words).toEqual([0, ''])
    return stdout
  }
  const hideKey = (key: string): void => {
    hunt.hide('key', key)
    hunt.hide('hash of a key', createHash('sha256').update(key).digest('base64url'))
    hunt.hide('hash of a key', createHash('sha256').update(key).digest('hex'))
  }
  const keyFile = join(own!, 'a.key')

  await test.step('a pasted redirect, keys, and an app that is always allowed', async () => {
    program.type('sign-in')
    const link = await program.link()
    hideLink(link, hunt)
    const pasted = await answerLink(link)
    hunt.hide('pasted code', new URL(pasted).searchParams.get('code')!)
    program.type(pasted)
    expect(await program.line('answer', ({ command }) => command === 'paste')).toMatchObject({
      ok: true,
    })
    await program.status('signed-in')
    program.type('key backup')
    const { key } = await program.line('key')
    hideKey(key)
    await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
    hideKey((await allowed('key other')).trim())
  })

  const apps = await createApps()
  const app = await apps.create('an app that only consents.json names.mjs')
  // The question shows the path; a file or a diagnosis must not.
  hunt.hide('path of an app', app.path.slice(app.path.lastIndexOf('/') + 1))
  const asking = app.ask(url)
  program.type(`allow ${(await program.line('consent')).id} always`)
  expect(await asking).toMatchObject({ hasToken: true })
  await apps.remove()

  await test.step('tokens, by each call and each command', async () => {
    const service = { url }
    const stream = await openEvents(url)
    expect(await stream.next()).toMatchObject({ data: { state: 'signed-in' } })
    const askSession = async (token_type: string): Promise<string> => {
      const headers = { accept: 'text/plain' }
      return (await call(service, '/session/token', { body: { token_type }, headers })).text.trim()
    }
    hideAnswer('access_token of /session', await askSession('access_token'))
    // The person is asked about each ID token.
    const idToken = askSession('id_token')
    program.type(`allow ${(await program.line('consent')).id}`)
    hideAnswer('id_token of /session', await idToken)
    const user = await call(service, '/user/access_token', { method: 'GET' })
    hideAnswer('access_token of /user', user.text)
    const socket = readServiceFile(dataDir!)!.socket!
    const key = (await readFile(keyFile, 'utf8')).trim()
    hideAnswer('token of the socket', findToken(await askSocket(socket, key)))
    hideAnswer('token of the command', (await cli(`token --key-file ${keyFile}`)).stdout.trim())
    hideAnswer('token without a key', (await allowed('token')).trim())
    if (curl.isThere) {
      const script = join(ROOT, 'main', 'assets', 'latchkey-token.sh')
      const args = [script, '--key-file', keyFile, '--data-dir', dataDir!]
      const { code, stdout, stderr } = await runCommand('sh', args, { env })
      expect([code, stderr]).toEqual([0, ''])
      hideAnswer('token of the script', stdout.trim())
    }
    const git = await cli(`git-credential get --key-file ${keyFile}`, {
      env: { LATCHKEY_GIT_HOSTS: 'git.example.com=127.0.0.1' },
      input: 'protocol=https\nhost=git.example.com\n\n',
    })
    hideAnswer('password for git', /^password=(.*)$/m.exec(git.stdout)?.[1])
    const forKubectl = JSON.parse(await allowed('kubectl-credential')) as {
      status: { token: string }
    }
    expect(peekClaims(forKubectl.status.token)['sub']).not.toBe('')
    hideAnswer('id_token for kubectl', forKubectl.status.token)
    hunt.see('the stream of events', stream.text())
    stream.close()
    hunt.see('the list of accounts', await allowed('accounts --json'))
  })

  await test.step('the diagnosis, and what a killed agent leaves', async () => {
    for (const words of ['diagnose', 'diagnose --json'])
      hunt.see('a diagnosis', both(await cli(words)))
    await look()
    program.process.kill('SIGKILL')
    await program.ended
    await look()
    // `open`, `consent` and `key` lines are for the person alone.
    const answers = program.stdout().replaceAll(/^\{"event":"(open|consent|key)".*$/gm, '')
    hunt.see('stdout', answers)
    hunt.see('stderr', program.stderr())
  })

  await test.step('an agent in the background', async () => {
    try {
      const started = await cli(`token --start --key-file ${keyFile}`)
      expect(started.code).toBe(0)
      expect(started.stderr).toMatch(/^latchkey: Latchkey now runs .+\n$/)
      hideAnswer('token of a new agent', started.stdout.trim())
      const before = provider.requests.token
      await cli(`token --min-validity 30000000 --key-file ${keyFile}`)
      expect(provider.requests.token).toBeGreaterThan(before)
      hunt.see('a diagnosis', both(await cli('diagnose')))
      await look()
    } finally {
      await endAgent(dataDir!)
    }
    await hunt.seeFiles('the data directory:', dataDir!)
    await hunt.seeFiles('the temporary files:', temporary!)
  })

  for (const line of commandLines.stop()) {
    // The app is started with its path.
    if (!line.includes(app.path)) hunt.see('a command line', line)
  }
  hideSentTo(provider, hunt)
  hunt.see('the command line of curl', curl.isThere ? await readFile(curl.seen, 'utf8') : '')
  await provider.close()
  expect(hunt.seen('a diagnosis')).toContain(new URL(issuer).host)
  expect(hunt.seen('the data directory: latchkey.log')).toContain('"signed-in"')
  expect(hunt.seen('the data directory: headless.log')).not.toBe('')
  expect(hunt.seen('the data directory: consents.json')).toContain('"tier": "passphrase"')
  if (curl.isThere) expect(hunt.seen('the command line of curl')).toContain('--unix-socket')
  if (process.platform === 'linux') expect(hunt.seen('a command line')).toContain('--key-file')
  // This file is for the secret, and shows that the search finds what is there.
  expect(hunt.found()).toEqual(['service_secret in the data directory: service.json'])
})

test('S38: a key of the window, and what it gets, are in no file or output', async ({
  launch,
  folders,
  provider,
}) => {
  const hunt = createHunt()
  hideTokens(provider, hunt)
  const temporary = await folders.create()
  const app = await launch({
    flags: [...at(provider), '--log-level', 'debug'],
    env: { LATCHKEY_PASSPHRASE: PASSPHRASE, TMPDIR: temporary, TEMP: temporary },
  })
  const window = await app.window()
  await app.choose('Sign in')
  const link = await app.takeUrl()
  hideLink(link, hunt)
  await fetch(await answerLink(link))
  await expect.poll(() => readHeadline(app)).toBe('Signed in as Alice Adams')
  const press = (name: string) => window.getByRole('button', { name, exact: true }).click()
  await press(BUTTONS.apps)
  await press(APPS.createKey)
  await window.getByLabel(KEY.fields.name[0]).fill('backup')
  await press(KEY.create)
  await expect(window.locator('#key-value')).toHaveText(/^latchkey_[\w-]{43}$/)
  const key = (await window.locator('#key-value').textContent())!
  hunt.hide('key', key)
  await press(BUTTONS.done)
  const here = ['--data-dir', app.dataDir]
  const token = await runCli(['token', ...here], { env: { LATCHKEY_KEY: key } })
  expect([token.code, token.stderr]).toEqual([0, ''])
  hunt.hide('token of the command', token.stdout.trim())
  const asking = runCli(['token', '--id-token', ...here])
  await press(CONSENT.answer)
  await press(CONSENT_WORDS.answers.once)
  hunt.hide('ID token of the command', (await asking).stdout.trim())
  hunt.see('a diagnosis', both(await runCli(['diagnose', ...here])))
  hunt.hide('service_secret', readServiceFile(app.dataDir)!.secret!.reveal())
  hunt.see('the window', await window.content())
  hunt.see('the notifications', JSON.stringify(await app.notifications()))
  hunt.see('the clipboard', await app.clipboard())
  await app.crashWindow()
  await hunt.seeFiles('the data directory:', app.dataDir)
  await hunt.seeFiles('the temporary files:', temporary)
  hunt.see('the output', both(await app.quit()))
  await hunt.seeFiles('the data directory:', app.dataDir)
  hideSentTo(provider, hunt)
  expect(hunt.seen('the data directory: latchkey.log')).toContain('"signed-in"')
  expect(hunt.found()).toEqual(['service_secret in the data directory: service.json'])
})

const both = ({ stdout, stderr }: Pick<Ran, 'stdout' | 'stderr'>): string => stdout + stderr

function findToken(json: string): string | undefined {
  return /"access_token":\s*"([^"]+)"/.exec(json)?.[1]
}

/** Asks for an access token over the Unix socket, with a key. */
async function askSocket(socketPath: string, key: string): Promise<string> {
  const sent = request({
    socketPath,
    path: '/session/token',
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject)
  })
  sent.end()
  return (await (await answered).setEncoding('utf8').toArray()).join('')
}

/** Lets the provider misbehave until the returned function is called. */
function apply(misbehave: Misbehaviour, fault: Misbehaviour): () => void {
  Object.assign(misbehave, fault)
  return () => {
    for (const name of Object.keys(fault)) misbehave[name as keyof Misbehaviour] = undefined
  }
}
