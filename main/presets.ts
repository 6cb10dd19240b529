// What the documentation of well-known providers says that Latchkey has to be set to. None was tried.

import type { Settings } from './settings.js'

/** The settings that a need looks at. */
type Chosen = Pick<
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
  /** What is needed and which setting it is, as a sentence for a person. */
  says: string
  isMet(settings: Chosen): boolean
}

export type Preset = {
  name: string
  matches(issuer: URL): boolean
} & (
  | {
      verdict: 'works'
      needs: readonly Need[]
      /** What to register there, and as what. */
      register: string
    }
  /** `why`: a sentence for a person. */
  | { verdict: 'does not work'; why: string }
)

const usesHost = (...hosts: readonly string[]): Preset['matches'] => {
  const isOf = (host: string, name: string): boolean =>
    name.startsWith('.') ? host.endsWith(name) : host === name
  return ({ hostname }) => hosts.some((name) => isOf(hostname, name))
}

const fixedPort = (name: string): Need => ({
  says: `${name} compares the port too: choose one with --redirect-port.`,
  isMet: ({ redirectPort }) => redirectPort.length > 0,
})

const localhost = (name: string): Need => ({
  says: `${name} takes plain http for localhost only: set --redirect-host localhost.`,
  isMet: ({ redirectHost }) => redirectHost === 'localhost',
})

const noOfflineAccess = (name: string): Need => ({
  says: `${name} has no scope offline_access: set --scope "openid profile email".`,
  isMet: ({ scope }) => !scope.split(' ').includes('offline_access'),
})

export const PRESETS: readonly Preset[] = [
  {
    name: 'Auth0',
    // https://auth0.com/docs/get-started/applications/application-settings (2026-11-26): users are
    // sent to the URLs in Allowed Callback URLs; placeholders stand for subdomains, not for ports.
    // https://auth0.com/docs/secure/tokens/id-tokens/validate-id-tokens (2026-11-26): the issuer is
    // the tenant's domain, with https:// before and a slash after it.
    matches: usesHost('.auth0.com'),
    verdict: 'works',
    register: 'A native application, with the redirect URI under Allowed Callback URLs.',
    needs: [
      {
        says: "Auth0's issuer ends in a slash: https://YOUR_TENANT.auth0.com/",
        isMet: ({ issuer }) => issuer?.endsWith('/') ?? false,
      },
      fixedPort('Auth0'),
    ],
  },
  {
    name: 'Google',
    // https://developers.google.com/identity/protocols/oauth2/native-app (2026-11-26): desktop apps
    // get a client secret, which is not confidential, and send it with the code; the loopback address
    // may have any port. https://developers.google.com/identity/openid-connect/openid-connect
    // (2026-11-26): access_type=offline brings a refresh token, which comes with consent; the scopes
    // are openid, profile and email.
    matches: usesHost('accounts.google.com'),
    verdict: 'works',
    register: 'An OAuth client of the type Desktop app. It needs no redirect URI.',
    needs: [
      {
        says: 'Google needs the client secret of the desktop client: --client-secret-file PATH.',
        isMet: ({ clientSecret }) => clientSecret !== null,
      },
      noOfflineAccess('Google'),
      {
        says:
          'For a session that lasts, Google needs --authorization-parameter access_type=offline ' +
          'and --prompt consent.',
        isMet: ({ authorizationParameters, prompt }) =>
          authorizationParameters['access_type'] === 'offline' &&
          (prompt ?? '').split(' ').includes('consent'),
      },
    ],
  },
  {
    name: 'Microsoft Entra',
    // https://learn.microsoft.com/en-us/entra/identity-platform/reply-url (2026-11-26): http is for
    // localhost, whose port is ignored; the portal takes no http://127.0.0.1, and [::1] is not
    // supported. https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
    // (2026-11-26): the metadata of common and organizations has {tenantid} in its issuer.
    matches: usesHost(
      'login.microsoftonline.com',
      'login.microsoftonline.us',
      'login.partner.microsoftonline.cn',
    ),
    verdict: 'works',
    register:
      'A public client under Mobile and desktop applications, with http://localhost/callback.',
    needs: [
      {
        says:
          "Microsoft Entra needs your tenant's ID in the issuer, not common, organizations or " +
          'consumers: https://login.microsoftonline.com/TENANT_ID/v2.0',
        isMet: ({ issuer }) => !/\/(common|organizations|consumers)(\/|$)/i.test(issuer ?? ''),
      },
      {
        says: "Microsoft Entra's portal takes no http://127.0.0.1: set --redirect-host localhost.",
        isMet: ({ redirectHost }) => redirectHost === 'localhost',
      },
    ],
  },
  {
    name: 'Okta',
    // https://developer.okta.com/docs/guides/refresh-tokens/main/ (2026-11-26): offline_access in the
    // authorization request brings a refresh token where the grant type Refresh Token is allowed.
    // That any port is accepted is said nowhere, so a fixed one is asked for.
    matches: usesHost('.okta.com', '.oktapreview.com', '.okta-emea.com'),
    verdict: 'works',
    register: 'A native application, with the grant type Refresh Token and each redirect URI.',
    needs: [fixedPort('Okta')],
  },
  {
    name: 'Keycloak',
    // https://www.keycloak.org/securing-apps/oidc-layers (2026-11-26): the redirect URI
    // http://127.0.0.1 allows any port. It runs on hosts of its owners: known by its path.
    matches: ({ pathname }) => /\/realms\/[^/]+\/?$/.test(pathname),
    verdict: 'works',
    register: 'A client without client authentication, with http://127.0.0.1/callback.',
    needs: [],
  },
  {
    name: 'GitLab',
    // https://docs.gitlab.com/integration/openid_connect_provider/ and
    // https://docs.gitlab.com/api/oauth2/ (2026-11-26): applications choose among GitLab's own scopes,
    // openid, profile and email among them; the code flow with PKCE brings a refresh token.
    matches: usesHost('gitlab.com'),
    verdict: 'works',
    register: 'An application that is not confidential, with openid, profile and email.',
    needs: [noOfflineAccess('GitLab'), fixedPort('GitLab')],
  },
  {
    name: 'Amazon Cognito',
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
    // (2026-11-26): redirect URIs are those in CallbackURLs, and https but for http://localhost.
    // https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
    // (2026-11-26): the scopes are openid, profile, email, phone and those of the user pool.
    matches: ({ hostname }) => /^cognito-idp\.[\w-]+\.amazonaws\.com(\.cn)?$/.test(hostname),
    verdict: 'works',
    register: 'A public app client with the authorization code grant and each callback URL.',
    needs: [
      localhost('Amazon Cognito'),
      fixedPort('Amazon Cognito'),
      noOfflineAccess('Amazon Cognito'),
    ],
  },
  {
    name: 'Salesforce',
    // https://developer.salesforce.com/docs/atlas.en-us.sfdx_dev.meta/sfdx_dev/sfdx_dev_auth_connected_app.htm
    // (2026-11-26): its own command line signs in by the callback URL
    // http://localhost:1717/OauthRedirect; other callback URLs are https or of an app's own scheme.
    matches: usesHost('login.salesforce.com', 'test.salesforce.com', '.my.salesforce.com'),
    verdict: 'works',
    register: 'An app with PKCE and without a required secret, with each callback URL.',
    needs: [localhost('Salesforce'), fixedPort('Salesforce')],
  },
  {
    name: 'Apple',
    // https://developer.apple.com/documentation/signinwithapplejs/clientconfigi/redirecturi
    // (2026-11-26): the redirect URI must lead to a website under one's own control.
    matches: usesHost('appleid.apple.com', 'account.apple.com'),
    verdict: 'does not work',
    why: 'Apple sends the browser to a website of yours only, never to a program on this computer.',
  },
  {
    name: 'GitHub',
    // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    // (2026-11-26): OAuth apps get an access token, and no ID token; there is no OpenID Connect.
    matches: usesHost('github.com'),
    verdict: 'does not work',
    why: 'GitHub signs people in by OAuth alone, without OpenID Connect: nothing proves who they are.',
  },
]

