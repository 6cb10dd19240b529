// better-auth with its OAuth provider plugin, a third-party provider, with a database in memory.

import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth, type BetterAuthPlugin } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import { serveWatched, type OddProvider } from './odd-provider.js'

const BASE = '/api/auth'
const SIGN_IN = '/sign-in'
const PERSON = {
  name: 'Alice Adams',
  email: 'alice@example.com',
  password: 'correct horse battery',
}

const TABLES = [
  'user',
  'session',
  'account',
  'verification',
  'jwks',
  'oauthClient',
  'oauthRefreshToken',
  'oauthAccessToken',
  'oauthConsent',
  'oauthResource',
  'oauthClientResource',
]

/** Starts the provider with one person and one public client. The caller closes it. */
export async function startBetterAuth(): Promise<OddProvider> {
  let clientId = ''
  const paths = { token: `${BASE}/oauth2/token`, revocation: `${BASE}/oauth2/revoke` }
  const served = await serveWatched(paths, async (origin) => {
    const started = await createListener(origin)
    clientId = started.clientId
    return started.listener
  })
  return {
    ...served,
    issuer: `${served.origin}${BASE}`,
    clientId,
    async signIn(page, link) {
      await page.goto(link)
      await page.getByLabel('Email').fill(PERSON.email)
      await page.getByLabel('Password').fill(PERSON.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    },
  }
}

async function createListener(
  origin: string,
): Promise<{ listener: RequestListener; clientId: string }> {
  // The plugin's own types do not fit `exactOptionalPropertyTypes`.
  const provider = oauthProvider({ loginPage: SIGN_IN, consentPage: '/consent' })
  const auth = betterAuth({
    baseURL: origin,
    basePath: BASE,
    secret: randomBytes(32).toString('hex'),
    database: memoryAdapter(Object.fromEntries(TABLES.map((name) => [name, []]))),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    plugins: [jwt(), provider as unknown as BetterAuthPlugin],
  })
  const { headers } = await auth.api.signUpEmail({ body: PERSON, returnHeaders: true })
  const cookie = headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const api = auth.api as unknown as Pick<typeof provider.endpoints, 'adminCreateOAuthClient'>
  const client = await api.adminCreateOAuthClient({
    headers: new Headers({ cookie }),
    body: {
      client_name: 'Latchkey',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      skip_consent: true,
    },
  })
  const handle = toNodeHandler(auth)
  const listener: RequestListener = (request, response) => {
    if (request.url?.startsWith(`${SIGN_IN}?`)) {
      return void response.setHeader('Content-Type', 'text/html').end(SIGN_IN_PAGE)
    }
    void handle(request, response)
  }
  return { listener, clientId: client.client_id }
}

/** The page that better-auth expects from its user: it signs in and follows the answer's redirect. */
const SIGN_IN_PAGE = `<!doctype html>
<title>Sign in</title>
<form>
  <label>Email <input name="email" type="email"></label>
  <label>Password <input name="password" type="password"></label>
  <button>Sign in</button>
</form>
<script>
  document.querySelector('form').onsubmit = async (event) => {
    event.preventDefault()
    const { email, password } = Object.fromEntries(new FormData(event.target))
    const response = await fetch('${BASE}/sign-in/email', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password, oauth_query: location.search.slice(1) }),
    })
    location.href = (await response.json()).url
  }
</script>`
