// The check of a callback, on its own: it does not rely on earlier checks by its callers.

import { expect, test } from '@playwright/test'
import { validateCallback, type CallbackResult } from '../../main/oauth/callback.js'
import { quoteProvider } from '../../main/base/errors.js'
import { renderPage } from '../../main/oauth/pages.js'

const check = (query: string, issParameterSupported = false): CallbackResult =>
  validateCallback(new URLSearchParams(query), {
    state: 'the-state',
    nonce: 'the-nonce',
    issuer: 'https://a.example',
    issParameterSupported,
  })
const IGNORED: readonly [name: string, query: string][] = [
  ['S01: no state', 'code=c'],
  ['S01: another state', 'code=c&state=other'],
  ['S01: an empty state', 'code=c&state='],
  ['S01: the state twice', 'code=c&state=the-state&state=the-state'],
  ['S04: an error without the state', 'error=access_denied'],
  ['RFC 6749 section 3.1: iss twice', 'code=c&state=the-state&iss=https://a.example&iss=x'],
  ['RFC 6749 section 3.1: error twice', 'state=the-state&error=access_denied&error=x'],
  ['RFC 6749 section 3.1: code twice', 'state=the-state&code=c&code=d'],
  ['S06: a code of only white space', 'state=the-state&code=%20%09%C2%A0'],
  ['S06: neither code nor error', 'state=the-state'],
  ['S06: an empty code with an iss', 'state=the-state&code=&iss=https://a.example'],
  ['S06: an empty code from another provider', 'state=the-state&code=&iss=https://b.example'],
  ['S06: an empty code and an empty error', 'state=the-state&code=&error='],
  ['S06: an error of only white space', 'state=the-state&error=%20'],
  ['S06: a description without an error', 'state=the-state&error_description=x'],
]
for (const [name, query] of IGNORED) {
  test(`${name} is ignored, whether or not the provider promises iss`, () => {
    expect(check(query)).toEqual({ kind: 'ignored' })
    expect(check(query, true)).toEqual({ kind: 'ignored' })
  })
}

for (const query of ['code=c', 'error=access_denied']) {
  test(`S05, RFC 9207 section 2.4: ${query} without the promised iss is rejected`, () => {
    expect(check(`state=the-state&${query}`, true)).toMatchObject({
      kind: 'failed',
      error: { code: 'issuer-mismatch' },
    })
  })
}

test('RFC 6749 section 4.1.2: a blank error next to a code is ignored', () => {
  expect(check('state=the-state&code=c&error=%20')).toEqual({ kind: 'code', code: 'c' })
})

for (const iss of ['https://b.example', 'https://a.example/', 'https://a.example.b.example', '']) {
  test(`S05, RFC 9207 section 2.4: the iss "${iss}" must match, whether or not it was promised`, () => {
    const query = new URLSearchParams({ code: 'c', state: 'the-state', iss }).toString()
    for (const issParameterSupported of [true, false]) {
      expect(check(query, issParameterSupported)).toMatchObject({
        kind: 'failed',
        error: { code: 'issuer-mismatch' },
      })
    }
  })
}

test('S09: an echoed state, nonce or code is masked in every kind of denial', () => {
  for (const error of ['access_denied', 'server_error']) {
    const said = 'the-state,the-nonce,the-code'
    const query = `state=the-state&code=the-code&error=${error}&error_description=${said}`
    const result = check(query)
    expect(result.kind === 'failed' && result.error.message).toContain('(…,…,…)')
  }
})

test('S09: a provider’s message becomes one bounded line without control characters', () => {
  const quote = quoteProvider('a\u001b]0;x\u0007\nb', `c\u202ed\u2028e ${'x'.repeat(5000)}`)
  expect(quote).toMatch(/^"a \]0;x b" \(c d e x+…\)$/)
  expect(quote.length).toBeLessThan(250)
})

test('S09: markup in any field of a page is shown as text', () => {
  const page = { status: 200, tone: 'bad', heading: '<b>h</b>', text: ['<b>t</b>'] } as const
  expect(renderPage(page).html).not.toMatch(/<\/?b>/)
})

test('S09: a page may only use its one script and its one style', () => {
  const { headers } = renderPage({ status: 200, tone: 'good', heading: 'h', text: [] })
  const policy = headers['Content-Security-Policy']!.replace(/sha256-[\w+/]{43}=/g, 'sha256')
  expect(policy.split('; ').toSorted()).toEqual([
    "base-uri 'none'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "script-src 'sha256'",
    "style-src 'sha256'",
  ])
  expect(headers['Content-Type']).toBe('text/html; charset=utf-8')
})