/** What is known of an issuer; null where nothing is. */
export function presetFor(issuer: string): Preset | null {
  if (!URL.canParse(issuer)) return null
  const url = new URL(issuer)
  return PRESETS.find(({ matches }) => matches(url)) ?? null
}

/** What the settings lack for the provider that they name, a sentence each; none where it is unknown. */
export function lackingFor(settings: Chosen): readonly string[] {
  const preset = settings.issuer === null ? null : presetFor(settings.issuer)
  if (preset === null) return []
  if (preset.verdict === 'does not work') return [preset.why]
  return preset.needs.filter((need) => !need.isMet(settings)).map(({ says }) => says)
}

/** All that is known of an issuer, for a person who is setting it up; null where nothing is. */
export function describePreset(issuer: string): { name: string; lines: readonly string[] } | null {
  const preset = presetFor(issuer)
  if (preset === null) return null
  const { name } = preset
  if (preset.verdict === 'does not work') return { name, lines: [preset.why] }
  return { name, lines: [preset.register, ...preset.needs.map(({ says }) => says)] }
}

/** The README's table of providers: one line for each. */
export function presetsTable(): string {
  const rows = PRESETS.map((preset) => {
    if (preset.verdict === 'does not work') return [preset.name, 'does not work', preset.why]
    const verdict = preset.needs.length === 0 ? 'works' : 'works with these settings'
    return [
      preset.name,
      verdict,
      [preset.register, ...preset.needs.map(({ says }) => says)].join(' '),
    ]
  })
  const cells = [['provider', 'by documentation', 'what to do'], ['---', '---', '---'], ...rows]
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n')
}
