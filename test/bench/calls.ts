// The calls to the service that are measured.

import type { LoadPlan } from './processes/load.js'

export type Call = Pick<LoadPlan, 'method' | 'path' | 'body'>

export const CHALLENGE: Call = { method: 'GET', path: '/pkce/challenge', body: '' }

/** Reads the token of a session that needs no renewal. */
export const TOKEN_READ: Call = {
  method: 'POST',
  path: '/pkce/token',
  body: JSON.stringify({ grant_type: 'refresh_token', minimum_validity: 60 }),
}
