// The providers that the window offers by name: the issuer's form, the settings that the provider's
// documentation requires, and its page about registering an application.

import { formatList } from '../base/format-list.js'
import { redirectUriAt } from '../oauth/redirect-target.js'
import type { ProviderChoice, ProviderId, TypedRedirect } from '../ipc.js'
import { listUnmetNeeds, PRESETS, type Chosen, type Preset } from './presets.js'
import { applyChanges } from './form.js'
import { examineSettings } from './read.js'
import type { Settings } from './options.js'

type Template = {
  /** With placeholders for the parts that differ between users. */
  issuer: string
  /** The placeholders. */
  blanks: readonly string[]
  /** How to complete the issuer, in a sentence for a person. */
  message: string
  /** The settings that main/settings/presets.ts requires. */
  settings: Partial<Pick<Settings, keyof ProviderChoice['settings']>>
  /** The provider's page on registering an application. */
  guide: string
}

/** The port that Latchkey suggests if the provider needs a registered one. */
const PORTS = [8400]
/** Without offline_access. */
const SCOPE = 'openid profile email'

// "Found": a search of public documentation returned the page with its text on 2026-11-26. "Read" is
// explained in main/settings/presets.ts.
const TEMPLATES: Readonly<Record<ProviderId, Template>> = {
  auth0: {
    issuer: 'https://YOUR_DOMAIN/',
    blanks: ['YOUR_DOMAIN'],
    message:
      "The domain in your application's settings, with a slash after it: https://example.eu.auth0.com/",
    settings: { redirectPort: PORTS },
    // Found.
    guide: 'https://auth0.com/docs/get-started/auth0-overview/create-applications/native-apps',
  },
  google: {
    issuer: 'https://accounts.google.com',
    blanks: [],
    message: 'The issuer is the same for all users.',
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
    message:
      "Replace TENANT_ID with the directory (tenant) ID, which is on the overview page of the app's registration.",
    settings: { redirectHost: 'localhost' },
    // Found at its previous address, below azure/active-directory/develop. That this address leads to
    // the same page is not confirmed.
    guide: 'https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app',
  },
  okta: {
    issuer: 'https://YOUR_OKTA_DOMAIN',
    blanks: ['YOUR_OKTA_DOMAIN'],
    message:
      'Your Okta domain, or the complete issuer of an authorization server: https://example.okta.com/oauth2/default',
    settings: { redirectPort: PORTS },
    // Found.
    guide: 'https://help.okta.com/en-us/Content/Topics/Apps/Apps_App_Integration_Wizard_OIDC.htm',
  },
  keycloak: {
    issuer: 'https://YOUR_HOST/realms/YOUR_REALM',
    blanks: ['YOUR_HOST', 'YOUR_REALM'],
    message:
      'The address of your Keycloak and the name of your realm: https://sso.example.com/realms/main',
    settings: {},
    // Read.
    guide: 'https://www.keycloak.org/docs/latest/server_admin/index.html',
  },
  gitlab: {
    issuer: 'https://gitlab.com',
    blanks: [],
    message: 'Or the address of your own GitLab: https://gitlab.example.com',
    settings: { scope: SCOPE, redirectPort: PORTS },
    // Read.
    guide: 'https://docs.gitlab.com/integration/oauth_provider/',
  },
  cognito: {
    issuer: 'https://cognito-idp.REGION.amazonaws.com/USER_POOL_ID',
    blanks: ['REGION', 'USER_POOL_ID'],
    message:
      "Your user pool's region and ID: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
    settings: { scope: SCOPE, redirectHost: 'localhost', redirectPort: PORTS },
    // Found.
    guide:
      'https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html',
  },
  salesforce: {
    issuer: 'https://login.salesforce.com',
    blanks: [],
    message: 'Or your own domain: https://example.my.salesforce.com',
    settings: { redirectHost: 'localhost', redirectPort: PORTS },
    // Read.
    guide:
      'https://help.salesforce.com/apex/HTViewHelpDoc?id=xcloud.configure_external_client_app_oauth_settings.htm',
  },
}

/** The providers that work, in the order of docs/providers.md. */
export function listProviders(): readonly ProviderChoice[] {
  return PRESETS.flatMap((preset) =>
    preset.verdict === 'works' ? [createChoice(preset, TEMPLATES[preset.id])] : [],
  )
}

/** Formats the names for a sentence: "Auth0, Google and Okta". */
export function formatProviderNames(): string {
  return formatList(listProviders().map(({ name }) => name))
}

/** Finds the provider's page about registering an application. The window sends only the provider's ID. */
export function findGuide(id: ProviderId): string {
  return TEMPLATES[id].guide
}

/** Lists the redirect URIs to register for the values in the form. Returns none for invalid values. */
export function listRedirectUris(typed: TypedRedirect): readonly string[] {
  const changed = applyChanges({}, typed)
  if ('kind' in changed) return []
  const { redirectHost: host, redirectPath: path, redirectPort } = readContent(changed.content)
  const ports = redirectPort.length === 0 ? [null] : redirectPort
  return ports.map((port) => redirectUriAt({ host, path }, port))
}

function createChoice(
  { id, name, register }: Extract<Preset, { verdict: 'works' }>,
  { issuer, blanks, message, settings }: Template,
): ProviderChoice {
  // The template fills in these settings, so their needs are met.
  const chosen: Chosen = { ...readContent({}), ...settings, issuer }
  return {
    id,
    name,
    issuer,
    blanks,
    message,
    settings: toTyped(settings),
    lines: [register, ...listUnmetNeeds(chosen)],
  }
}

/** Converts settings to the text that a person would type into the form. */
function toTyped({
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

function readContent(content: Record<string, unknown>): Settings {
  const readFile = () => ({ content, warning: null })
  return examineSettings({ args: [], env: {}, platform: 'linux', home: '/', readFile }).settings
}
