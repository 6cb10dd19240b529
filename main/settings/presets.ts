// The settings that well-known providers need according to their documentation. None was tried.
// A link marked "read", with a day, is a page whose own text says what the comment says. Statements that
// no such page contains are marked "not found in its documentation; to be checked", and messages call
// them "not confirmed".

import type { KnownProvider, ProviderId } from '../ipc.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import type { Settings } from './options.js'
import { toOptions } from './provider-list.js'

/** The settings that a need depends on. */
export type Chosen = Pick<
  Settings,
  | 'issuer'
  | 'clientSecret'
  | 'scope'
  | 'prompt'
  | 'redirectPort'
  | 'redirectHost'
  | 'authorizationParameters'
>

export type Need = {
  /** What the provider needs and which setting to change, in a sentence for a person. */
  message: string
  isMet(settings: Chosen): boolean
}

export type Preset = {
  name: string
  matches(issuer: URL): boolean
} & (
  | {
      verdict: 'works'
      id: ProviderId
      needs: readonly Need[]
      /** What to register at the provider, in a sentence for a person. */
      register: string
    }
  /** `message`: the reason, in a sentence for a person. */
  | { verdict: 'does not work'; message: string }
)

const matchesHost = (...hosts: readonly string[]): Preset['matches'] => {
  const isWithinDomain = (host: string, name: string): boolean =>
    name.startsWith('.') ? host.endsWith(name) : host === name
  return ({ hostname }) => hosts.some((name) => isWithinDomain(hostname, name))
}

const needsFixedPort = (reason: string): Need => ({
  message: `${reason}. Choose a port with --redirect-port.`,
  isMet: ({ redirectPort }) => redirectPort.length > 0,
})

const needsLocalhost = (reason: string): Need => ({
  message: `${reason}. Set --redirect-host localhost.`,
  isMet: ({ redirectHost }) => redirectHost === 'localhost',
})

const needsNoOfflineAccess = (name: string): Need => ({
  message: `${name} does not document the scope offline_access. Set --scope "openid profile email".`,
  isMet: ({ scope }) => !scope.split(' ').includes('offline_access'),
})

