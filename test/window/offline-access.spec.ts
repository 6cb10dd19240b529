// If a provider does not allow offline_access, the same tab asks again without it, and only once.

import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import { validateCallback } from '../../main/oauth/callback.js'
import {
  hasRejectedOfflineAccess,
  keepProviderMemory,
  PROVIDER_FILE,
} from '../../main/storage/provider-memory.js'
import { FILE_MESSAGES } from '../../main/storage/storage-messages.js'
import { PAGE_MESSAGES, CALLBACK_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { launchBrowser } from '../support/browser.js'
import { createProviderSettings, test } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

const readParameters = (link: string): URLSearchParams => new URL(link).searchParams

/** Goes to the provider, returns with its error, and reports where the tab is redirected to. */
async function comeBackOnce(link: string): Promise<{ status: number; next: string | null }> {
  const response = await fetch(await answerLink(link), { redirect: 'manual' })
  return { status: response.status, next: response.headers.get('location') }
}

for (const offlineAccess of ['invalid_scope', 'invalid_request'] as const) {
  test(`${offlineAccess} redirects the same tab without offline_access and with new secrets`, async ({
    start,
  }) => {
    const { agent, signIn, reached, history, provider } = await start({
      provider: { demands: { offlineAccess } },
    })
    const first = await signIn()
    const { status, next } = await comeBackOnce(first)
    expect(status).toBe(303)
    const [before, after] = [readParameters(first), readParameters(next!)]
    expect(before.get('scope')).toBe('openid profile email offline_access')
    expect(after.get('scope')).toBe('openid profile email')
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(after.get(name), name).toMatch(/^[\w-]{43,}$/)
      expect(after.get(name), name).not.toBe(before.get(name))
    }
    // The redirect URI is registered, so it stays the same.
    expect(after.get('redirect_uri')).toBe(before.get('redirect_uri'))
    // Opening the link again opens the new one. No second tab was opened for it.
    expect(agent.link()).toBe(next)
    expect(history.filter(({ event }) => event.type === 'link-ready')).toHaveLength(1)
    expect(agent.model().signIns).toMatchObject([
      { phase: 'waiting', message: expect.stringContaining('--scope') },
    ])

    // The first state is no longer valid: a forged callback with it ends nothing.
    const forged = new URL(before.get('redirect_uri')!)
    forged.search = new URLSearchParams({ state: before.get('state')!, code: 'x' }).toString()
    expect((await fetch(forged)).status).toBe(400)

    expect((await fetch(await answerLink(next!))).status).toBe(200)
    expect(await reached('signed-in')).toMatchObject({ signIns: [] })
    expect(provider.requests.token).toBe(1)
    await expect(fetch(forged)).rejects.toThrow()

    // The rejection is remembered: the next sign-in leaves out offline_access from the start.
    const again = await signIn()
    expect(readParameters(again).get('scope')).toBe('openid profile email')
  })
}

test('a browser follows the redirect in the same tab', async ({ start }) => {
  const { signIn, reached } = await start({
    provider: { demands: { offlineAccess: 'invalid_scope' } },
  })
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(await signIn())
    await page.getByRole('button', { name: 'Sign in as Alice Adams' }).click()
    await page.getByRole('heading', { name: PAGE_MESSAGES.signedIn.heading }).waitFor()
    await reached('signed-in')
    expect(page.context().pages()).toHaveLength(1)
  } finally {
    await browser.close()
  }
})

test('there is only one retry, and it is not remembered if it fails', async ({ start }) => {
  const { signIn, reached, history } = await start({
    provider: {
      misbehave: {
        callback: (params) => {
          params.delete('code')
          params.set('error', 'invalid_scope')
        },
      },
    },
  })
  const { next } = await comeBackOnce(await signIn())
  const page = await fetch(await answerLink(next!), { redirect: 'manual' })
  expect(page.status).toBe(502)
  const { lastResult } = await reached('failed')
  expect(lastResult).toMatchObject({
    code: 'authorization-error',
    reason: CALLBACK_MESSAGES.failed('"invalid_scope"', true),
  })
  expect(history.filter(({ event }) => event.type === 'sign-in-message-changed')).toHaveLength(1)
  expect(readParameters(await signIn()).get('scope')).toContain('offline_access')
})

