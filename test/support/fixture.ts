// Runs the agent in this process, with an embedded provider of its own, for tests that look inside.

import type { StatusState } from '../../main/ipc.js'
import { test as base } from '@playwright/test'
import { createAgent, type Agent } from '../../main/agent/agent.js'
import type { SignInTarget } from '../../main/agent/sign-in-target.js'
import type { ProviderSettings } from '../../main/oauth/sign-in.js'
import { createHttp, type Http } from '../../main/net/http.js'
import { createProvider } from '../../main/oauth/provider.js'
import type { RedirectHost } from '../../main/oauth/redirect-target.js'
import { createCallbackListener } from '../../main/oauth/callback-listener.js'
import { summarize, type Event, type Model } from '../../main/agent/model.js'
import type { Status } from '../../main/ipc.js'
import { toStatus } from '../../main/present/status.js'
import { createTestClock, type TestClock } from './clock.js'
import { startProvider, type ProviderOptions, type RunningProvider } from '../provider/provider.js'
import { owners } from './owners.js'
import { createSessionView, type SessionView } from './session-view.js'

export type Fixture = {
  agent: Agent
  provider: RunningProvider
  sessionStore: SessionView
  clock: TestClock
  /** Every event that changed the model, with the status after it. */
  history: readonly { event: Event; status: Status }[]
  /** Begins a sign-in and returns its link. */
  signIn(target?: SignInTarget): Promise<string>
  /** Waits until the model is in a state. */
  reached(state: StatusState): Promise<Model>
}

export type FixtureOptions = {
  provider?: ProviderOptions
  settings?: Partial<ProviderSettings>
  redirectPorts?: readonly number[]
  redirectHost?: RedirectHost
  redirectPath?: string
  /** True: metadata and keys are read for each sign-in and renewal, as after a start. */
  coldCache?: boolean
  /** The way to the provider; by default plain Node's. */
  http?: Http
  /** How long a provider may take, in milliseconds of real time. */
  requestTimeoutMs?: number
  /** The same for requests that use up a code or token. By default the same as for others. */
  spendingTimeoutMs?: number
  openBrowser?: (link: string) => Promise<void>
  endSession?: boolean
  /** True if the provider uses the test's clock too. */
  inTime?: boolean
  /** Where a retry falls within the spread of its delay, from 0 to 1. */
  random?: () => number
  /** Whether this program still owns the data directory. */
  holdsDirectory?: () => boolean
}

/** Tests take `start`. The fixture closes what it starts. */
export const test = base.extend<{ start: (options?: FixtureOptions) => Promise<Fixture> }>({
  // eslint-disable-next-line no-empty-pattern
  start: async ({}, use) => {
    const ends: (() => Promise<void>)[] = []
    await use(async (options) => {
      const { fixture, close } = await startAgent(options)
      ends.push(close)
      return fixture
    })
    await Promise.all(ends.map((end) => end()))
  },
})

async function startAgent(
  options: FixtureOptions = {},
): Promise<{ fixture: Fixture; close: () => Promise<void> }> {
  const clock = createTestClock()
  const provider = await startProvider({ ...(options.inTime && { clock }), ...options.provider })
  const { accountStore, sessionStore } = createSessionView()
  const { requestTimeoutMs: timeoutMs } = options
  const http =
    options.http ??
    createHttp(
      timeoutMs === undefined
        ? {}
        : { timeoutMs, spendingTimeoutMs: options.spendingTimeoutMs ?? timeoutMs },
    )
  const agent = createAgent({
    providers: [createProviderSettings(provider, options)],
    signInTimeoutMs: 300_000,
    http,
    ...(options.coldCache && {
      findProvider: (client) => createProvider({ http, clock }, client),
    }),
    clock,
    listener: createCallbackListener({ clock, owners }),
    accountStore,
    openBrowser: options.openBrowser ?? (() => Promise.resolve()),
    endSession: options.endSession ?? false,
    ...(options.random && { random: options.random }),
    ...(options.holdsDirectory && { holdsDirectory: options.holdsDirectory }),
  })
  const history: { event: Event; status: Status }[] = []
  agent.subscribe((model, event) => history.push({ event, status: toStatus(model) }))

  const fixture: Fixture = {
    agent,
    provider,
    sessionStore,
    clock,
    history,
    signIn: (target) =>
      new Promise((resolve) => {
        const unsubscribe = agent.subscribe((_model, event) => {
          if (event.type !== 'link-ready') return
          unsubscribe()
          resolve(event.link)
        })
        agent.signIn(target)
      }),
    reached: (state) =>
      new Promise((resolve) => {
        if (summarize(agent.model()) === state) return resolve(agent.model())
        const unsubscribe = agent.subscribe((model) => {
          if (summarize(model) !== state) return
          unsubscribe()
          resolve(model)
        })
      }),
  }
  const close = async (): Promise<void> => {
    const closed = agent.close()
    clock.advance(60_000)
    // Closing the provider ends requests that it never answers.
    await Promise.all([closed, provider.close()])
  }
  return { fixture, close }
}

/** Makes the settings of a provider of the tests. */
export function createProviderSettings(
  { issuer, clientId }: Pick<RunningProvider, 'issuer' | 'clientId'>,
  { settings, redirectHost, redirectPath, redirectPorts }: FixtureOptions = {},
): ProviderSettings {
  return {
    name: 'test',
    issuer,
    clientId,
    scope: 'openid profile email offline_access',
    audience: null,
    prompt: null,
    maxAgeS: null,
    clientSecret: null,
    parameters: {},
    redirect: {
      host: redirectHost ?? '127.0.0.1',
      path: redirectPath ?? '/callback',
      ports: redirectPorts ?? [],
    },
    ...settings,
  }
}
