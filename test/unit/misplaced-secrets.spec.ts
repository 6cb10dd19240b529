// S38: a key or a token that someone puts into a setting by mistake is not repeated.

import { resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { containsKey, isKey, maskSecrets } from '../../main/base/key-form.js'
import { MASK } from '../../main/base/secret.js'
import { NAMES, takesValue, toFlag, toVariables } from '../../main/settings/option-names.js'
import { examineSettings, type Sources } from '../../main/settings/read.js'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'

const KEY = `latchkey_${'Misplaced-key_'.padEnd(43, 'x')}`
/** Like a token of GitHub, an access token without a form, and a secret of Google. */
const OPAQUE = [
  'gho_0123456789abcdefghijABCDEFGHIJ',
  'v4.public.Zm9vYmFyYmF6cXV4MDEyMzQ1Njc4OQ.abc',
  'GOCSPX-0123456789abcdefghijABCDEFGH',
]
const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'

const examine = (sources: Partial<Sources>): ReturnType<typeof examineSettings> =>
  examineSettings({
    args: [],
    env: {},
    platform: 'linux',
    home: '/home/alice',
    readFile: () => undefined,
    ...sources,
  })

for (const name of NAMES) {
  test(`a key as the value of ${name} is rejected and not repeated`, () => {
    const [variable] = toVariables(name)
    const given: [place: string, Partial<Sources>][] = [[variable, { env: { [variable]: KEY } }]]
    if (takesValue(name) && name !== 'clientSecret') {
      const flag = `--${toFlag(name)}`
      given.push([flag, { args: [`${flag}=${KEY}`] }], [flag, { args: [flag, `x=${KEY}`] }])
    }
    for (const [place, sources] of given) {
      const findings = examine(sources)
      expect(findings.problems[0]).toBe(MESSAGES.keyAsValue(place))
      expect(JSON.stringify(findings)).not.toContain(KEY)
      expect(JSON.stringify(findings.settings[name])).toBe(
        JSON.stringify(examine({}).settings[name]),
      )
    }
  })
}

test('a key in settings.json is not repeated, whatever its place is', () => {
  for (const content of [
    { clientId: KEY },
    { authorizationParameters: { a: KEY } },
    { [KEY]: 1 },
    { providers: KEY },
    { providers: [KEY] },
    { providers: [{ name: KEY, issuer: KEY, clientId: KEY, clientSecret: KEY, [KEY]: KEY }] },
    { gitHosts: { [KEY]: KEY } },
  ]) {
    const findings = examine({ readFile: () => ({ content, warning: null }) })
    const { problems, warnings } = findings
    expect(problems.length).toBeGreaterThan(0)
    expect([...problems, ...warnings].join(' ')).not.toContain(KEY)
    expect(JSON.stringify(findings.settings.providers)).not.toContain(KEY)
  }
})

test('a token that is not a valid value is not repeated, even in part', () => {
  const invalid = NAMES.filter((name) => takesValue(name) && name !== 'clientSecret').flatMap(
    (name) => {
      const { problems } = examine({ args: [`--${toFlag(name)}=${TOKEN}`] })
      expect(problems.join(' ')).not.toContain(TOKEN.slice(0, 20))
      return problems.some((problem) => problem.startsWith(`--${toFlag(name)} `)) ? [name] : []
    },
  )
  expect(invalid).toEqual(expect.arrayContaining(['issuer', 'port', 'consent', 'logLevel']))
  for (const word of [TOKEN, `Bearer ${TOKEN}`, 'gho_0123456789abcdefghijABCDEFGHIJ']) {
    const [problem] = examine({ args: [word] }).problems
    expect(problem).toContain('is not a flag')
    expect(problem).not.toContain(word.slice(0, 30))
  }
})

/** Each value that the settings themselves accept as it is. Paths are shown, because people look for them. */
const ANY_TEXT: ReadonlySet<string> = new Set([
  'clientId',
  'audience',
  'dataDir',
  'allow',
  'clientSecret',
])

for (const secret of OPAQUE) {
  test(`a random word such as ${secret.slice(0, 7)}… is never repeated whole`, () => {
    const told = (sources: Partial<Sources>): string => {
      const { problems, warnings } = examine(sources)
      return [...problems, ...warnings].join('\n')
    }
    for (const name of NAMES.filter((one) => !ANY_TEXT.has(one))) {
      const [variable] = toVariables(name)
      const flag = `--${toFlag(name)}`
      const content = { [name]: secret }
      for (const [place, sources] of [
        [variable, { env: { [variable]: secret } }],
        [flag, { args: takesValue(name) ? [flag, secret] : [`${flag}=${secret}`] }],
        [name, { readFile: () => ({ content, warning: null }) }],
      ] as const) {
        const findings = examine(sources)
        const messages = told(sources)
        expect(messages).toContain(place)
        expect(messages).not.toContain(secret)
        // The report shows each setting.
        expect(JSON.stringify(findings.settings)).not.toContain(secret)
      }
    }
    for (const sources of [
      { args: [secret] },
      { args: [`--${secret}`] },
      { args: [`-${secret}`] },
      { args: ['--port'], env: { [`LATCHKEY_${secret}`]: '1' } },
      ...[
        { [secret]: 1 },
        { issuer: { [secret]: 1 } },
        { redirectPort: [secret] },
        { clientSecretFor: { [secret]: 1 } },
        { providers: secret },
        { providers: [secret] },
        {
          providers: [{ name: `${secret} ${secret}`, issuer: secret, clientId: 'a', [secret]: 1 }],
        },
      ].map((content) => ({ readFile: () => ({ content, warning: null }) })),
    ]) {
      const messages = told(sources)
      expect(messages).not.toBe('')
      expect(messages).not.toContain(secret)
    }
  })
}

test('the password of a link is masked before the link is shortened', () => {
  const issuer = 'https://robert:hunter2-hunter2-hunter2@a.example'
  for (const sources of [
    { args: ['--issuer', issuer] },
    { args: ['--port', issuer] },
    { readFile: () => ({ content: { port: { a: issuer } }, warning: null }) },
  ]) {
    const [problem] = examine(sources).problems
    expect(problem).toContain('//…@')
    expect(problem).not.toContain('hunter')
    expect(problem).not.toContain('robert')
  }
})

test('the name of a missing file with the client secret is no secret, if it looks like a path', () => {
  for (const path of ['./0123456789abcdefghijABCDEFGHIJ', '../secret', '/etc/secret']) {
    const [problem] = examine({ args: [`--client-secret-file=${path}`] }).problems
    const fault = MESSAGES.secretFileFaults.unreadable('ENOENT')
    expect(problem).toBe(MESSAGES.badSecretFile(resolve(path), fault))
  }
  const { problems } = examine({ args: ['--client-secret-file=secret'] })
  expect(problems).toEqual([MESSAGES.invalidSecret('--client-secret-file', RULES.clientSecretFile)])
  // A file of the current folder.
  expect(examine({ args: ['--client-secret-file=package.json'] }).problems).toEqual([
    expect.stringContaining(resolve('package.json')),
  ])
})

test('what looks like a secret is masked, and nothing else', () => {
  expect(maskSecrets(`a ${KEY}, "${TOKEN}" and ${KEY.slice(0, 40)}`)).toBe(
    `a ${MASK}, "${MASK}" and ${MASK}`,
  )
  for (const text of ['latchkey_url', 'eyJust', 'https://eyJ.example', 'latchkey.log']) {
    const [isWhole, isPart] = [isKey(text), containsKey(text)]
    expect([isWhole, isPart]).toEqual([false, false])
  }
  for (const text of ['latchkey_url', 'eyJust a word', 'latchkey.log']) {
    expect(maskSecrets(text)).toBe(text)
  }
})
