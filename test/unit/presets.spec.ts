// The presets of well-known providers: how an issuer is recognized, the messages, and that the settings
// work with a provider that behaves as documented.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { fetchMetadata } from '../../main/oauth/metadata.js'
import { createHttp } from '../../main/net/http.js'
import {
  describePreset,
  listUnmetNeeds,
  PRESETS,
  findPreset,
  formatPresetsTable,
} from '../../main/settings/presets.js'
import { createSecret } from '../../main/base/secret.js'
import { examineSettings } from '../../main/settings/read.js'
import type { Settings } from '../../main/settings/options.js'
import { testProvider } from '../../main/diagnose/test-provider.js'
import { test, type FixtureOptions } from '../support/fixture.js'
import { answerLink } from '../support/person.js'
import { startProvider, type ProviderOptions } from '../provider/provider.js'
import { ROOT } from '../support/root.js'

const DEFAULTS = examineSettings({ args: [], env: {}, platform: 'linux', home: '/none' }).settings
const given = (settings: Partial<Settings>): Settings => ({ ...DEFAULTS, ...settings })

const ISSUERS: Readonly<Record<string, readonly string[]>> = {
  Auth0: ['https://tenant.auth0.com/', 'https://tenant.eu.auth0.com'],
  Google: ['https://accounts.google.com'],
  'Microsoft Entra': [
    'https://login.microsoftonline.com/common/v2.0',
    'https://login.microsoftonline.us/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
  ],
  Okta: ['https://dev-1.okta.com/oauth2/default', 'https://a.oktapreview.com'],
  Keycloak: ['https://sso.example.com/realms/main', 'http://127.0.0.1:8080/auth/realms/a/'],
  GitLab: ['https://gitlab.com'],
  'Amazon Cognito': ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'],
  Salesforce: ['https://login.salesforce.com', 'https://a.my.salesforce.com'],
  Apple: ['https://appleid.apple.com'],
  GitHub: ['https://github.com'],
}

test('each provider is recognized by its own issuers only', () => {
  expect(PRESETS.map(({ name }) => name)).toEqual(Object.keys(ISSUERS))
  for (const [name, issuers] of Object.entries(ISSUERS)) {
    for (const issuer of issuers) expect(findPreset(issuer)?.name, issuer).toBe(name)
  }
  for (const issuer of [
    'https://auth0.com.evil.example/',
    'https://notauth0.com/',
    'https://accounts.google.com.evil.example',
    'https://gitlab.com.example',
    'https://gitlab.example.com',
    'https://token.actions.githubusercontent.com',
    'https://cognito-idp.evil.example/amazonaws.com',
    'https://sso.example.com/realms/',
    'https://login.example.com',
    'accounts.google.com',
    '',
  ]) {
    expect(findPreset(issuer), issuer).toBeNull()
  }
})

