// Callers that hang up before the user has finished: what the browser shows, and which caller may continue.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeChallenge } from '../../main/oauth/pkce.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { answerLink } from '../support/person.js'
import {
  call,
  comeBack,
  expect,
  expectProblem,
  respond,
  seedFor,
  test,
  tokenRequest,
  type Answer,
  type OwnSeed,
  type Service,
} from '../support/service.js'

/** Waits until the program reports that the app has hung up. */
async function left({ program }: Service): Promise<void> {
  await program.line('status', ({ status }) => status.reason?.includes('stopped waiting') ?? false)
}

/** Asks for a sign-in as an app that hangs up once the browser is open. */
async function askAndLeave(service: Service, body?: object): Promise<string> {
  const hangUp = new AbortController()
  const asked = call(service, '/pkce/code', { body, signal: hangUp.signal })
  const link = await service.program.link()
  hangUp.abort()
  await expect(asked).rejects.toThrow('abort')
  await left(service)
  return link
}

/** Sends the request from another process and returns the text of the answer. */
async function askFrom(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
  await once(child, 'close')
  return chunks.join('')
}

/** Bash can open sockets itself, and reads without a second process that would hold them too. */
function askByBash({ port }: Service, { seed }: OwnSeed): Promise<string> {
  const body = JSON.stringify(seed)
  const head =
    `POST /pkce/code HTTP/1.1\\r\\nHost: 127.0.0.1:${port}\\r\\nContent-Type: application/json\\r\\n` +
    `Content-Length: ${body.length}\\r\\nConnection: close\\r\\n\\r\\n`
  const script =
    `exec 3<>/dev/tcp/127.0.0.1/${port}; printf '${head}%s' '${body}' >&3; ` +
    'while IFS= read -r line <&3 || [ -n "$line" ]; do printf "%s\\n" "$line"; done'
  return askFrom('bash', ['-c', script])
}

const ASK_BY_NODE =
  'const [url, body] = process.argv.slice(2); const headers = { "content-type": "application/json" };' +
  'fetch(url, { method: "POST", body, headers }).then((r) => r.text()).then((t) => console.log(t))'

test.describe('if an app hangs up,', () => {
  test('the browser says so, and nobody is signed in', async ({ serve }) => {
    const service = await serve()
    const { program, provider } = service
    const own = seedFor(provider.clientId)
    const link = await askAndLeave(service, own.seed)

    const callback = await answerLink(link)
    const page = await fetch(callback)
    expect(page.status).toBe(200)
    const html = await page.text()
    expect(html).toContain(PAGE_MESSAGES.abandoned.heading)
    expect(html).toContain(PAGE_MESSAGES.abandoned.text[0])
    const { account, reason } = await program.status('failed')
    expect(account).toBeNull()
    expect(reason).toContain('stopped waiting before it was finished')

    // No one can use the code now.
    const code = new URL(callback).searchParams.get('code')!
    const result = { code, state: own.seed.state }
    const seed = { ...own.seed, redirect_uri: new URL(link).searchParams.get('redirect_uri')! }
    const body = tokenRequest({ seed, result } as never, own.verifier)
    expectProblem(await call(service, '/pkce/token', { body }), 400, 'unknown-code')
    expectProblem(await call(service, '/pkce/token'), 400, 'unknown-code')
    expect(provider.requests.token).toBe(0)
    // The sign-in has ended: the port is closed.
    await expect(fetch(callback)).rejects.toThrow('fetch failed')
  })

  test('the service itself may also say so in the browser', async ({ serve }) => {
    const service = await serve()
    const { provider, port } = service
    const origin = new URL(provider.issuer).origin
    for (const [headers, status, type] of [
      [{ origin, accept: 'text/html' }, 200, 'text/html'],
      [{ origin }, 409, 'application/problem+json'],
    ] as const) {
      const { seed } = seedFor(provider.clientId, {
        redirect_uri: `http://127.0.0.1:${port}/pkce/response/code`,
        response_mode: 'form_post',
      })
      await askAndLeave(service, seed)
      const form = { state: seed.state, code: 'a-code', iss: provider.issuer }
      const answer = await respond(service, form, headers)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toContain(type)
      expect(answer.text).toContain('has stopped waiting')
      expect(answer.text).not.toContain('a-code')
    }
  })

  test('a denial in the browser shows the usual page', async ({ serve }) => {
    const service = await serve()
    const link = await askAndLeave(service)
    const page = await fetch(await answerLink(link, 'deny=yes'))
    expect(await page.text()).toContain(PAGE_MESSAGES.denied.heading)
    await service.program.status('failed')
  })

  test('before the browser is open, nothing is left behind', async ({ serve }) => {
    const service = await serve({ provider: { misbehave: { discovery: 'hang' } } })
    const hangUp = new AbortController()
    const asked = call(service, '/pkce/code', { signal: hangUp.signal })
    await service.program.status('waiting')
    hangUp.abort()
    await expect(asked).rejects.toThrow('abort')
    await service.program.status('signed-out')
  })

  test('clear and the user can end the sign-in, after which its link no longer works', async ({
    serve,
  }) => {
    const service = await serve()
    for (const end of [
      () => service.api.clearPKCE(),
      () => service.program.type('cancel'),
    ] as const) {
      const callback = await answerLink(await askAndLeave(service))
      await end()
      await service.program.status('signed-out')
      await expect(fetch(callback)).rejects.toThrow('fetch failed')
    }
  })
})

