// Which answers a waiting sign-in accepts, and which page each browser gets. Over HTTP, without an agent.

import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import {
  createCallbackListener,
  type CallbackListener,
  type PendingCallback,
} from '../../main/oauth/callback-listener.js'
import { DEFAULT_TARGET } from '../../main/oauth/redirect-target.js'
import { createTestClock } from '../support/clock.js'
import { owners } from '../support/owners.js'

const PAGE = { status: 200, tone: 'good', heading: 'h', text: ['the end'] } as const

type Fixtures = {
  listener: CallbackListener
  /** Waits for an answer in the query. Its state is `s`. */
  pending: PendingCallback
  /** Waits at the same port for an answer in a form. Its state is `form`. */
  formPending: PendingCallback
}

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  listener: ({}, use) => use(createCallbackListener({ clock: createTestClock(), owners })),
  pending: async ({ listener }, use) => {
    const pending = await listener.expect(
      { state: 's', issuer: 'i', issParameterSupported: false },
      { target: DEFAULT_TARGET },
    )
    await use(pending)
    await pending.leave()
  },
  formPending: async ({ listener }, use) => {
    const pending = await listener.expect(
      { state: 'form', issuer: 'i', issParameterSupported: false, byFormPost: true },
      { target: DEFAULT_TARGET },
    )
    await use(pending)
    await pending.leave()
  },
})

type Query = string | Record<string, string>

const get = ({ redirectUri }: PendingCallback, query: Query): Promise<Response> =>
  fetch(`${redirectUri}?${new URLSearchParams(query)}`)

const post = ({ redirectUri }: PendingCallback, form: Query): Promise<Response> =>
  fetch(redirectUri, { method: 'POST', body: new URLSearchParams(form) })

/** The status of the response, or `taken` if the sign-in takes the answer first. */
function statusOrTaken(
  pending: PendingCallback,
  sent: Promise<Response>,
): Promise<number | 'taken'> {
  return Promise.race([
    sent.then(
      ({ status }) => status,
      () => 0,
    ),
    pending.answer.then(() => 'taken' as const),
  ])
}

test('a form does not answer a sign-in that asked for a query', async ({
  pending,
  formPending,
}) => {
  expect(await statusOrTaken(pending, post(pending, 'state=s&code=c'))).toBe(400)

  // The port accepts forms, and the sign-in keeps waiting.
  expect(await statusOrTaken(formPending, post(formPending, 'state=form&code=c'))).toBe('taken')
  expect(await statusOrTaken(pending, get(pending, 'state=s&code=c'))).toBe('taken')
})

for (const query of ['state=s&code=c&code=d', 'state=s&code=%20', 'state=s&code=c&iss=i&iss=i']) {
  test(`S06: an answer is checked before it is accepted: ${query}`, async ({ pending }) => {
    expect(await statusOrTaken(pending, get(pending, query))).toBe(400)
  })
}

test('S05: an answer from another issuer ends the sign-in without a code', async ({ pending }) => {
  void get(pending, 'state=s&code=c&iss=other').catch(() => undefined)
  const { result } = await pending.answer
  expect(result).toMatchObject({ kind: 'failed', error: { code: 'issuer-mismatch' } })
})

// For each first answer, equal ones and different ones.
const REPEATS: readonly [first: string, same: readonly string[], others: readonly string[]][] = [
  [
    'state=s&code=c',
    ['state=s&code=c', 'code=c&state=s', 'state=s&code=c&iss=i'],
    ['state=s&code=d', 'state=s&error=access_denied', 'state=s&code=c&iss=other', 'state=s'],
  ],
  [
    'state=s&error=access_denied',
    ['state=s&error=access_denied'],
    [
      'state=s&error=server_error',
      'state=s&error=access_denied&error_description=other',
      'state=s&code=c',
    ],
  ],
]
for (const [first, same, others] of REPEATS) {
  for (const isShown of [false, true]) {
    const when = isShown ? 'after' : 'before'
    test(`S02: only the same answer gets the page of ${first}, ${when} it is shown`, async ({
      pending,
    }) => {
      const fetched = get(pending, first)
      const { show } = await pending.answer
      if (isShown) await show(PAGE)
      const repeats = same.map((query) => get(pending, query))
      const rejected = others.map((query) => get(pending, query))
      await show(PAGE)

      for (const response of await Promise.all([fetched, ...repeats])) {
        expect(response.status).toBe(200)
        expect(await response.text()).toContain('the end')
      }
      const statuses = (await Promise.all(rejected)).map(({ status }) => status)
      expect(statuses).toEqual(others.map(() => 400))
    })
  }
}

