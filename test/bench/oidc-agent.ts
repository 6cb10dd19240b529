// oidc-agent, signed in, if it is installed (Debian: oidc-agent-cli).

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../support/program-path.js'
import { addressOf, signIn, stop, type Bench } from './contenders.js'
import { TOKEN_READ, type Call } from './calls.js'

const SECRET = 'a secret, because oidc-agent cannot be a public client here'
export const OIDC_AGENT_ACCOUNT = 'bench'

/** Reads a token whose lifetime is long enough, on the agent's socket. */
export const OIDC_AGENT_READ: Call = {
  method: 'POST',
  path: '',
  body: JSON.stringify({
    request: 'access_token',
    account: OIDC_AGENT_ACCOUNT,
    min_valid_period: 60,
  }),
}

/** Starts it with a refresh token that Latchkey got. Returns its socket; null if it is not installed. */
export async function startOidcAgent(bench: Bench): Promise<string | null> {
  if (findProgram('oidc-agent') === null) return null
  const { provider, refreshToken } = await getRefreshToken(bench)
  const run = promisify(execFile)
  const env = { ...process.env, OIDC_CONFIG_DIR: bench.makeFolder() }
  const { stdout } = await run('oidc-agent', ['--quiet'], { env })
  const [, socket] = /OIDC_SOCK=([^;]+)/.exec(stdout)!
  const [, pid] = /OIDCD_PID=(\d+)/.exec(stdout)!
  bench.atEnd(() => process.kill(Number(pid)))
  const options = {
    '--issuer': provider.issuer,
    '--client-id': provider.clientId,
    '--client-secret': SECRET,
    '--rt': refreshToken,
    '--scope': 'openid profile email offline_access',
    // It needs one, although nobody is sent there.
    '--redirect-uri': 'http://localhost:4242',
    '--pw-cmd': 'echo password',
    '--prompt': 'none',
  }
  const flags = Object.entries(options).map(([name, value]) => `${name}=${value}`)
  await run('oidc-gen', [OIDC_AGENT_ACCOUNT, '--manual', '--confirm-default', ...flags], {
    env: { ...env, OIDC_SOCK: socket! },
  })
  return socket!
}

async function getRefreshToken(bench: Bench) {
  const provider = await bench.openProvider('http', SECRET)
  const env = { LATCHKEY_CLIENT_SECRET: SECRET, LATCHKEY_EXPOSE_REFRESH_TOKEN: '1' }
  const latchkey = bench.startLatchkey(provider, { env })
  const url = await addressOf(latchkey)
  await signIn(latchkey, provider)
  const { method, path, body } = TOKEN_READ
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}${path}`, { method, body, headers })
  const { auth0 } = (await answer.json()) as {
    auth0: { oAuth: { token: { refresh_token: string } } }
  }
  await stop(latchkey)
  return { provider, refreshToken: auth0.oAuth.token.refresh_token }
}
