// Signs Alice in at a provider that uses the test's clock. Tests of a session's life start here.

import type { Event } from '../../main/agent/model.js'
import { toNotification, type DesktopNotification } from '../../main/present/notification.js'
import type { Session } from '../../main/oauth/session.js'
import { test as base, type Fixture, type FixtureOptions } from './fixture.js'
import { answerLink } from './person.js'

export { expect } from './expect.js'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

export type SignedIn = Fixture & {
  /** The result of the sign-in. */
  first: Session
  /** The refresh tokens that renewals sent, oldest first, including failed ones. */
  spent(): readonly (string | null)[]
  /** Waits for the next event of a kind, and for its immediate effects. */
  next<Type extends Event['type']>(type: Type): Promise<Extract<Event, { type: Type }>>
  /** All notifications since the sign-in. */
  notices: readonly DesktopNotification[]
}

export type SignedInOptions = FixtureOptions & {
  as?: 'alice' | 'bob'
}

/** Tests take `signedIn`. Access tokens last for an hour unless the test sets another lifetime. */
export const test = base.extend<{
  signedIn: (options?: SignedInOptions) => Promise<SignedIn>
}>({
  signedIn: ({ start }, use) =>
    use(async ({ as = 'alice', ...options } = {}) => {
      const fixture = await start({
        inTime: true,
        random: () => 1,
        ...options,
        provider: { signingAlg: 'ES256', ...options.provider },
      })
      const { agent, provider, signIn, reached, sessionStore } = fixture
      await fetch(await answerLink(await signIn(), `account=${as}`))
      await reached('signed-in')
      const notices: DesktopNotification[] = []
      agent.subscribe((model, event) => {
        const notice = toNotification(model, event)
        if (notice) notices.push(notice)
      })
      return {
        ...fixture,
        first: (await sessionStore.read())!,
        spent: () =>
          provider.tokenRequests
            .filter((form) => form.get('grant_type') === 'refresh_token')
            .map((form) => form.get('refresh_token')),
        next: (type) =>
          new Promise((resolve) => {
            const unsubscribe = agent.subscribe((_model, event) => {
              if (event.type !== type) return
              unsubscribe()
              setImmediate(() => resolve(event as never))
            })
          }),
        notices,
      }
    }),
})