test('S02: the same answer in a form does not get the page of a query', async ({
  pending,
  formPending,
}) => {
  const fetched = get(pending, 'state=s&code=c')
  const { show } = await pending.answer
  const repeated = post(pending, 'state=s&code=c')
  await show(PAGE)
  expect([(await fetched).status, (await repeated).status]).toEqual([200, 400])
  expect(formPending.redirectUri).toBe(pending.redirectUri)
})

test('S02: at most 16 requests wait for the page of one answer', async ({ pending }) => {
  const statuses: number[] = []
  const sent = Array.from({ length: 20 }, async () => {
    const { status } = await get(pending, 'state=s&code=c')
    statuses.push(status)
  })
  const { show } = await pending.answer
  await expect.poll(() => statuses).toEqual([400, 400, 400, 400])
  await show(PAGE)
  await Promise.all(sent)
  expect(statuses.slice(4)).toEqual(Array.from({ length: 16 }, () => 200))
})

test('S02: a sign-in that has redirected its browser accepts no second answer', async ({
  listener,
  pending,
}) => {
  const fetched = fetch(`${pending.redirectUri}?state=s&code=c`, { redirect: 'manual' })
  const { redirect } = await pending.answer
  await redirect('http://127.0.0.1:1/')
  expect((await fetched).status).toBe(303)
  expect(listener.paste(new URL(`${pending.redirectUri}?state=s&code=c`))).toBe('other-sign-in')
  expect((await get(pending, 'state=s&code=c')).status).toBe(404)
})

test('a sign-in that no longer waits accepts no answer', async ({
  listener,
  pending,
  formPending,
}) => {
  await pending.leave()
  expect(listener.paste(new URL(`${pending.redirectUri}?state=s&code=c`))).toBe('other-sign-in')
  expect((await get(formPending, 'state=s&code=c')).status).toBe(400)
})

test('F19: a pasted address is accepted only at the redirect URI, and only once', async ({
  listener,
  pending,
}) => {
  const { redirectUri } = pending
  const query = '?state=s&code=c'
  const elsewhere = new URL(redirectUri)
  elsewhere.port = '1'
  for (const place of [elsewhere.href, `${redirectUri}/x`, redirectUri.replace('//', '//user@')]) {
    expect(listener.paste(new URL(`${place}${query}`))).toBe('other-place')
  }
  expect(listener.paste(new URL(`${redirectUri}${query}`))).toBe('taken')
  expect((await pending.answer).result).toEqual({ kind: 'code', code: 'c' })
  expect(listener.paste(new URL(`${redirectUri}${query}`))).toBe('again')
})

// Each request has the code of the sign-in that waits for a query.
const REJECTED_REQUESTS: readonly [
  name: string,
  path: string,
  init: RequestInit,
  status: number,
][] = [
  ['another path', '/', {}, 404],
  ['a path that begins as the callback', '/callback/x', {}, 404],
  ['a path that ends as the callback', '//callback', {}, 404],
  ['HEAD', '/callback', { method: 'HEAD' }, 405],
  ['PUT', '/callback', { method: 'PUT' }, 405],
  ['a form that no sign-in asked for', '/callback', { method: 'POST' }, 405],
  ['a prefetch', '/callback', { headers: { 'Sec-Purpose': 'prefetch;prerender' } }, 204],
  ['an old prefetch', '/callback', { headers: { Purpose: 'prefetch' } }, 204],
]
for (const [name, path, init, status] of REJECTED_REQUESTS) {
  test(`S07: ${name} is not an answer, and the sign-in keeps waiting`, async ({ pending }) => {
    const { origin } = new URL(pending.redirectUri)
    const sent = fetch(`${origin}${path}?state=s&code=c`, init)
    expect(await statusOrTaken(pending, sent)).toBe(status)
    expect(await statusOrTaken(pending, get(pending, 'state=s&code=c'))).toBe('taken')
  })
}

const FORM = 'application/x-www-form-urlencoded'

for (const [name, body, type] of [
  ['of more than 64 KiB', `state=form&code=c&x=${'x'.repeat(64 * 1024)}`, FORM],
  ['of another content type', 'state=form&code=c', 'text/plain'],
  ['of a type that names the right one', 'state=form&code=c', `text/plain; ${FORM}`],
] as const) {
  test(`S08: a form ${name} is not an answer, and the sign-in keeps waiting`, async ({
    formPending,
  }) => {
    const headers = { 'Content-Type': type }
    const sent = fetch(formPending.redirectUri, { method: 'POST', headers, body })
    expect(await statusOrTaken(formPending, sent)).not.toBe('taken')
    expect(await statusOrTaken(formPending, post(formPending, 'state=form&code=c'))).toBe('taken')
  })
}
