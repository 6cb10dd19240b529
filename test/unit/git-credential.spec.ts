// What `git-credential` answers, by git's documented protocol.

import { expect, test } from '@playwright/test'
import { answerGitCredential, readRequest } from '../../main/cli/git-credential.js'

const EXPIRES_AT_MS = Date.parse('2026-11-27T12:00:00Z')
const TOKEN = 'eyJ.token-of_work'
const ANSWER = `username=oauth2\npassword=${TOKEN}\npassword_expiry_utc=1795780800\n`
const ASKED = 'protocol=https\nhost=git.example.com\n'

type RunOptions = { action?: string; accessToken?: string; expiresAtMs?: number | null }

/** Runs one request. `asked`: the accounts that tokens were fetched for. */
async function run(
  input: string,
  { action = 'get', accessToken = TOKEN, expiresAtMs = EXPIRES_AT_MS }: RunOptions = {},
) {
  const asked: string[] = []
  const output = await answerGitCredential(action, input, {
    gitHosts: { 'git.example.com': 'work', 'bob@code.example.com:8443': 'home' },
    getToken: (account) => {
      asked.push(account)
      return Promise.resolve({ accessToken, expiresAtMs })
    },
  })
  return { output, asked }
}

test('a host of the setting gets the token as a password, and its expiry', async () => {
  expect(await run(ASKED)).toEqual({ output: ANSWER, asked: ['work'] })
})

test('a token without an expiry is given without one', async () => {
  const { output } = await run(ASKED, { expiresAtMs: null })
  expect(output).toBe(`username=oauth2\npassword=${TOKEN}\n`)
})

test('the username is that of git, or of the setting', async () => {
  expect((await run(`${ASKED}username=alice\n`)).output).toContain('username=alice\n')
  const code = 'protocol=https\nhost=code.example.com:8443\n'
  expect((await run(code)).output).toContain('username=bob\n')
  expect((await run(`${code}username=bob\n`)).output).toContain('username=bob\n')
  expect(await run(`${code}username=alice\n`)).toEqual({ output: '', asked: [] })
})

test('unknown attributes, lists and the path change nothing and are not repeated', async () => {
  const others =
    'capability[]=authtype\ncapability[]=state\npath=alice/secret.git\n' +
    'wwwauth[]=Basic realm="x"\nwwwauth[]=Bearer\nstate[]=a=b\nfuture=1\n'
  expect((await run(`${others}${ASKED}`)).output).toBe(ANSWER)
  expect((await run(`${ASKED}${others}`)).output).toBe(ANSWER)
})

for (const [what, input] of [
  ['another host', 'protocol=https\nhost=evil.example.com\n'],
  ['another port of the host', 'protocol=https\nhost=git.example.com:8443\n'],
  ['a host whose port is missing', 'protocol=https\nhost=code.example.com\n'],
  ['plain http', 'protocol=http\nhost=git.example.com\n'],
  ['a protocol in capitals', 'protocol=HTTPS\nhost=git.example.com\n'],
  ['smtp', 'protocol=smtp\nhost=git.example.com\n'],
  ['a request without a protocol', 'host=git.example.com\n'],
  ['a request without a host', 'protocol=https\n'],
  ['an empty request', ''],
  ['a repeated host', `${ASKED}host=git.example.com\n`],
  ['two hosts', `${ASKED}host=evil.example.com\n`],
  ['two protocols', `protocol=http\n${ASKED}`],
  ['a host with a NUL', 'protocol=https\nhost=git.example.com\u0000evil\n'],
  ['a NUL in an unknown attribute', `${ASKED}future=\u0000\n`],
  ['a carriage return', 'protocol=https\nhost=git.example.com\r\n'],
  ['a carriage return in the middle', 'protocol=https\nhost=a\rhost=git.example.com\n'],
  ['a line without =', `${ASKED}quit\n`],
  ['a URL in place of the attributes', 'url=https://git.example.com/\n'],
  ['a host after the blank line', 'protocol=https\n\nhost=git.example.com\n'],
] as const) {
  test(`${what} gets nothing, and no token is fetched`, async () => {
    expect(await run(input)).toEqual({ output: '', asked: [] })
  })
}

for (const action of ['store', 'erase', 'approve', 'capability', '']) {
  test(`the action ${JSON.stringify(action)} does nothing`, async () => {
    const input = `${ASKED}username=oauth2\npassword=secret\n`
    expect(await run(input, { action })).toEqual({ output: '', asked: [] })
  })
}

test('a token that could add a line is not given', async () => {
  for (const accessToken of ['a\nhost=evil', 'a\u0000b', 'a b', 'ä', '']) {
    await expect(run(ASKED, { accessToken })).rejects.toThrow()
  }
})

test('the request ends at the blank line, or at the end of the input', async () => {
  const read = (...chunks: string[]) =>
    readRequest(chunks.map((chunk) => new TextEncoder().encode(chunk)))
  expect(await read('protocol=https\nho', 'st=a\n', '\nmore')).toBe('protocol=https\nhost=a\n')
  expect(await read('protocol=https\n', '\n', 'more')).toBe('protocol=https\n')
  expect(await read('protocol=https\nhost=a')).toBe('protocol=https\nhost=a')
  expect(await read('\nhost=a\n')).toBe('')
  expect(await read()).toBe('')
})

test('a request that is too long, or is not UTF-8, is ignored', async () => {
  const long = new Uint8Array(70_000).fill(0x61)
  expect(await readRequest([long])).toBe('')
  expect(await readRequest([new Uint8Array([0x61, 0x3d, 0xff, 0x0a])])).toBe('')
})

test('the reading stops at the blank line, even if the input stays open', async () => {
  async function* stay() {
    yield new TextEncoder().encode('protocol=https\n\n')
    await new Promise(() => {})
  }
  expect(await readRequest(stay())).toBe('protocol=https\n')
})
