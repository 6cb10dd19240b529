// Removing Latchkey's data ends the session of every account, wherever it is kept, each at its own provider.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { REMOVAL_MESSAGES } from '../../main/app/app-messages.js'
import { NOTHING, type Removal } from '../../main/app/removal.js'
import { uninstallData, type UninstallDeps } from '../../main/app/uninstall.js'
import { createSecret } from '../../main/base/secret.js'
import { createHttp } from '../../main/net/http.js'
import { DEFAULT_TARGET } from '../../main/oauth/redirect-target.js'
import type { ProviderSettings } from '../../main/oauth/sign-in.js'
import type { AccountStore } from '../../main/storage/account-store.js'
import { chooseStorage, readStored } from '../../main/storage/choose-storage.js'
import { keyFileCipher } from '../../main/storage/cipher.js'
import { listSealedTiers } from '../../main/storage/stored-files.js'
import { STORED_SESSION_REASONS as REASONS } from '../../main/storage/stored-session-messages.js'
import { chooseBy, toAccount, toSession } from '../support/accounts.js'
import { sealOldSession, writeOldSession } from '../support/old-session.js'

const { KEY_FILE, KEYRING } = chooseBy()

/** Two providers on one server, which records each revocation. */
type Providers = {
  work: string
  home: string
  /** One line per revocation: the provider, the client's secret and the token. */
  revoked: string[]
}

const test = base.extend<{
  providers: Providers
  dataDir: string
  store: AccountStore
  uninstall: (more?: Partial<UninstallDeps>) => Promise<Removal>
}>({
  // eslint-disable-next-line no-empty-pattern
  providers: async ({}, use) => {
    const revoked: string[] = []
    const server = createServer((request, response) => {
      const [, name, ...rest] = request.url!.split('/')
      let body = ''
      request.on('data', (chunk: Buffer) => void (body += chunk.toString()))
      request.on('end', () => {
        const issuer = `${origin}/${name}`
        const form = new URLSearchParams(body)
        if (rest[0] === 'revoke') {
          revoked.push(`${name} ${form.get('client_secret')} ${form.get('token')}`)
        }
        response.setHeader('content-type', 'application/json')
        response.end(rest[0] === '.well-known' ? JSON.stringify(makeMetadata(issuer)) : '')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await use({ work: `${origin}/work`, home: `${origin}/home`, revoked })
    server.close().closeAllConnections()
  },
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'uninstall-')))
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  },
  store: ({ dataDir }, use) => use(chooseStorage({ dataDir, ...KEY_FILE }).accountStore),
  uninstall: ({ dataDir, providers: { work, home } }, use) =>
    use((more) =>
      uninstallData({
        settings: {
          dataDir,
          takeOver: false,
          providers: [toProvider('work', work), toProvider('home', home)],
        },
        http: createHttp(),
        readStored: () => readStored({ dataDir, keyring: null, passphrase: null }),
        removeAutostart: () => NOTHING,
        removeKeyringKey: () => Promise.resolve(NOTHING),
        ...more,
      }),
    ),
})

function makeMetadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    revocation_endpoint: `${issuer}/revoke`,
    revocation_endpoint_auth_methods_supported: ['client_secret_post'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function toProvider(name: string, issuer: string): ProviderSettings {
  return {
    name,
    issuer,
    clientId: 'client',
    clientSecret: createSecret(`secret-of-${name}`),
    scope: 'openid',
    audience: null,
    prompt: null,
    maxAgeS: null,
    parameters: {},
    redirect: DEFAULT_TARGET,
  }
}

test('S19: every account is revoked: held, stored, moved aside or in session.json, each token once', async ({
  dataDir,
  providers: { work, home, revoked },
  store,
  uninstall,
}) => {
  const alice = toSession('alice', { issuer: work, superseded: ['superseded-alice'] })
  const zoe = toAccount('zzzzzzzz', 'zoe', 3, { issuer: work })
  await store.write({ id: 'aaaaaaaa', addedAtMs: 1, session: alice })
  await store.write(toAccount('bbbbbbbb', 'bob', 2, { issuer: home }))
  await store.write(zoe)
  await store.writeDefault('bbbbbbbb')
  const folder = join(dataDir, 'sessions')
  await rename(join(folder, 'zzzzzzzz.json'), join(folder, 'zzzzzzzz.unopened.json'))
  const carol = toSession('carol', { issuer: home })
  const cipher = keyFileCipher(join(dataDir, 'session.key'))
  await writeOldSession(dataDir, await sealOldSession('key-file', cipher, carol))
  await writeFile(join(folder, 'aaaaaaaa.json.00000000-0000-4000-8000-000000000000.tmp'), 'half')
  // Renewed since, and not stored: only the new token was not superseded when it was written.
  const held = {
    ...alice,
    tokens: { ...alice.tokens, refreshToken: 'renewed-alice' },
    superseded: ['secret-alice'],
  }

  const { done, failed, stays } = await uninstall({
    held: [held, toSession('dave', { issuer: home })],
    asked: new Set(['secret-dave']),
  })
  expect([failed, stays]).toEqual([[], []])
  expect(revoked.toSorted((one, other) => one.localeCompare(other))).toEqual([
    'home secret-of-home secret-bob',
    'home secret-of-home secret-carol',
    'work secret-of-work renewed-alice',
    'work secret-of-work secret-alice',
    'work secret-of-work secret-zoe',
    'work secret-of-work superseded-alice',
  ])
  for (const [name, issuer] of [
    ['alice', work],
    ['bob', home],
    ['carol', home],
    ['zoe', work],
  ] as const) {
    const session = REMOVAL_MESSAGES.session(`${name} O'Ünal`, issuer)
    expect(done).toContain(REMOVAL_MESSAGES.revoked(session))
  }
  expect(done).toContain(REMOVAL_MESSAGES.removed(folder))
  expect(existsSync(dataDir)).toBe(false)
})

test('an account that cannot be opened is named by its file, and removed like the others', async ({
  dataDir,
  providers: { home, revoked },
  store,
  uninstall,
}) => {
  await store.write(toAccount('bbbbbbbb', 'bob', 2, { issuer: home }))
  const locked = chooseStorage({ dataDir, ...KEYRING }).accountStore
  await locked.write(toAccount('aaaaaaaa', 'alice', 1, { issuer: home }))
  expect(listSealedTiers(dataDir)).toEqual(['keyring', 'key-file'])
  let keyRemovals = 0
  const { failed } = await uninstall({
    removeKeyringKey: () => {
      keyRemovals += 1
      return Promise.resolve(NOTHING)
    },
  })
  expect(failed).toEqual([
    REMOVAL_MESSAGES.unreadable(
      join(dataDir, 'sessions', 'aaaaaaaa.json'),
      `The stored session could not be opened: ${REASONS.keyringMissing}.`,
    ),
  ])
  expect(revoked).toEqual(['home secret-of-home secret-bob'])
  expect(keyRemovals).toBe(1)
  expect(existsSync(dataDir)).toBe(false)
})

test('files of other names among the accounts stay, and so does the folder', async ({
  dataDir,
  providers: { home },
  store,
  uninstall,
}) => {
  await store.write(toAccount('bbbbbbbb', 'bob', 2, { issuer: home }))
  const folder = join(dataDir, 'sessions')
  await writeFile(join(folder, 'notes.txt'), 'mine')
  await mkdir(join(folder, 'cccccccc.json'))
  const { stays } = await uninstall()
  expect(stays).toEqual([REMOVAL_MESSAGES.notEmpty(dataDir)])
  expect((await readdir(folder)).toSorted()).toEqual(['cccccccc.json', 'notes.txt'])
  expect(await readdir(dataDir)).toEqual(['sessions'])
})
