// The PKCE API with real browsers: users who sign in for an app, and hostile pages.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page, Request } from '@playwright/test'
import { mergeTests } from '@playwright/test'
import { Provider } from 'oidc-provider'
import {
  expect,
  expectProblem,
  call,
  formSeedFor,
  respond,
  seeded,
  seedFor,
  tokenized,
} from '../support/service.js'
import { test as service, type Service } from '../support/service.js'
import { test as inBrowser, signInAs } from '../support/desktop-test.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'

const test = mergeTests(service, inBrowser)

test('an app signs the user in through the browser with the official client alone', async ({
  serve,
  page,
}) => {
  const { api, program, provider } = await serve()
  const { challenge } = await api.getChallenge()
  const called = api.generateCode({
    seededPKCE: {
      responseType: 'code',
      state: challenge!.state,
      nonce: challenge!.nonce,
      codeChallenge: challenge!.challenge,
      codeChallengeMethod: 'S256',
      scope: ['openid', 'profile', 'email'],
      clientId: provider.clientId,
    },
  })
  await signInAs(page, await program.link(), "Zoë O'Ünal")
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.returnToApp.heading)
  await expect(page.getByRole('main')).toContainText('the app is finishing the sign-in')
  await expect(page.getByRole('main')).not.toContainText('Zoë')
  expect(new URL(page.url()).search).toBe('')

  const { result, seed } = await called
  const { auth0 } = await api.generateToken({
    tokenizedPKCE: {
      grantType: 'authorization_code',
      clientId: provider.clientId,
      code: result!.code,
      redirectUri: seed!.redirectUri!,
      codeVerifier: challenge!.verifier,
    },
  })
  expect(auth0!.oAuth.account!.name).toBe("Zoë O'Ünal")
  expect((await program.status('signed-in')).account?.sub).toBe('zoe')
})

test('a denial in the browser is shown on its page and reported to the app', async ({
  serve,
  page,
}) => {
  const { url, program } = await serve()
  const called = call({ url }, '/pkce/code')
  await page.goto(await program.link())
  await page.getByRole('button', { name: 'Deny' }).click()
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.denied.heading)
  expectProblem(await called, 403, 'access-denied')
})

test('the listener accepts the form of a provider that was asked for form_post', async ({
  serve,
  page,
}) => {
  const { api, program, provider } = await serve()
  const { seed, verifier } = seedFor(provider.clientId, { response_mode: 'form_post' })
  const called = api.generateCode(seeded(seed))
  await signInAs(page, await program.link(), 'Bob Brown')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.returnToApp.heading)

  const { result, seed: effective } = await called
  const request = {
    grant_type: 'authorization_code',
    client_id: provider.clientId,
    code: result!.code,
    redirect_uri: effective!.redirectUri,
    code_verifier: verifier,
  }
  const { auth0 } = await api.generateToken(tokenized(request))
  expect(auth0!.oAuth.account!.name).toBe('Bob Brown')
})

test.describe('the provider’s page posts its form to the service itself', () => {
  /** Lets new providers accept any redirect URI, as if it were registered. */
  function registerAnyRedirectUri(): () => void {
    const { callback } = Provider.prototype
    Provider.prototype.callback = function (this: Provider) {
      Object.assign(this.Client.prototype, { redirectUriAllowed: () => true })
      return callback.call(this)
    }
    return () => void (Provider.prototype.callback = callback)
  }

  for (const [name, host, policy, origin, site] of [
    ['from the same site', '127.0.0.1', null, 'own', 'same-site'],
    ['from another site', 'localhost', null, 'own', 'cross-site'],
    ['without an origin', 'localhost', 'no-referrer', 'null', 'cross-site'],
  ] as const) {
    test(`${name}: it ends the waiting call and shows the page`, async ({ serve, page }) => {
      const restore = registerAnyRedirectUri()
      const service = await serve()
      restore()
      const { api, program, provider } = service
      if (policy !== null) {
        // As for a page served over https.
        await page.addInitScript((content) => {
          document.addEventListener('readystatechange', () => {
            if (document.querySelector('meta[name=referrer]')) return
            document.head.append(
              Object.assign(document.createElement('meta'), { name: 'referrer', content }),
            )
          })
        }, policy)
      }
      const { seed, verifier } = seedFor(provider.clientId, {
        response_mode: 'form_post',
        redirect_uri: `http://${host}:${service.port}/pkce/response/code`,
      })
      const called = api.generateCode(seeded(seed))
      const posted = page.waitForRequest(
        (request) => new URL(request.url()).pathname === '/pkce/response/code',
      )
      await signInAs(page, await program.link(), 'Alice Adams')
      await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.returnToApp.heading)
      const sent = await (await posted).allHeaders()
      expect(sent['origin']).toBe(origin === 'own' ? new URL(provider.issuer).origin : origin)
      expect(sent['sec-fetch-site']).toBe(site)

      const { result, seed: effective } = await called
      const request = {
        grant_type: 'authorization_code',
        client_id: provider.clientId,
        code: result!.code,
        redirect_uri: effective!.redirectUri,
        code_verifier: verifier,
      }
      const { auth0 } = await api.generateToken(tokenized(request))
      expect(auth0!.oAuth.account!.name).toBe('Alice Adams')
    })
  }
})

