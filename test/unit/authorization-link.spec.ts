// The authorization URL: how often a browser is sent to it, and how else a person can use it.

import { expect } from '../support/expect.js'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import { traySignIn } from '../../main/agent/model.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { test as base, type Fixture, type FixtureOptions } from '../support/fixture.js'
import { answerLink } from '../support/person.js'
import { openTab } from '../support/received-tab.js'

type Watched = Fixture & {
  /** All links that a browser was sent to. */
  opened: readonly string[]
  /** Begins an app's sign-in and returns its link. */
  appLink(): Promise<string>
}

const test = base.extend<{ watch: (options?: FixtureOptions) => Promise<Watched> }>({
  watch: ({ start }, use) =>
    use(async (options) => {
      const opened: string[] = []
      const fixture = await start({
        openBrowser: (link) => {
          opened.push(link)
          return Promise.resolve()
        },
        ...options,
      })
      const { agent } = fixture
      const appLink = (): Promise<string> => {
        const request = appFlow()
        const linked = new Promise<string>((resolve) => {
          const unsubscribe = agent.subscribe((_model, event) => {
            if (event.type !== 'link-ready' || event.state !== request.state) return
            unsubscribe()
            resolve(event.link)
          })
        })
        void agent.api.begin(request, NEVER)
        return linked
      }
      return { ...fixture, opened, appLink }
    }),
})

test.describe('S26: at most five tabs a minute', () => {
  test('pressing Sign in repeatedly opens five, and the newest link still works', async ({
    watch,
  }) => {
    const { agent, opened, history, signIn, reached } = await watch()
    const links: string[] = []
    for (let pressed = 0; pressed < 8; pressed++) links.push(await signIn())

    expect(opened).toEqual(links.slice(0, 5))
    expect(history.at(-1)?.status.reason).toBe(SIGN_IN_MESSAGES.tooManyLaunches)
    expect(agent.link()).toBe(links[7])
    await fetch(await answerLink(links[7]!))
    await reached('signed-in')
  })

  test('a minute later the same link is opened, and the message is gone', async ({ watch }) => {
    const { agent, clock, opened, signIn } = await watch()
    for (let pressed = 0; pressed < 5; pressed++) await signIn()
    const link = await signIn()
    clock.advance(59_999)
    agent.openAgain()
    expect(opened).not.toContain(link)
    expect(traySignIn(agent.model())).toMatchObject({
      link,
      message: SIGN_IN_MESSAGES.tooManyLaunches,
    })

    clock.advance(1)
    agent.openAgain()
    expect(opened.at(-1)).toBe(link)
    expect(traySignIn(agent.model())).toMatchObject({ link, message: null })
  })

  test('opening a link again counts too', async ({ watch }) => {
    const { agent, opened, signIn } = await watch()
    const link = await signIn()
    for (let pressed = 0; pressed < 8; pressed++) agent.openAgain()
    expect(opened).toEqual([link, link, link, link, link])
    expect(traySignIn(agent.model())?.message).toBe(SIGN_IN_MESSAGES.tooManyLaunches)
  })

  test('all apps share five, and the person has five of their own', async ({ watch }) => {
    const { agent, clock, opened, appLink, signIn } = await watch()
    for (let begun = 0; begun < 5; begun++) await appLink()
    const message = SIGN_IN_MESSAGES.tooManyAppLaunches
    expect(await agent.api.begin(appFlow(), NEVER)).toEqual({ kind: 'too-many', message })
    expect(opened).toHaveLength(5)

    // Apps cannot stop the person's own sign-in from opening a tab.
    await signIn()
    for (let again = 0; again < 8; again++) agent.openAgain()
    expect(opened).toHaveLength(10)
    expect(traySignIn(agent.model())?.message).toBe(SIGN_IN_MESSAGES.tooManyLaunches)
    expect(await agent.api.begin(appFlow(), NEVER)).toEqual({ kind: 'too-many', message })

    clock.advance(60_000)
    for (let begun = 0; begun < 5; begun++) await appLink()
    await signIn()
    expect(opened).toHaveLength(16)
  })

  test('an app’s sign-in without a link gives its launch back', async ({ watch }) => {
    const { agent, provider, opened, signIn } = await watch()
    provider.misbehave.discovery = 'server-error'
    for (let begun = 0; begun < 8; begun++) {
      expect(await agent.api.begin(appFlow(), NEVER)).toMatchObject({ kind: 'ended' })
    }
    delete provider.misbehave.discovery
    await signIn()
    expect(opened).toHaveLength(1)
  })
})