export const PRESETS: readonly Preset[] = [
  {
    name: 'Auth0',
    // https://auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery
    // (read 2026-11-26): the issuer in the metadata ends in a slash.
    // https://auth0.com/docs/get-started/applications/application-settings (read 2026-11-26): native
    // applications are those on desktops too; users are sent to the URLs in Allowed Callback URLs.
    // https://support.auth0.com/center/s/article/Callback-URL-Mismatch-Error-Is-Not-in-the-List-of-Allowed-Callback-URLs
    // (read 2026-11-26): these are compared as text, and a different port is a mismatch.
    matches: matchesHost('.auth0.com'),
    verdict: 'works',
    id: 'auth0',
    register: 'A native application, with the redirect URI under Allowed Callback URLs.',
    needs: [
      {
        message: "Auth0's issuer ends in a slash: https://YOUR_TENANT.auth0.com/",
        isMet: ({ issuer }) => issuer?.endsWith('/') ?? false,
      },
      needsFixedPort('Auth0 also compares the port'),
    ],
  },
  {
    name: 'Google',
    // https://developers.google.com/youtube/v3/live/guides/auth/installed-apps (read 2026-11-26): a
    // client of the type Desktop app listens on a random port of 127.0.0.1; the client secret is
    // optional; a refresh token always comes. Its examples have no path after the port. That one may be
    // there: not found in its documentation; to be checked.
    // https://developers.google.com/identity/openid-connect/openid-connect (read 2026-11-26): the request
    // with the code must have the client secret; access_type=offline brings a refresh token, at the first
    // sign-in only; the scopes are openid, profile, email and those of Google's APIs. That
    // prompt=consent brings a refresh token again: not found in its documentation; to be checked.
    matches: matchesHost('accounts.google.com'),
    verdict: 'works',
    id: 'google',
    register: 'An OAuth client of the type Desktop app, which accepts any port of 127.0.0.1.',
    needs: [
      {
        message:
          'Google requires the client secret on one page of its documentation and calls it optional ' +
          'on another (not confirmed). Set --client-secret-file PATH.',
        isMet: ({ clientSecret }) => clientSecret !== null,
      },
      needsNoOfflineAccess('Google'),
      {
        message:
          'For a session that can be renewed, Google documents --authorization-parameter ' +
          'access_type=offline. Later sign-ins may also need --prompt consent (not confirmed).',
        isMet: ({ authorizationParameters, prompt }) =>
          authorizationParameters['access_type'] === 'offline' &&
          (prompt ?? '').split(' ').includes('consent'),
      },
    ],
  },
  {
    name: 'Microsoft Entra',
    // https://learn.microsoft.com/en-us/entra/identity-platform/reply-url (read 2026-11-26): http is for
    // localhost, whose port is ignored; the portal takes no http://127.0.0.1, which has to be written into
    // the manifest; [::1] is not supported.
    // https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens (read 2026-11-26): the
    // metadata of common has {tenantid} in its issuer, and tokens have their tenant's ID there.
    // https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc (read 2026-11-26):
    // common, organizations and consumers stand for many tenants, or for that of personal accounts.
    // https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud
    // (read 2026-11-26): the hosts.
    matches: matchesHost(
      'login.microsoftonline.com',
      'login.microsoftonline.us',
      'login.partner.microsoftonline.cn',
    ),
    verdict: 'works',
    id: 'entra',
    register:
      'A public client under Mobile and desktop applications, with http://localhost/callback.',
    needs: [
      {
        message:
          "Microsoft Entra needs your tenant's ID in the issuer, not common, organizations or " +
          'consumers: https://login.microsoftonline.com/TENANT_ID/v2.0',
        isMet: ({ issuer }) => !/\/(common|organizations|consumers)(\/|$)/i.test(issuer ?? ''),
      },
      needsLocalhost("Microsoft Entra's portal does not accept http://127.0.0.1"),
    ],
  },
  {
    name: 'Okta',
    // https://developer.okta.com/docs/guides/refresh-tokens/main/ (read 2026-11-26): offline_access in
    // the authorization request brings a refresh token where the grant type Refresh Token is allowed.
    // https://developer.okta.com/docs/guides/implement-grant-type/authcodepkce/main/ (read 2026-11-26):
    // the application is a native one; the redirect URI must match one that is registered.
    // https://support.okta.com/help/s/article/openid-connect-oidc-redirect-uri (read 2026-11-26): it
    // must match exactly, and a different port is a mismatch.
    // https://developer.okta.com/docs/guides/terraform-enable-org-access/main/ (read 2026-11-26): the
    // hosts.
    matches: matchesHost('.okta.com', '.oktapreview.com', '.okta-emea.com'),
    verdict: 'works',
    id: 'okta',
    register: 'A native application, with the grant type Refresh Token and each redirect URI.',
    needs: [needsFixedPort('Okta also compares the port')],
  },
  {
    name: 'Keycloak',
    // https://www.keycloak.org/securing-apps/oidc-layers (read 2026-11-26): the redirect URI
    // http://127.0.0.1 allows any port; the metadata is below /realms/NAME. It runs on hosts of its
    // owners, so it is known by that path.
    // https://www.keycloak.org/docs/latest/server_admin/index.html (read 2026-11-26): clients with client
    // authentication off are the public ones; redirect URIs are compared as text, but for wildcards.
    // That any port goes with a path too: not found in its documentation; to be checked.
    matches: ({ pathname }) => /\/realms\/[^/]+\/?$/.test(pathname),
    verdict: 'works',
    id: 'keycloak',
    register:
      'A client without client authentication, with http://127.0.0.1/callback. Keycloak documents any ' +
      'port for http://127.0.0.1; whether that applies with a path is not confirmed.',
    needs: [],
  },
  {
    name: 'GitLab',
    // https://docs.gitlab.com/integration/oauth_provider/ (read 2026-11-26): the table of all scopes has
    // openid, profile and email, and no offline_access.
    // https://docs.gitlab.com/api/oauth2/ (read 2026-11-26): the code flow with PKCE needs no client
    // secret and brings a refresh token; http is for development.
    // https://docs.gitlab.com/api/applications/ (read 2026-11-26): native applications count as not
    // confidential. That the port is compared: not found in its documentation; to be checked.
    matches: matchesHost('gitlab.com'),
    verdict: 'works',
    id: 'gitlab',
    register: 'An application that is not confidential, with openid, profile and email.',
    needs: [
      needsNoOfflineAccess('GitLab'),
      needsFixedPort('GitLab may not accept every port (not confirmed)'),
    ],
  },
  {
    name: 'Amazon Cognito',
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
    // (read 2026-11-26): redirect URIs are those in CallbackURLs, ports included, and https but for
    // http://localhost, http://127.0.0.1 and http://[::1], which are for testing.
    // https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
    // (read 2026-11-26): https but for http://localhost, for testing; the scopes are openid, profile,
    // email, phone, aws.cognito.signin.user.admin and those of the user pool, and an unknown one is
    // answered with invalid_scope; the code flow brings a refresh token.
    matches: ({ hostname }) => /^cognito-idp\.[\w-]+\.amazonaws\.com(\.cn)?$/.test(hostname),
    verdict: 'works',
    id: 'cognito',
    register: 'A public app client with the authorization code grant and each callback URL.',
    needs: [
      needsLocalhost(
        'Amazon Cognito accepts http://localhost; only one of two pages allows http://127.0.0.1',
      ),
      needsFixedPort('Amazon Cognito accepts only the callback URLs in its list'),
      needsNoOfflineAccess('Amazon Cognito'),
    ],
  },
  {
    name: 'Salesforce',
    // https://help.salesforce.com/apex/HTViewHelpDoc?id=xcloud.configure_external_client_app_oauth_settings.htm
    // (read 2026-11-26): the redirect URI must match a callback URL, which is https or of an app's own
    // scheme.
    // https://developer.salesforce.com/docs/platform/hosted-mcp-servers/guide/create-external-client-app.md
    // (read 2026-11-26): the callback URL of one program is http://localhost:8787/callback.
    // https://developer.salesforce.com/workshops/try-headless-360/2-create-the-app (read 2026-11-26): a
    // public client is an external client app that requires PKCE and no secrets, with the scopes
    // refresh_token and offline_access.
    // https://developer.salesforce.com/docs/atlas.en-us.headless_identity.meta/headless_identity/headless_identity_create_connected_app.htm
    // (read 2026-11-26): openid is a scope that is chosen for the app. That http://127.0.0.1 is taken, and
    // that the port is compared: not found in its documentation; to be checked.
    matches: matchesHost('login.salesforce.com', 'test.salesforce.com', '.my.salesforce.com'),
    verdict: 'works',
    id: 'salesforce',
    register:
      'An external client app that requires PKCE and no secrets, with the scopes openid, ' +
      'refresh_token and offline_access, and each callback URL.',
    needs: [
      needsLocalhost(
        'Salesforce documents https on one page and http://localhost on another, but not ' +
          'http://127.0.0.1 (not confirmed)',
      ),
      needsFixedPort('Salesforce may not accept every port (not confirmed)'),
    ],
  },
  {
    name: 'Apple',
    // https://developer.apple.com/documentation/signinwithapplejs/clientconfigi/redirecturi
    // (read 2026-11-26): the redirect URI must lead to a website under one's own control. That the issuer
    // is on one of these hosts: not found in its documentation; to be checked.
    matches: matchesHost('appleid.apple.com', 'account.apple.com'),
    verdict: 'does not work',
    message:
      'Apple redirects the browser only to your own website, never to a program on this computer.',
  },
  {
    name: 'GitHub',
    // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    // (read 2026-11-26): it is OAuth 2.0, whose answer has an access token and no ID token, and needs the
    // client secret. That there is no OpenID Connect for people: not found in its documentation; to be
    // checked.
    matches: matchesHost('github.com'),
    verdict: 'does not work',
    message:
      'GitHub documents only OAuth without an ID token, so nothing would prove who signed in.',
  },
]

