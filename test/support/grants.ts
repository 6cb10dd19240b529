// Consents to store.

import type { Grant } from '../../main/storage/consent-store.js'
import { OWNER } from './accounts.js'

const COMMON = {
  owner: OWNER,
  account: { sub: 'zoe', name: "Zoe O'Ünal", email: 'zoe@example.com' },
  purposes: ['token', 'identity'],
  allowedAtMs: 1_700_000_000_000,
  usedAtMs: null,
} as const

/** A program, which runs a script unless `script` is null. */
export const PROGRAM: Grant = {
  ...COMMON,
  id: 'abcdefgh',
  kind: 'program',
  name: 'backup',
  uid: 1000,
  executable: { path: '/usr/bin/node', file: '1:2:3:4' },
  script: { path: '/home/zoe/backup.mjs', file: '1:5:6:7' },
  changedAtMs: null,
}

export const KEY: Grant = {
  ...COMMON,
  id: 'ijklmnop',
  kind: 'key',
  name: 'ci',
  hash: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
  scope: 'openid',
}
