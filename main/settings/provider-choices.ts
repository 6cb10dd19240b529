// The providers that a person can choose by name: how each one's issuer is spelt, what its
// documentation asks for, and its own page on registering an application.

import { redirectUriAt } from '../oauth/redirect-target.js'
import type { ProviderChoice, ProviderId, TypedRedirect } from '../ipc.js'
import { lackingFor, PRESETS, type Chosen, type Preset } from './presets.js'
import { applyChanges } from './form.js'
import { examineSettings } from './read.js'
import type { Settings } from './options.js'

type Template = {
  /** As far as it is the same for everybody. */
  issuer: string
  /** The parts of it that a person replaces. */
  blanks: readonly string[]
  /** What to put there, as a sentence for a person. */
  hint: string
  /** What the documentation asks for, as main/settings/presets.ts has it. */
  settings: Partial<Pick<Settings, keyof ProviderChoice['settings']>>
  /** The provider's page on registering an application. */
  guide: string
}

/** The port that people are advised to register where one must be. */
const PORTS = [8400]
/** Without offline_access. */
const SCOPE = 'openid profile email'

// "Found" is a page that a search of public documentation gave with its text on 2026-11-26; "read" is as
// in main/settings/presets.ts.
const TEMPLATES: Readonly<Record<ProviderId, Template>> = {
  auth0: {
    issuer: 'https://YOUR_DOMAIN/',
    blanks: ['YOUR_DOMAIN'],
    hint: "The domain in your application's settings, with a slash after it: https://example.eu.auth0.com/",
    settings: { redirectPort: PORTS },
    // Found.
    guide: 'https://auth0.com/docs/get-started/auth0-overview/create-applications/native-apps',
  },
  google: {
    issuer: 'https://accounts.google.com',
    blanks: [],
    hint: 'It is the same for everybody.',
    settings: {
      scope: SCOPE,
      prompt: 'consent',
      authorizationParameters: { access_type: 'offline' },
    },
    // Found, as Google's own copy on developers.google.cn.
    guide: 'https://developers.google.com/identity/protocols/oauth2/native-app',
  },
  entra: {
    issuer: 'https://login.microsoftonline.com/TENANT_ID/v2.0',
    blanks: ['TENANT_ID'],
    hint: "Put the directory (tenant) ID in the place of TENANT_ID: it is on the overview page of the app's registration.",
    settings: { redirectHost: 'localhost' },
    // Found under the address that it had before, below azure/active-directory/develop; that this one
    // leads there too: not confirmed.
    guide: 'https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app',
  },
  okta: {
    issuer: 'https://YOUR_OKTA_DOMAIN',
    blanks: ['YOUR_OKTA_DOMAIN'],
    hint: "Your Okta domain, or all of an authorization server's issuer: https://example.okta.com/oauth2/default",
    settings: { redirectPort: PORTS },
    // Found.
    guide: 'https://help.okta.com/en-us/Content/Topics/Apps/Apps_App_Integration_Wizard_OIDC.htm',
  },
  keycloak: {
    issuer: 'https://YOUR_HOST/realms/YOUR_REALM',
    blanks: ['YOUR_HOST', 'YOUR_REALM'],
    hint: 'The address of your Keycloak and the name of your realm: https://sso.example.com/realms/main',
    settings: {},
    // Read.
    guide: 'https://www.keycloak.org/docs/latest/server_admin/index.html',
  },
  gitlab: {
    issuer: 'https://gitlab.com',
    blanks: [],
    hint: 'Or the address of your own GitLab: https://gitlab.example.com',
    settings: { scope: SCOPE, redirectPort: PORTS },
    // Read.
    guide: 'https://docs.gitlab.com/integration/oauth_provider/',
  },
  cognito: {
    issuer: 'https://cognito-idp.REGION.amazonaws.com/USER_POOL_ID',
    blanks: ['REGION', 'USER_POOL_ID'],
    hint: "Your user pool's region and ID: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
    settings: { scope: SCOPE, redirectHost: 'localhost', redirectPort: PORTS },
    // Found.
    guide:
      'https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html',
  },
  salesforce: {
    issuer: 'https://login.salesforce.com',
    blanks: [],
    hint: 'Or your own domain: https://example.my.salesforce.com',
    settings: { redirectHost: 'localhost', redirectPort: PORTS },
    // Read.
    guide:
      'https://help.salesforce.com/apex/HTViewHelpDoc?id=xcloud.configure_external_client_app_oauth_settings.htm',
  },
}

/** The providers that work, in the order of docs/providers.md. */
export function listProviders(): readonly ProviderChoice[] {
  return PRESETS.flatMap((preset) =>
    preset.verdict === 'works' ? [choiceOf(preset, TEMPLATES[preset.id])] : [],
  )
}

/** The names, for a sentence: "Auth0, Google and Okta". */
export function providerNames(): string {
  return new Intl.ListFormat('en-GB').format(listProviders().map(({ name }) => name))
}

/** The provider's own page on registering an application. The window names the provider, never a link. */
export function guideOf(id: ProviderId): string {
  return TEMPLATES[id].guide
}

/** The redirect URIs to register for what stands in the form; none while that cannot be used. */
export function redirectUrisOf(typed: TypedRedirect): readonly string[] {
  const changed = applyChanges({}, typed)
  if ('kind' in changed) return []
  const { redirectHost: host, redirectPath: path, redirectPort } = settingsOf(changed.content)
  const ports = redirectPort.length === 0 ? [null] : redirectPort
  return ports.map((port) => redirectUriAt({ host, path }, port))
}

function choiceOf(
  { id, name, register }: Extract<Preset, { verdict: 'works' }>,
  { issuer, blanks, hint, settings }: Template,
): ProviderChoice {
  // What is filled in need not be asked for.
  const chosen: Chosen = { ...settingsOf({}), ...settings, issuer }
  return {
    id,
    name,
    issuer,
    blanks,
    hint,
    settings: typedOf(settings),
    lines: [register, ...lackingFor(chosen)],
  }
}

/** As a person would type them. */
function typedOf({
  redirectPort,
  authorizationParameters,
  prompt,
  ...rest
}: Template['settings']): ProviderChoice['settings'] {
  return {
    ...rest,
    ...(redirectPort && { redirectPort: redirectPort.join(', ') }),
    ...(prompt && { prompt }),
    ...(authorizationParameters && {
      authorizationParameters: new URLSearchParams({ ...authorizationParameters }).toString(),
    }),
  }
}

function settingsOf(content: Record<string, unknown>): Settings {
  const readFile = () => ({ content, warning: null })
  return examineSettings({ args: [], env: {}, platform: 'linux', home: '/', readFile }).settings
}