/** Finds the preset of an issuer. Returns null for an unknown provider. */
export function findPreset(issuer: string): Preset | null {
  if (!URL.canParse(issuer)) return null
  const url = new URL(issuer)
  return PRESETS.find(({ matches }) => matches(url)) ?? null
}

/** Lists what the provider in the settings needs and the settings lack, in a sentence each. */
export function listUnmetNeeds(settings: Chosen): readonly string[] {
  const preset = settings.issuer === null ? null : findPreset(settings.issuer)
  if (preset === null) return []
  if (preset.verdict === 'does not work') return [preset.message]
  return preset.needs.filter((need) => !need.isMet(settings)).map(({ message }) => message)
}

/** Lists what the providers need and lack, in a sentence each; with names if there are several. */
export function listProviderNeeds(providers: readonly ProviderSettings[]): readonly string[] {
  return providers.flatMap((provider) =>
    listUnmetNeeds(toOptions(provider)).map((need) =>
      providers.length === 1 ? need : `${provider.name}: ${need}`,
    ),
  )
}

/** Describes the provider of an issuer for the setup. Returns null for an unknown provider. */
export function describePreset(issuer: string): KnownProvider | null {
  const preset = findPreset(issuer)
  if (preset === null) return null
  const { name } = preset
  if (preset.verdict === 'does not work') return { id: null, name, lines: [preset.message] }
  const { id, register, needs } = preset
  return { id, name, lines: [register, ...needs.map(({ message }) => message)] }
}

/** Formats the table of providers for the documentation, with one line for each. */
export function formatPresetsTable(): string {
  const rows = PRESETS.map((preset) => {
    if (preset.verdict === 'does not work') return [preset.name, 'does not work', preset.message]
    const verdict = preset.needs.length === 0 ? 'works' : 'works with these settings'
    return [
      preset.name,
      verdict,
      [preset.register, ...preset.needs.map(({ message }) => message)].join(' '),
    ]
  })
  const cells = [
    ['provider', 'according to its documentation', 'what to do'],
    ['---', '---', '---'],
    ...rows,
  ]
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n')
}