test('there is no retry if offline_access was not requested, or after another error', async ({
  start,
}) => {
  for (const [scope, error] of [
    ['openid email', 'invalid_scope'],
    ['openid offline_access', 'invalid_request'],
    ['openid offline_access', 'server_error'],
    ['openid offline_access', 'access_denied'],
  ] as const) {
    const { signIn, reached } = await start({
      settings: { scope },
      provider: {
        misbehave: {
          callback: (params) => {
            params.delete('code')
            params.set('error', error)
          },
        },
      },
    })
    expect(await comeBackOnce(await signIn())).toMatchObject({ next: null })
    await reached('failed')
  }
})

test('nothing stays open if the sign-in is cancelled during the redirect', async ({ start }) => {
  const { agent, signIn } = await start({
    provider: { demands: { offlineAccess: 'invalid_scope' } },
  })
  const link = await signIn()
  const { next } = await comeBackOnce(link)
  agent.cancel()
  await agent.close()
  const redirectUri = readParameters(next!).get('redirect_uri')!
  await expect(fetch(redirectUri)).rejects.toThrow()
})

test('an app’s sign-in fails with advice, and the next one requests only allowed scopes', async ({
  start,
}) => {
  const { agent, provider } = await start({
    provider: { demands: { offlineAccess: 'invalid_scope' } },
  })
  const settings = createProviderSettings(provider)
  const awaitLink = (): Promise<string> =>
    new Promise((resolve) => {
      const unsubscribe = agent.subscribe((_model, event) => {
        if (event.type !== 'link-ready') return
        unsubscribe()
        resolve(event.link)
      })
    })
  const scope = 'openid email offline_access'
  const link = awaitLink()
  const begun = agent.api.begin(appFlow({ scope }), NEVER)
  await fetch(await answerLink(await link))
  expect(await begun).toMatchObject({
    kind: 'ended',
    result: {
      reason: expect.stringContaining(SIGN_IN_MESSAGES.offlineAccessLeftOut),
    },
  })
  expect(agent.api.allowedScopes(settings, scope.split(' '))).toEqual(['openid', 'email'])
  expect(agent.api.allowedScopes(settings, ['offline_access'])).toEqual(['offline_access'])
  // It says nothing about another provider.
  const other = { ...settings, name: 'other', issuer: 'https://other.example' }
  expect(agent.api.allowedScopes(other, scope.split(' '))).toContain('offline_access')
})

test('an app’s own unknown scope does not remove offline_access for other apps', async ({
  start,
}) => {
  const { agent, provider } = await start({
    provider: { demands: { offlineAccess: 'invalid_scope' } },
  })
  const link = new Promise<string>((resolve) => {
    agent.subscribe((_model, event) => event.type === 'link-ready' && resolve(event.link))
  })
  const begun = agent.api.begin(appFlow({ scope: 'openid nonsense offline_access' }), NEVER)
  await fetch(await answerLink(await link))
  expect(await begun).toMatchObject({ kind: 'ended' })
  const settings = createProviderSettings(provider)
  expect(agent.api.allowedScopes(settings, ['openid', 'offline_access'])).toContain(
    'offline_access',
  )
})

test('RFC 6749 section 4.1.2.1: whether an error is about scopes', () => {
  const about = (error: string, description?: string): unknown => {
    const parameters = new URLSearchParams({ state: 's', error })
    if (description !== undefined) parameters.set('error_description', description)
    const expected = { state: 's', issuer: 'https://a.example', issParameterSupported: false }
    const result = validateCallback(parameters, expected)
    return result.kind === 'failed' && result.aboutScope
  }
  expect(about('invalid_scope')).toBe(true)
  expect(about('invalid_request', 'Offline access is not enabled')).toBe(true)
  expect(about('invalid_request', 'unknown scopes: offline_access')).toBe(true)
  expect(about('invalid_request', 'redirect_uri is missing')).toBe(false)
  expect(about('invalid_request', 'microscope')).toBe(false)
  expect(about('invalid_request')).toBe(false)
  expect(about('access_denied', 'scope')).toBe(false)
})

