// Alice signed in, at a provider that goes by the test's clock: where the tests of a session's life begin.

import type { Event } from '../../main/agent/model.js'
import { notificationFor, type Notice } from '../../main/present/notification.js'
import type { Session } from '../../main/oauth/session.js'
import { test as base, type Fixture, type FixtureOptions } from './fixture.js'
import { answerLink } from './person.js'

export { expect } from '@playwright/test'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

export type SignedIn = Fixture & {
  /** What the sign-in brought. */
  first: Session
  /** The refresh tokens that renewals were asked for with, oldest first, failed ones too. */
  spent(): readonly (string | null)[]
  /** The next event of a kind, from now on, once what it brings about at once is done. */
  next<Type extends Event['type']>(type: Type): Promise<Extract<Event, { type: Type }>>
  /** All that a person was notified of since the sign-in. */
  notices: readonly Notice[]
}

export type SignedInOptions = FixtureOptions & {
  as?: 'alice' | 'bob'
}

/** Tests take `signedIn`; access tokens live for an hour unless they say otherwise. */
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
      const notices: Notice[] = []
      agent.subscribe((model, event) => {
        const notice = notificationFor(model, event)
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