test.describe('a second request with the same seed', () => {
  test('continues the sign-in once its caller has hung up, without a second tab', async ({
    serve,
  }) => {
    const service = await serve()
    const { program, provider } = service
    const { seed, verifier } = seedFor(provider.clientId)
    const link = await askAndLeave(service, seed)
    // Each time that its caller comes back.
    const hangUp = new AbortController()
    const second = call(service, '/pkce/code', { body: seed, signal: hangUp.signal })
    await program.line('status', ({ status }) => status.reason === null)
    hangUp.abort()
    await expect(second).rejects.toThrow('abort')
    await left(service)
    const third = call(service, '/pkce/code', { body: seed })
    await program.line('status', ({ status }) => status.reason === null)

    expect(await (await fetch(await answerLink(link))).text()).toContain(
      PAGE_MESSAGES.returnToApp.heading,
    )
    const coded = (await third).json
    expect(coded.result!.state).toBe(seed.state)
    const token = await call(service, '/pkce/token', { body: tokenRequest(coded, verifier) })
    expect(token.json.seed).toEqual(coded.seed)
    await program.status('signed-in')
    expect(program.stdout().match(/"event":"open"/g)).toHaveLength(1)
  })

  test('gets a 409 while the first caller still waits, or if it differs in any way', async ({
    serve,
  }) => {
    const service = await serve()
    const { program, provider } = service
    const { seed } = seedFor(provider.clientId)
    const hangUp = new AbortController()
    const asked = call(service, '/pkce/code', { body: seed, signal: hangUp.signal })
    const link = await program.link()
    expectProblem(await call(service, '/pkce/code', { body: seed }), 409, 'in-use')
    hangUp.abort()
    await expect(asked).rejects.toThrow('abort')
    await left(service)
    for (const changes of [
      { code_challenge: codeChallenge('y'.repeat(43)) },
      { nonce: 'another-nonce' },
      { scope: ['openid'] },
      { prompt: 'login' },
      { organization: 'org_1' },
      { response_mode: 'form_post' },
      { ADDITIONAL_PARAMETERS: { access_type: 'offline' } },
    ]) {
      const other = await call(service, '/pkce/code', { body: { ...seed, ...changes } })
      expectProblem(other, 409, 'in-use')
    }
    // None of these requests has prevented the correct one.
    const again = call(service, '/pkce/code', { body: seed })
    await program.line('status', ({ status }) => status.reason === null)
    await fetch(await answerLink(link))
    expect((await again).status).toBe(200)
  })

  test('begins a new sign-in once the browser has returned', async ({ serve }) => {
    const service = await serve()
    const { seed } = seedFor(service.provider.clientId)
    await fetch(await answerLink(await askAndLeave(service, seed)))
    await service.program.status('failed')
    const again = call(service, '/pkce/code', { body: seed })
    await comeBack(service.program)
    expect((await again).json.result!.state).toBe(seed.state)
  })

  test('gets a 409 for a sign-in that the service seeded, because its link shows the seed', async ({
    serve,
  }) => {
    const service = await serve()
    const link = await askAndLeave(service)
    const asked = Object.fromEntries(new URL(link).searchParams)
    const { redirect_uri: _listener, ...seed } = asked
    const body = { ...seed, scope: asked['scope']!.split(' ') }
    expectProblem(await call(service, '/pkce/code', { body }), 409, 'in-use')
  })

  test.describe('on Linux', () => {
    test.skip(process.platform !== 'linux', 'elsewhere the system does not tell who asks')

    test('gets a 409 from another program, and continues from another process of the same script', async ({
      serve,
    }, testInfo) => {
      const service = await serve()
      const { provider } = service
      const own = seedFor(provider.clientId)
      const url = `${service.url}/pkce/code`
      const body = JSON.stringify(own.seed)
      const script = testInfo.outputPath('ask.cjs')
      await mkdir(dirname(script), { recursive: true })
      await writeFile(script, ASK_BY_NODE)
      const first = spawn(process.execPath, [script, url, body], { stdio: 'ignore' })
      const link = await service.program.link()
      first.kill('SIGKILL')
      await left(service)

      const refused = await askByBash(service, own)
      expect(refused).toMatch(/^HTTP\/1\.1 409 /)
      expect(refused).toContain('"code":"in-use"')

      const inline = await askFrom(process.execPath, ['-e', ASK_BY_NODE, '', url, body])
      expect(inline).toContain('"code":"in-use"')

      const again = askFrom(process.execPath, [script, url, body])
      await service.program.line('status', ({ status }) => status.reason === null)
      await fetch(await answerLink(link))
      const coded = JSON.parse(await again) as Answer['json']
      expect(coded.result!.state).toBe(own.seed.state)
    })

    test('gets a 409 if the first caller could not be identified', async ({ serve }) => {
      const service = await serve()
      const own = seedFor(service.provider.clientId)
      // Two processes hold its connection, so the caller may be either.
      const body = JSON.stringify(own.seed)
      const child = spawn(
        'bash',
        [
          '-c',
          `exec 3<>/dev/tcp/127.0.0.1/${service.port}; sleep 600 & printf '%s' "$1" >&3; wait`,
          'bash',
          `POST /pkce/code HTTP/1.1\r\nHost: 127.0.0.1:${service.port}\r\n` +
            `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        ],
        { stdio: 'ignore', detached: true },
      )
      await service.program.link()
      process.kill(-child.pid!, 'SIGKILL')
      await left(service)
      expect(await askByBash(service, own)).toMatch(/^HTTP\/1\.1 409 /)
    })
  })
})