test.describe('a hostile page', () => {
  /** Tries everything that a page can do, and returns what it could read. */
  async function attack(page: Page, target: string, state: string): Promise<string[]> {
    return page.evaluate(
      async ([target, state]) => {
        const read: string[] = []
        const gather = async (what: string, asked: Promise<Response>): Promise<void> => {
          try {
            const answer = await asked
            // A page gets an opaque answer, but can't read it.
            if (answer.type !== 'opaque')
              read.push(`${what}: ${answer.status} ${await answer.text()}`)
          } catch {
            read.push(`${what}: failed`)
          }
        }
        const loaded = (element: HTMLElement): Promise<unknown> =>
          new Promise((resolve) => {
            element.addEventListener('load', resolve)
            element.addEventListener('error', resolve)
            document.body.append(element)
          })
        const json = { 'content-type': 'application/json' }
        const form = 'application/x-www-form-urlencoded'
        const stolen = new URLSearchParams({ state, code: 'theirs', error: 'access_denied' })

        for (const [method, path] of [
          ['GET', '/pkce/challenge'],
          ['POST', '/pkce/code'],
          ['POST', '/pkce/token'],
          ['POST', '/pkce/clear'],
          ['POST', '/pkce/response/code'],
          ['GET', '/openapi.json'],
          ['GET', '/.well-known/health'],
        ] as const) {
          const url = `${target}${path}`
          for (const mode of ['cors', 'no-cors', 'same-origin'] as const) {
            await gather(`${mode} ${path}`, fetch(url, { method, mode, credentials: 'include' }))
          }
          if (method === 'GET') continue
          await gather(`json ${path}`, fetch(url, { method, headers: json, body: '{}' }))
          for (const body of ['{}', stolen]) {
            await gather(`simple ${path}`, fetch(url, { method, mode: 'no-cors', body }))
          }
          navigator.sendBeacon(url, '{}')
          navigator.sendBeacon(url, new Blob([stolen.toString()], { type: form }))
          navigator.sendBeacon(url)
          await gather(
            `keepalive ${path}`,
            fetch(url, { method, mode: 'no-cors', keepalive: true }),
          )
        }

        for (const path of ['/pkce/challenge', '/pkce/clear', '/pkce/code', '/openapi.json']) {
          const url = `${target}${path}`
          await loaded(Object.assign(new Image(), { src: url }))
          await loaded(Object.assign(document.createElement('script'), { src: url }))
          await loaded(
            Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url }),
          )
          const frame = Object.assign(document.createElement('iframe'), { src: url })
          await loaded(frame)
          try {
            const text = frame.contentDocument?.body.textContent ?? ''
            if (text !== '') read.push(`iframe ${path}: ${text}`)
          } catch {
            read.push(`iframe ${path}: failed`)
          }
          await new Promise((resolve) => {
            const socket = new WebSocket(url.replace('http', 'ws'))
            socket.addEventListener('open', () => read.push(`socket ${path}: open`))
            socket.addEventListener('close', resolve)
          })
          await new Promise((resolve) => {
            const events = new EventSource(url)
            events.addEventListener('open', () => read.push(`events ${path}: open`))
            events.addEventListener('error', () => {
              events.close()
              resolve(null)
            })
          })
        }

        // Forms, each in its own frame, so that this page stays.
        for (const path of ['/pkce/code', '/pkce/token', '/pkce/clear', '/pkce/response/code']) {
          for (const enctype of [form, 'text/plain', 'multipart/form-data']) {
            const name = `${path}-${enctype}`
            const frame = Object.assign(document.createElement('iframe'), { name })
            document.body.append(frame)
            const sent = Object.assign(document.createElement('form'), {
              method: 'post',
              enctype,
              action: `${target}${path}`,
              target: name,
            })
            for (const [name, value] of stolen) {
              sent.append(Object.assign(document.createElement('input'), { name, value }))
            }
            document.body.append(sent)
            const came = new Promise((resolve) => frame.addEventListener('load', resolve))
            sent.submit()
            await came
          }
        }
        return read
      },
      [target, state] as const,
    )
  }

  /** A page at another port: another origin, possibly of the same site. */
  async function startPage(): Promise<{ server: Server; port: number }> {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>A nice game</title><body>')
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    return { server, port: (server.address() as AddressInfo).port }
  }

  /** An app waits for a code. A hostile page must not affect it. */
  async function beginFlow(service: Service): Promise<{
    state: string
    called: Promise<unknown>
    finish(): Promise<void>
  }> {
    const { seed } = formSeedFor(service)
    const called = service.api.generateCode(seeded(seed))
    await service.program.link()
    return {
      state: seed.state,
      called,
      async finish() {
        service.program.type('status')
        await service.program.status('waiting')
        expect(service.program.stdout().match(/"event":"open"/g)).toHaveLength(1)
        const answer = await respond(service, { state: seed.state, code: 'ours' })
        expect(answer.status).toBe(200)
        expect((await called) as object).toMatchObject({ result: { code: 'ours' } })
        const states = [...service.program.stdout().matchAll(/"state":"([^"]*)"/g)]
        expect([...new Set(states.map(([, state]) => state))]).toEqual(
          expect.arrayContaining(['signed-out', 'waiting']),
        )
      },
    }
  }

  function watch(page: Page): { asked: Request[]; answers: string[] } {
    const asked: Request[] = []
    const answers: string[] = []
    page.on('request', (request) => asked.push(request))
    page.on('response', (response) => {
      for (const name of Object.keys(response.headers())) {
        if (name.startsWith('access-control-')) answers.push(name)
      }
    })
    return { asked, answers }
  }

  for (const [name, origin, target] of [
    ['of another site', 'http://hostile.localhost', 'http://127.0.0.1'],
    ['of another port of the same site', 'http://127.0.0.1', 'http://127.0.0.1'],
    ['that asks for localhost', 'http://127.0.0.1', 'http://localhost'],
  ] as const) {
    test(`${name} reads nothing and changes nothing`, async ({ serve, page }) => {
      const service = await serve()
      const { server, port } = await startPage()
      const signIn = await beginFlow(service)
      const { asked, answers } = watch(page)
      await page.goto(`${origin}:${port}/`)
      // The page knows no state of a sign-in, and guesses.
      const read = await attack(page, `${target}:${service.port}`, 'a-state-that-was-guessed')

      expect(read.length).toBeGreaterThan(15)
      expect(read.filter((what) => !what.endsWith(': failed'))).toEqual([])
      expect(asked.length).toBeGreaterThan(60)
      expect(answers).toEqual([])
      await signIn.finish()
      server.close()
      server.closeAllConnections()
    })
  }

  test('whose name was rebound to this machine (DNS) always gets 403', async ({ serve, page }) => {
    const service = await serve()
    const signIn = await beginFlow(service)
    const rebound = `http://rebound.localhost:${service.port}`
    expect((await page.goto(`${rebound}/openapi.json`))!.status()).toBe(403)
    // The service now has the page's own origin, so the browser lets the page send and read.
    const read = await attack(page, rebound, signIn.state)

    expect(read.filter((what) => / 403 /.test(what)).length).toBeGreaterThan(20)
    for (const what of read) {
      expect(what).toMatch(/: failed$|: 403 .*"code":"wrong-host"|^iframe .*"code":"wrong-host"/)
    }
    await signIn.finish()
  })

  test("that knows a sign-in’s state can't deliver an answer for it", async ({ serve, page }) => {
    const service = await serve()
    const { server, port } = await startPage()
    const signIn = await beginFlow(service)
    await page.goto(`http://hostile.localhost:${port}/`)
    await attack(page, service.url, signIn.state)
    await signIn.finish()
    server.close()
    server.closeAllConnections()
  })
})
