// The names of the programs in the figures.

/** The name of each program in the figures. */
export const LATCHKEY = 'Latchkey'
export const BARE = 'bare node:http'

/** The libraries that the same sign-in was written with, by the programs' names. */
export const PEERS: Readonly<Record<string, { file: string; scheme?: 'https' }>> = {
  'axios + jose': { file: 'axios-jose.mjs' },
  'openid-client': { file: 'openid-client.mjs' },
  oauth4webapi: { file: 'oauth4webapi.mjs' },
  'msal-node': { file: 'msal-node.mjs', scheme: 'https' },
}

/** What it costs to learn from the system who owns a connection. */
export const TABLE_READ = 'one reading of /proc/net/tcp'

export const OIDC_AGENT = 'oidc-agent'

/** Ways to get a token in a shell. */
export const TOKEN_SCRIPT = 'latchkey-token.sh'
export const TOKEN_COMMAND = 'latchkey token'
export const OIDC_TOKEN = 'oidc-token'

/** What starting Node costs. */
export const NODE_ALONE = 'node -e 0'