test.describe('the provider’s remembered rejection', () => {
  const asked = { issuer: 'https://a.example', clientId: 'c', scope: 'openid offline_access' }
  const DAY_MS = 24 * 60 * 60 * 1000

  test('outlasts the program, is private to its owner, and applies to one provider, client and scope', () => {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-memory-'))
    const complaints: string[] = []
    const ports = { directory, complain: (line: string) => void complaints.push(line) }
    const memory = keepProviderMemory({ ...ports, nowMs: () => 1_000 })(asked)
    expect(memory.rejectsOfflineAccess()).toBe(false)
    memory.recordRejection()
    expect(memory.rejectsOfflineAccess()).toBe(true)
    expect(statSync(join(directory, PROVIDER_FILE)).mode & 0o077).toBe(0)
    const knows = (other: Partial<typeof asked>, nowMs = 2_000): boolean =>
      hasRejectedOfflineAccess(directory, { ...asked, ...other }, nowMs)
    expect(knows({})).toBe(true)
    expect(knows({ issuer: 'https://b.example' })).toBe(false)
    expect(knows({ clientId: 'd' })).toBe(false)
    expect(knows({ scope: 'openid profile offline_access' })).toBe(false)
    expect(knows({}, 1_000 + 29 * DAY_MS)).toBe(true)
    expect(knows({}, 1_000 + 31 * DAY_MS)).toBe(false)
    expect(knows({}, 999)).toBe(false)
    expect(complaints).toEqual([])
    rmSync(directory, { recursive: true })
  })

  test('does not count if the file can’t be read, and lasts until the program ends if it can’t be written', () => {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-memory-'))
    const path = join(directory, PROVIDER_FILE)
    for (const content of [
      '',
      '[]',
      '{',
      JSON.stringify({ ...asked, rejected: 'openid', atMs: 1 }),
    ]) {
      writeFileSync(path, content)
      expect(hasRejectedOfflineAccess(directory, asked, 2)).toBe(false)
    }
    const kept = JSON.stringify({ ...asked, rejected: 'offline_access', atMs: 1 })
    writeFileSync(join(directory, 'elsewhere'), kept)
    rmSync(path)
    symlinkSync(join(directory, 'elsewhere'), path)
    expect(hasRejectedOfflineAccess(directory, asked, 2)).toBe(false)
    rmSync(directory, { recursive: true })

    const complaints: string[] = []
    const memory = keepProviderMemory({
      directory,
      nowMs: () => 1,
      complain: (line) => void complaints.push(line),
    })(asked)
    memory.recordRejection()
    expect(memory.rejectsOfflineAccess()).toBe(true)
    expect(complaints).toEqual([FILE_MESSAGES.cannotWrite('provider.json', 'ENOENT')])
  })

  test('is kept for each provider and client, and the newest for each of them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-memory-'))
    const memoryOf = keepProviderMemory({ directory, nowMs: () => 1, complain: () => undefined })
    const other = { ...asked, issuer: 'https://b.example' }
    const otherClient = { ...asked, clientId: 'd' }
    const knows = (one: typeof asked): boolean => hasRejectedOfflineAccess(directory, one, 2)

    memoryOf(asked).recordRejection()
    expect([asked, other, otherClient].map(knows)).toEqual([true, false, false])
    expect(memoryOf(other).rejectsOfflineAccess()).toBe(false)
    memoryOf(other).recordRejection()
    memoryOf(otherClient).recordRejection()
    expect([asked, other, otherClient].map(knows)).toEqual([true, true, true])
    // Each provider has one memory, which settings that are read again share.
    expect(memoryOf({ ...asked }).rejectsOfflineAccess()).toBe(true)

    // A request with another scope replaces the record of its own provider only.
    const changed = { ...other, scope: 'openid email offline_access' }
    memoryOf(changed).recordRejection()
    expect([asked, other, changed, otherClient].map(knows)).toEqual([true, false, true, true])
    rmSync(directory, { recursive: true })
  })

  test('is read from a file of an earlier version, which holds one provider', () => {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-memory-'))
    const other = { ...asked, issuer: 'https://b.example' }
    const record = { ...asked, rejected: 'offline_access', atMs: 1 }
    writeFileSync(join(directory, PROVIDER_FILE), JSON.stringify(record))
    const memoryOf = keepProviderMemory({ directory, nowMs: () => 2, complain: () => undefined })
    expect(memoryOf(asked).rejectsOfflineAccess()).toBe(true)
    memoryOf(other).recordRejection()
    const kept: unknown = JSON.parse(readFileSync(join(directory, PROVIDER_FILE), 'utf8'))
    expect(kept).toEqual([record, { ...record, ...other, atMs: 2 }])
    rmSync(directory, { recursive: true })
  })

  test('contains no secret', () => {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-memory-'))
    const ports = { directory, nowMs: () => 1, complain: () => undefined }
    keepProviderMemory(ports)({ ...asked, clientSecret: 'x' } as never).recordRejection()
    const kept: unknown = JSON.parse(readFileSync(join(directory, PROVIDER_FILE), 'utf8'))
    expect(kept).toEqual({ ...asked, rejected: 'offline_access', atMs: 1 })
    rmSync(directory, { recursive: true })
  })
})