test.describe('F19: opening the link again', () => {
  test('opens the same link, and takes the answer of either tab', async ({ watch }) => {
    const { agent, opened, history, signIn, reached } = await watch()
    const link = await signIn()
    const before = agent.model()
    agent.openAgain()

    expect(opened).toEqual([link, link])
    expect(agent.model()).toEqual(before)
    expect(history.map(({ event }) => event)).toEqual([
      expect.objectContaining({ type: 'sign-in-started' }),
      { type: 'link-ready', state: before.signIns[0]?.state, link },
      { type: 'link-ready', state: before.signIns[0]?.state, link },
    ])
    await fetch(await answerLink(link))
    await reached('signed-in')
  })

  test('does nothing if no sign-in waits', async ({ watch }) => {
    const { agent, opened, history, signIn, reached } = await watch()
    const openOften = (): void => {
      for (let pressed = 0; pressed < 8; pressed++) agent.openAgain()
    }
    expect(agent.link()).toBeNull()
    openOften()
    expect(history).toEqual([])

    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    expect(agent.link()).toBeNull()
    openOften()
    expect(opened).toHaveLength(1)
    await signIn()
    expect(opened).toHaveLength(2)
  })

  test('does nothing once the browser is back', async ({ watch }) => {
    const { agent, opened, provider, signIn, reached } = await watch({
      provider: { misbehave: { token: 'hang' } },
      requestTimeoutMs: 60_000,
    })
    const page = fetch(await answerLink(await signIn()))
    await reached('exchanging')
    await expect.poll(() => provider.requests.token).toBe(1)
    expect(agent.link()).toBeNull()
    agent.openAgain()
    expect(opened).toHaveLength(1)
    agent.cancel()
    await page
  })

  test('opens the link of the sign-in that the person sees', async ({ watch }) => {
    const { agent, opened, appLink, signIn } = await watch()
    const [, newest] = [await appLink(), await appLink()]
    expect(agent.link()).toBe(newest)
    const own = await signIn()
    await appLink()
    expect(agent.link()).toBe(own)
    agent.openAgain()
    expect(opened.at(-1)).toBe(own)
  })

  test('ends no sign-in if no browser can be opened', async ({ watch }) => {
    let works = true
    const { agent, appLink, signIn } = await watch({
      openBrowser: () => (works ? Promise.resolve() : Promise.reject(new Error('no browser'))),
    })
    const notificationFor = (origin: string): string | null | undefined =>
      agent.model().signIns.find((signIn) => signIn.origin === origin)?.message
    await appLink()
    works = false
    agent.openAgain()
    await expect.poll(() => notificationFor('api')).toBe(SIGN_IN_MESSAGES.noBrowser)
    works = true
    await signIn()
    works = false
    agent.openAgain()
    await expect.poll(() => notificationFor('tray')).toBe(SIGN_IN_MESSAGES.noBrowser)
    works = true
    agent.openAgain()
    expect(notificationFor('tray')).toBeNull()
  })
})

