// The providers that people can choose by name: the templates meet the needs in the documentation, and
// the links are fixed.

import { expect, test } from '@playwright/test'
import { listUnmetNeeds, PRESETS, findPreset } from '../../main/settings/presets.js'
import {
  findGuide,
  listProviders,
  formatProviderNames,
  listRedirectUris,
} from '../../main/settings/provider-choices.js'
import { applyChanges } from '../../main/settings/form.js'
import { examineSettings } from '../../main/settings/read.js'

const CHOICES = listProviders()

test('only providers that work according to their documentation can be chosen', () => {
  const working = PRESETS.filter(({ verdict }) => verdict === 'works').map(({ name }) => name)
  expect(working.length).toBeGreaterThan(5)
  expect(CHOICES.map(({ name }) => name)).toEqual(working)
  expect(new Set(CHOICES.map(({ id }) => id)).size).toBe(CHOICES.length)
  expect(formatProviderNames()).toMatch(/^Auth0, Google, .* and Salesforce$/)
})

for (const { id, name, issuer, blanks, message, settings, lines } of CHOICES) {
  test(`${name}: the template can be saved and meets the needs in the documentation`, () => {
    const typed = blanks.reduce((text, blank) => text.replace(blank, 'mine'), issuer)
    expect(/[A-Z]{2,}/.exec(typed)).toBeNull()
    for (const blank of blanks) expect(issuer).toContain(blank)
    // The issuer identifies the provider, except for a self-hosted GitLab, which may have any address.
    const example = /https:\/\/\S+/.exec(message)?.[0] ?? issuer
    if (id !== 'gitlab') expect(findPreset(example)?.name).toBe(name)

    const saved = applyChanges({}, { ...settings, issuer: typed, clientId: 'latchkey' })
    expect(saved).toHaveProperty('content')
    const { settings: read, problems } = examineSettings({
      args: [],
      env: {},
      platform: 'linux',
      home: '/none',
      readFile: () => ({ content: 'content' in saved ? saved.content : {}, warning: null }),
    })
    expect(problems).toEqual([])
    // Only the user has the client secret.
    const lacking = listUnmetNeeds(read)
    expect(lacking.filter((line) => !line.includes('--client-secret-file'))).toEqual([])
    expect(lines.slice(1)).toEqual(lacking)
    expect(lines.join(' ')).not.toMatch(/--(scope|redirect|prompt|authorization)/)
  })

  test(`${name}: the link leads to the provider’s own site over https`, () => {
    const hosts = {
      auth0: 'auth0.com',
      google: 'developers.google.com',
      entra: 'learn.microsoft.com',
      okta: 'help.okta.com',
      keycloak: 'www.keycloak.org',
      gitlab: 'docs.gitlab.com',
      cognito: 'docs.aws.amazon.com',
      salesforce: 'help.salesforce.com',
    } as const
    const { protocol, host, username, password } = new URL(findGuide(id))
    expect({ protocol, host, username, password }).toEqual({
      protocol: 'https:',
      host: hosts[id],
      username: '',
      password: '',
    })
  })
}

for (const [typed, uris] of [
  [{}, ['http://127.0.0.1/callback']],
  [{ redirectPort: '', redirectHost: '', redirectPath: ' ' }, ['http://127.0.0.1/callback']],
  [
    { redirectPort: '8400 8401', redirectHost: 'localhost', redirectPath: '/a' },
    ['http://localhost:8400/a', 'http://localhost:8401/a'],
  ],
  [{ redirectHost: '[::1]' }, ['http://[::1]/callback']],
  [{ redirectHost: 'evil.example' }, []],
  [{ redirectPort: 'http' }, []],
  [{ redirectPort: '70000' }, []],
  [{ redirectPath: 'https://evil.example/' }, []],
] as const) {
  test(`the redirect URIs of ${JSON.stringify(typed)} are ${uris.join(' and ') || 'none'}`, () => {
    const usual = { redirectPort: '', redirectHost: '127.0.0.1', redirectPath: '/callback' }
    expect(listRedirectUris({ ...usual, ...typed })).toEqual(uris)
  })
}