test('every preset names its sources and the day on which they were read', async () => {
  const code = await readFile(join(ROOT, 'main', 'settings', 'presets.ts'), 'utf8')
  const parts = code.split(/^ {4}name: '/m).slice(1)
  expect(parts).toHaveLength(PRESETS.length)
  for (const part of parts) {
    const comment = part.match(/^ *\/\/ .*$/gm)!.map((line) => line.replace(/^ *\/\/ /, ''))
    const links = comment.join(' ').match(/https:\/\/\S+( \(read 20\d\d-\d\d-\d\d\))?/g) ?? []
    expect(links, part).not.toEqual([])
    for (const link of links) expect(link).toMatch(/ \(read /)
  }
})

test('messages call exactly those statements not confirmed that the documentation leaves open', async () => {
  const code = await readFile(join(ROOT, 'main', 'settings', 'presets.ts'), 'utf8')
  const parts = code.split(/^ {4}name: '/m).slice(1)
  for (const [index, part] of parts.entries()) {
    const preset = PRESETS[index]!
    if (preset.verdict === 'does not work') continue
    const lines = [preset.register, ...preset.needs.map(({ message }) => message)]
    const isOpen = /not found in its documentation; to be checked/.test(
      part.replace(/\s+\/\/ /g, ' '),
    )
    expect(/not confirmed/.test(lines.join(' ')), preset.name).toBe(isOpen)
  }
})

test('the table in docs/providers.md matches the presets', async () => {
  const page = await readFile(join(ROOT, 'docs', 'providers.md'), 'utf8')
  const [, table = ''] = /<!-- providers -->\n+([\s\S]*?)\n+<!-- \/providers -->/.exec(page) ?? []
  // Formatting pads the cells.
  const toCells = (text: string): string[][] =>
    text.split('\n').map((row) =>
      row
        .split('|')
        .map((cell) => cell.trim().replace(/^-+$/, '---'))
        .slice(1, -1),
    )
  expect(toCells(table)).toEqual(toCells(formatPresetsTable()))
})

/** A provider that behaves as the documentation says, and the settings that are said to be needed. */
const SHAPES: Readonly<Record<string, { provider: ProviderOptions; settings: Partial<Settings> }>> =
  {
    Auth0: {
      provider: { issuerPath: '/', demands: { exactRedirects: true } },
      settings: { issuer: 'https://tenant.auth0.com/', redirectPort: [0] },
    },
    Google: {
      provider: {
        secret: { value: 'GOCSPX-secret', method: 'client_secret_post' },
        demands: {
          offlineAccess: 'page',
          refreshTokens: 'access_type',
          parameters: { access_type: 'offline' },
        },
      },
      settings: {
        issuer: 'https://accounts.google.com',
        clientSecret: createSecret('GOCSPX-secret'),
        scope: 'openid profile email',
        prompt: 'consent',
        authorizationParameters: { access_type: 'offline' },
      },
    },
    'Microsoft Entra': {
      provider: {
        issuerPath: '/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
        demands: { redirectUris: ['http://localhost/callback'] },
      },
      settings: {
        issuer: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
        redirectHost: 'localhost',
      },
    },
    Okta: {
      provider: { issuerPath: '/oauth2/default', demands: { exactRedirects: true } },
      settings: { issuer: 'https://dev-1.okta.com/oauth2/default', redirectPort: [0] },
    },
    Keycloak: {
      provider: { issuerPath: '/realms/main' },
      settings: { issuer: 'https://sso.example.com/realms/main' },
    },
    GitLab: {
      provider: {
        demands: { exactRedirects: true, offlineAccess: 'invalid_scope', refreshTokens: 'always' },
      },
      settings: {
        issuer: 'https://gitlab.com',
        scope: 'openid profile email',
        redirectPort: [0],
      },
    },
    'Amazon Cognito': {
      provider: {
        issuerPath: '/eu-west-1_abc',
        demands: { exactRedirects: true, offlineAccess: 'invalid_scope', refreshTokens: 'always' },
      },
      settings: {
        issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc',
        scope: 'openid profile email',
        redirectHost: 'localhost',
        redirectPort: [0],
      },
    },
    Salesforce: {
      provider: { demands: { exactRedirects: true } },
      settings: {
        issuer: 'https://login.salesforce.com',
        redirectHost: 'localhost',
        redirectPort: [0],
      },
    },
  }

/** A port that is free, registered as the person would. */
async function registered(settings: Settings): Promise<{ ports: number[]; uris: string[] }> {
  const { createServer } = await import('node:net')
  const base = `http://${settings.redirectHost}`
  if (settings.redirectPort.length === 0) return { ports: [], uris: [`${base}/callback`] }
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => void server.close(resolve))
  return { ports: [port], uris: [`${base}:${port}/callback`] }
}

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}, as documented: with the settings that it needs, Latchkey signs in and renews`, async ({
    start,
  }) => {
    const settings = given(shape.settings)
    // With these settings, no need is left.
    expect(listUnmetNeeds(settings)).toEqual([])
    const { ports, uris } = await registered(settings)
    const options: FixtureOptions = {
      provider: {
        ...shape.provider,
        demands: { redirectUris: uris, ...shape.provider.demands },
      },
      redirectPorts: ports,
      redirectHost: settings.redirectHost,
      settings: {
        scope: settings.scope,
        prompt: settings.prompt,
        clientSecret: settings.clientSecret,
        parameters: settings.authorizationParameters,
      },
    }
    const { agent, signIn, reached } = await start(options)
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    const before = await agent.read(0)
    const renewed = await agent.read(null)
    expect(renewed.tokens.accessToken).not.toBe(before.tokens.accessToken)
    await agent.signOut()
  })
}

for (const [name, issuers] of Object.entries(ISSUERS)) {
  const preset = PRESETS.find((one) => one.name === name)!
  const issuer = issuers[0]!.replace(/\/$/, '')
  test(`${name}: without any of the settings that it needs, the messages list all of them`, () => {
    const lacking = listUnmetNeeds(given({ issuer }))
    const description = describePreset(issuer)
    expect(description?.name).toBe(name)
    if (preset.verdict === 'does not work') {
      expect(lacking).toEqual([preset.message])
    } else {
      expect(lacking).toEqual(preset.needs.map(({ message }) => message))
      for (const message of lacking) expect(description?.lines).toContain(message)
    }
  })
}

test('for an unknown provider, or without one, there is no message', () => {
  expect(listUnmetNeeds(given({ issuer: 'https://login.example.com' }))).toEqual([])
  expect(listUnmetNeeds(given({ issuer: null }))).toEqual([])
})

test('the form says that a provider does not work without a request to it', async () => {
  const asked: string[] = []
  const http = createHttp()
  const watching: typeof http = (request) => {
    asked.push(request.url)
    return http(request)
  }
  for (const issuer of ['https://github.com', 'https://appleid.apple.com']) {
    expect(await testProvider(watching, issuer)).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^(GitHub|Apple) /),
    })
  }
  expect(asked).toEqual([])
})

test('an issuer of many tenants, or with another name, is rejected and shown', async () => {
  for (const [announced, words] of [
    [
      'https://login.microsoftonline.com/{tenantid}/v2.0',
      /its issuer is https:\/\/login\.microsoftonline\.com\/\{tenantid\}\/v2\.0\. .*replace the braces with its ID/,
    ],
    [
      'https://other.example/t',
      /another issuer as its own: https:\/\/other\.example\/t\. If that is your provider/,
    ],
    [
      `https://other.example/\u001b[2J\u202e${'x'.repeat(500)}`,
      /https:\/\/other\.example\/ \[2J x+…/,
    ],
  ] as const) {
    const { issuer, close } = await startProvider({
      misbehave: { metadata: (json) => ({ ...json, issuer: announced }) },
    })
    await expect(fetchMetadata(createHttp(), issuer)).rejects.toMatchObject({
      code: 'issuer-mismatch',
      message: expect.stringMatching(words),
    })
    await close()
  }
})