test.describe('an app’s sign-in during a session', () => {
  test('opens its link, and can be cancelled without a sign-out', async ({ watch }) => {
    const { agent, opened, signIn, reached } = await watch()
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    const request = appFlow()
    const begun = agent.api.begin(request, NEVER)
    await expect.poll(() => agent.link()).not.toBeNull()
    const link = agent.link()
    expect(new URL(link!).searchParams.get('state')).toBe(request.state)
    agent.openAgain()
    expect(opened.slice(1)).toEqual([link, link])

    agent.cancel()
    expect(await begun).toEqual({ kind: 'ended', result: { kind: 'cancelled' } })
    expect(agent.link()).toBeNull()
    expect(agent.model()).toMatchObject({ signIns: [], accounts: [{ kind: 'signed-in' }] })
  })

  test('gives way to the person’s own', async ({ watch }) => {
    const { agent, appLink, signIn, reached } = await watch()
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    const link = await appLink()
    const own = await signIn()
    expect(agent.link()).toBe(own)
    agent.cancel()
    await expect.poll(() => agent.link()).toBe(link)
    agent.cancel()
    await expect.poll(() => agent.model().signIns).toEqual([])
  })
})

test.describe('F19: a pasted address', () => {
  test('finishes an app’s sign-in too, once', async ({ watch }) => {
    const { agent } = await watch()
    const begun = agent.api.begin(appFlow(), NEVER)
    await expect.poll(() => agent.link()).not.toBeNull()
    const address = await answerLink(agent.link()!)
    expect(agent.paste(address)).toBe('taken')
    const code = new URL(address).searchParams.get('code')
    expect(await begun).toMatchObject({ kind: 'answered', code })
    expect(agent.paste(address)).toBe('other-sign-in')
  })

  test('finishes a sign-in with the service’s redirect URI, and only at that address', async ({
    watch,
  }) => {
    const { agent } = await watch()
    const redirectUri = 'http://127.0.0.1:9999/pkce/response/code'
    const request = appFlow({ redirectTarget: { kind: 'api', redirectUri } })
    const begun = agent.api.begin(request, NEVER)
    await expect.poll(() => agent.link()).not.toBeNull()
    const issuer = new URL(agent.link()!).origin
    const query = new URLSearchParams({ code: 'c', state: request.state, iss: issuer })
    expect(agent.paste(`http://127.0.0.1:9998/pkce/response/code?${query}`)).toBe('other-sign-in')
    expect(agent.paste(`${redirectUri}?${query}`)).toBe('taken')
    expect(await begun).toMatchObject({ kind: 'answered', code: 'c' })
  })

  test('is taken once, even while its code is being exchanged', async ({ watch }) => {
    const { agent, provider, signIn, reached } = await watch()
    const exchange = Promise.withResolvers<void>()
    provider.misbehave.hold = (endpoint) =>
      endpoint === 'token' ? exchange.promise : Promise.resolve()
    const address = await answerLink(await signIn())
    expect(agent.paste(`"${address}"`)).toBe('taken')
    await expect.poll(() => provider.requests.token).toBe(1)
    expect(agent.paste(address)).toBe('again')
    // The tab that comes back later waits for the same page.
    const tab = await openTab(address)
    exchange.resolve()
    await reached('signed-in')
    expect((await tab.response).statusCode).toBe(200)
    expect(provider.requests.token).toBe(1)
  })

  test('a pasted denial ends the sign-in with the reason', async ({ watch }) => {
    const { agent, signIn, reached } = await watch()
    expect(agent.paste(await answerLink(await signIn(), 'deny=yes'))).toBe('taken')
    await reached('failed')
  })

  for (const [text, kind] of [
    ['', 'no-address'],
    ['http://', 'no-address'],
    [`http://127.0.0.1/?code=${'c'.repeat(65_536)}`, 'no-address'],
    ['http://127.0.0.1/callback', 'no-answer'],
    ['http://127.0.0.1/callback?code=c&state=s', 'other-sign-in'],
  ] as const) {
    test(`${text.slice(0, 40)} (${text.length}) is ${kind}`, async ({ watch }) => {
      expect((await watch()).agent.paste(text)).toBe(kind)
    })
  }
})
