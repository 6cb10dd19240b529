// Faults in how the session is held, renewed, sealed and wiped.

import type { MutatedFile } from '../mutants.js'

export const SESSION: readonly MutatedFile[] = [
  {
    file: 'main/agent/keep-session.ts',
    specs: [
      'test/unit/session-keeper.spec.ts',
      'test/unit/agent.spec.ts',
      'test/unit/same-person.spec.ts',
    ],
    faults: [
      {
        name: 'a sign-in during the reading at the start is undone',
        find: 'if (state.signOuts > 0 || state.session !== null) return Promise.resolve()',
        replace: 'if (state.signOuts > 0) return Promise.resolve()',
      },
      {
        name: 'a sign-in that waits for its turn outlives a sign-out',
        find: '    stopIfCancelled()\n    // The account is new',
        replace: '    signal.throwIfAborted()\n    // The account is new',
      },
      {
        name: 'a sign-in that is being written outlives a sign-out',
        find: '      stopIfCancelled()\n    } catch',
        replace: '      signal.throwIfAborted()\n    } catch',
      },
      {
        name: 'a sign-in that was called off is written',
        find: '    stopIfCancelled()\n    // The account is new',
        replace:
          "    if (state.signOuts !== signOuts) throw new CalledOff({ kind: 'cancelled' })\n    // The account is new",
      },
      {
        name: 'a sign-in that is called off while it is written is kept',
        find: '      stopIfCancelled()\n    } catch',
        replace:
          "      if (state.signOuts !== signOuts) throw new CalledOff({ kind: 'cancelled' })\n    } catch",
      },
      {
        name: 'what was called off stays on the disk',
        find: '      await storeHeld(keeper)\n      throw thrown',
        replace: '      throw thrown',
      },
    ],
  },
  {
    file: 'main/agent/session-keeper.ts',
    specs: ['test/unit/session-keeper.spec.ts', 'test/unit/again.spec.ts'],
    faults: [
      {
        name: 'a sign-out during the reading at the start is undone',
        find: '    if (shared.signOuts !== signOuts) return\n',
        replace: '',
      },
      {
        name: 'another provider’s or client’s session is restored',
        find: 'await accountStore.readAll(deps.providers)',
        replace: 'await accountStore.readAll()',
      },
      {
        name: 'people with one sub at several clients share a session',
        find: 'JSON.stringify([issuer, clientId, sub])',
        replace: 'JSON.stringify([issuer, clientId, sub].slice(0, 2))',
      },
    ],
  },
  {
    file: 'main/agent/tray-sign-in.ts',
    specs: ['test/unit/again.spec.ts'],
    faults: [
      {
        name: 'someone else than was asked for is kept unasked',
        find: '        if (isExpected(kept)) await sessionKeeper.keep(kept, signal)\n',
        replace: '        await sessionKeeper.keep(kept, signal)\n',
      },
      {
        name: 'a session that nobody decided about is kept',
        find: '    if (keeps === null) throw notDecided(got)\n    if (!keeps) throw',
        replace: '    if (keeps === false) throw',
      },
      {
        name: 'a discarded session lives on at the provider',
        find: '    sessionKeeper.discardSession(session)\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/agent/sign-out.ts',
    specs: [
      'test/unit/session-keeper.spec.ts',
      'test/unit/agent.spec.ts',
      'test/unit/same-person.spec.ts',
    ],
    faults: [
      {
        name: 'a sign-out leaves the session in memory',
        find: '  holdSession(state, null)\n  state.signOuts += 1\n',
        replace: '  state.signOuts += 1\n',
      },
      {
        name: 'a sign-out leaves the session on the disk',
        find: '  const { isCleared, files } = await clearStored(keeper)\n',
        replace: '  const { isCleared, files } = { isCleared: true, files: [] }\n',
      },
      {
        name: 'a sign-out leaves a session that was moved aside',
        find: '  state.mustClearAside = true\n',
        replace: '',
        specs: ['test/unit/session-keeper.spec.ts'],
      },
      {
        name: 'a sign-out does not tell the provider',
        find: 'session && (await endAtProvider(shared, session))',
        replace: 'session && null',
      },
      {
        name: 'a sign-out does not revoke a session that was moved aside',
        find: '    const failures = await endFiles(shared, files)\n',
        replace: '    const failures = await endFiles(shared, files.slice(files.length))\n',
        specs: ['test/e2e/kept-session.spec.ts'],
      },
      {
        name: 'signing out everywhere does not revoke a session that was moved aside',
        find: '    ...(await endFiles(shared, files)),\n  ]\n  return',
        replace: '  ]\n  return',
        specs: ['test/e2e/kept-session.spec.ts'],
      },
      {
        name: 'a sign-out tells the provider first',
        find: '  const { isCleared, files } = await clearStored(keeper)\n',
        replace:
          '  if (session) await deps.track(endAtProvider(keeper.shared, session).then(() => undefined))\n  const { isCleared, files } = await clearStored(keeper)\n',
      },
      {
        name: 'a sign-out that could not wipe does not try again',
        find: '    retryStorageLater(keeper)\n',
        replace: '',
        specs: ['test/unit/session-keeper.spec.ts'],
      },
      {
        name: 'a session that the person declines costs them their account',
        find: '    if (state.session === null) return discardTokens(shared, session, [tokens])\n    state',
        replace:
          '    discardTokens(shared, session, [tokens])\n    if (state.session !== null) state',
        specs: ['test/unit/again.spec.ts'],
      },
      {
        name: 'the end of an earlier session ends the one that is held',
        find: 'if (session === null || state.sessionNumber !== sessionNumber) return',
        replace: 'if (session === null) return',
      },
      {
        name: 'a session that ends stays on the disk',
        find: '    await storeEnded(keeper, state.ended)\n',
        replace: '',
        specs: ['test/unit/session-keeper.spec.ts', 'test/unit/renewal-faults.spec.ts'],
      },
      {
        name: 'a session that ends leaves what other sign-ins replaced',
        find: '    discardTokens(shared, session, toOrphans(superseded))\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/agent/end-at-provider.ts',
    specs: ['test/unit/same-person.spec.ts', 'test/unit/end-session.spec.ts'],
    faults: [
      {
        name: 'a sign-out leaves what other sign-ins replaced',
        find: '[session.tokens, ...toOrphans(session.superseded ?? [])]',
        replace: '[session.tokens]',
      },
    ],
  },
  {
    file: 'main/agent/keep-renewed.ts',
    specs: [
      'test/unit/renewal.spec.ts',
      'test/unit/session-keeper.spec.ts',
      'test/unit/renewal-faults.spec.ts',
    ],
    faults: [
      {
        name: 'a renewal brings back a session that was signed out of',
        find: '    if (isHeld()) {\n',
        replace: '    if (isHeld() || state.session === null) {\n',
      },
      {
        name: 'a renewal drops claims that userinfo brought meanwhile',
        find: 'isHeld() && state.session !== null ? state.session : renewed\n',
        replace: 'renewed\n',
        specs: ['test/unit/complete-claims.spec.ts'],
      },
      {
        name: 'a renewal is held before it is stored',
        find: '    if (isHeld()) await storeSession(keeper, { ...renewed, claims })\n',
        replace:
          '    if (isHeld()) state.session = renewed\n    if (isHeld()) await storeSession(keeper, renewed)\n',
      },
      {
        name: 'a renewal that nobody holds lives on at the provider',
        find: '      discardTokens(keeper.shared, renewed, [renewed.tokens])\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/agent/renew-session.ts',
    specs: [
      'test/unit/renewal.spec.ts',
      'test/unit/renewal-faults.spec.ts',
      'test/unit/session-keeper.spec.ts',
    ],
    faults: [
      {
        name: 'a wait goes by the timer that stood still during sleep',
        find: '  else if (plan && plan.atMs - nowMs < plan.waitMs) setPlan(keeper, plan, nowMs, plan.sessionNumber)\n',
        replace: '',
        specs: ['test/unit/renewal.spec.ts'],
      },
      {
        name: 'a renewal runs beside a request for a token for fewer scopes',
        find: '    await handles.lastNarrowing\n',
        replace: '',
        specs: ['test/unit/narrowed-token.spec.ts'],
      },
      {
        name: 'several renewals run at once',
        find: '  if (handles.renewal) return handles.renewal\n',
        replace: '',
      },
      {
        name: 'a token is given out before it is stored',
        find: '  await keepRenewed(keeper, renewing, renewed)\n',
        replace: '  void keepRenewed(keeper, renewing, renewed)\n',
      },
      {
        name: 'a failed renewal of an earlier session ends the one that is held',
        find: '  if (state.sessionNumber !== number) return\n',
        replace: '',
      },
      {
        name: 'a renewal of the previous session is shared',
        find: '  if (!isShared) handles.renewal = null\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/agent/renewal.ts',
    specs: ['test/unit/renewal-rules.spec.ts', 'test/unit/renewal-faults.spec.ts'],
    faults: [
      {
        name: 'a refused renewal is tried again',
        find: "    case 'invalid-grant':\n",
        replace: '',
      },
      {
        name: 'a renewal for someone else goes on',
        find: "    case 'another-account':\n",
        replace: '',
      },
      {
        name: 'a token that was renewed long ago is served in place of a new one',
        find: 'expiresAtMs > nowMs && isWithin(SHARED_MS, gotAtMs, nowMs)',
        replace: 'expiresAtMs > nowMs',
      },
      {
        name: 'callers hammer a provider that fails',
        find: '  return isWithin(pauseMs, failure.atMs, nowMs) ? failure.error : null',
        replace: '  return pauseMs < 0 ? failure.error : null',
      },
      {
        name: 'a wake-up comes before the provider’s Retry-After is over',
        find: 'failure.atMs + (failure.error.retryAfterMs ?? 0)',
        replace: 'failure.atMs',
      },
    ],
  },
  {
    file: 'main/agent/narrowed-token.ts',
    specs: ['test/unit/narrowed-token.spec.ts'],
    faults: [
      {
        name: 'a token for fewer scopes is requested beside a renewal',
        find: 'Promise.allSettled([handles.lastNarrowing, handles.renewal])',
        replace: 'Promise.allSettled([handles.lastNarrowing])',
      },
      {
        name: 'two tokens for fewer scopes are requested at once',
        find: 'Promise.allSettled([handles.lastNarrowing, handles.renewal])',
        replace: 'Promise.allSettled([handles.renewal])',
      },
      {
        name: 'scopes that were not granted are requested',
        find: '  if (missing.length > 0) {',
        replace: '  if (missing.length > 1_000) {',
      },
      {
        name: 'a token for fewer scopes outlives a sign-out',
        find: 'if (state.session === null || state.signOuts !== signOuts) {',
        replace: 'if (Boolean(0)) {',
      },
    ],
  },
  {
    file: 'main/agent/renewal-request.ts',
    specs: ['test/unit/renewal.spec.ts', 'test/unit/renewal-faults.spec.ts'],
    faults: [
      {
        name: 'a new refresh token is stored only with the rest',
        find: 'keepRotated({ ...session, tokens: { ...tokens, refreshToken: rotated } })',
        replace: 'Promise.resolve(void rotated)',
      },
      {
        name: 'tokens of someone else stay valid at the provider',
        find: 'if (isOther) discardTokens(keeper.shared, renewed, [renewed.tokens])',
        replace: '',
      },
      {
        name: 'another computer’s directory is not minded',
        find: 'holdsDirectory = () => true } = deps',
        replace: 'holdsDirectory: _holds } = deps\n  const holdsDirectory = (): boolean => true',
        specs: ['test/unit/renewal.spec.ts'],
      },
      {
        name: 'a refresh token is spent on another computer’s session',
        find: 'if (!holdsDirectory()) throw',
        replace: 'if (!holdsDirectory() && Boolean(0)) throw',
      },
      {
        name: 'a refresh token is spent on keys that cannot be read',
        find: '  await provider.keys.read({ signal })\n',
        replace: '',
      },
      {
        name: 'a kill forgets that a refresh token was sent',
        find: '  void keeper.deps.track(storeUnanswered(keeper))\n',
        replace: '',
        specs: ['test/unit/session-keeper.spec.ts'],
      },
      {
        name: 'a renewed ID token is not checked',
        find: '  if (fresh.idToken === null) return renewed\n',
        replace: '  if (Boolean(1)) return renewed\n',
      },
    ],
  },
  {
    file: 'main/storage/choose-storage.ts',
    specs: ['test/unit/choose-storage.spec.ts'],
    faults: [
      {
        name: 'without a keyring the session is kept by a key beside it, unasked',
        find: 'if (keepWithoutKeyring) return',
        replace: 'if (keepWithoutKeyring || Boolean(1)) return',
      },
      {
        name: 'a passphrase is used though there is a keyring',
        find: "  if (ciphers.keyring) return sealed('keyring', null)\n",
        replace: '',
      },
    ],
  },
  {
    file: 'main/storage/session-owner.ts',
    specs: ['test/unit/account-store.spec.ts', 'test/attack/sealed-files.spec.ts'],
    faults: [
      {
        name: 'another provider’s session counts as ours',
        find: 'return issuer === owner.issuer && clientId === owner.clientId',
        replace: 'return clientId === owner.clientId',
      },
      {
        name: 'another client’s session counts as ours',
        find: 'return issuer === owner.issuer && clientId === owner.clientId',
        replace: 'return issuer === owner.issuer',
      },
    ],
  },
  {
    file: 'main/storage/old-session-file.ts',
    specs: ['test/attack/sealed-files.spec.ts'],
    faults: [
      {
        name: 'an old file of another provider’s or client’s is opened',
        find: '  if (owners !== undefined) requireOneOwner(content, owners)\n',
        replace: '',
      },
      {
        name: 'what a file says about itself steers the terminal',
        find: "text.replace(UNPRINTABLE, '\\ufffd')",
        replace: 'text',
      },
      {
        name: 'a sealed text of another purpose is taken for a session',
        find: "  purpose: anyOf(['session']),",
        replace: '  purpose: string as unknown as Schema<"session">,',
      },
    ],
  },
  {
    file: 'main/storage/open-sealed.ts',
    specs: ['test/unit/account-store.spec.ts'],
    faults: [
      {
        name: 'a damaged session waits for a key that will not help',
        find: 'return thrown instanceof Error && thrown.cause instanceof KeyUnavailable',
        replace: 'return thrown instanceof Error',
      },
    ],
  },
  {
    file: 'main/storage/session-file.ts',
    specs: ['test/unit/account-store.spec.ts', 'test/attack/sealed-files.spec.ts'],
    faults: [
      {
        name: 'a sign-out leaves the file',
        find: '    rmSync(path, { force: true })\n    removeLeftovers(path)',
        replace: '    removeLeftovers(path)',
      },
      {
        name: 'a sign-out leaves what a killed program wrote',
        find: '    rmSync(path, { force: true })\n    removeLeftovers(path)',
        replace: '    rmSync(path, { force: true })',
      },
      {
        name: 'a newer session that was moved aside is overwritten',
        find: '  if (isOfNewerVersion(aside, newest)) {',
        replace: '  if (isOfNewerVersion(aside, newest) && Boolean(0)) {',
      },
    ],
  },
  {
    file: 'main/storage/seal.ts',
    specs: ['test/attack/sealed-accounts.spec.ts', 'test/attack/sealed-files.spec.ts'],
    faults: [
      {
        name: 'an account’s file opens under another id',
        find: '[account.id, account.person]',
        replace: '[account.person]',
      },
      {
        name: 'an account’s file opens for another person',
        find: '[account.id, account.person]',
        replace: '[account.id]',
      },
    ],
  },
  {
    file: 'main/storage/account-files.ts',
    specs: ['test/unit/account-store.spec.ts', 'test/attack/sealed-accounts.spec.ts'],
    faults: [
      {
        name: 'a copy of an account’s file is another account',
        find: '  if (!parsed.success || parsed.data.id !== id) {\n',
        replace: '  if (!parsed.success) {\n',
      },
      {
        name: 'an id leaves the folder of the accounts',
        find: 'if (!isAccountId(id)) throw',
        replace: 'if (Boolean(0)) throw',
      },
      {
        name: 'a link in place of the folder of the accounts is followed',
        find: '  if (stats.isDirectory()) return\n  const code',
        replace: '  if (stats.isDirectory() || stats.isSymbolicLink()) return\n  const code',
      },
      {
        name: 'a copied folder of accounts stays open to other users',
        find: 'isOpen(found)) close(folder)',
        replace: 'isOpen(found)) void folder',
      },
    ],
  },
  {
    file: 'main/storage/read-accounts.ts',
    specs: [
      'test/unit/account-store.spec.ts',
      'test/unit/take-over.spec.ts',
      'test/attack/sealed-accounts.spec.ts',
    ],
    faults: [
      {
        name: 'accounts of providers that are not configured are given out',
        find: '  if (owners !== undefined && !owners.some((owner) => isSameOwner(file, owner))) return null\n',
        replace: '',
      },
      {
        name: 'an account’s content is not compared with its header',
        find: 'if (!isSameOwner(session, file) || hashPerson(id, toPerson(session)) !== person) {',
        replace: 'if (Boolean(0)) {',
      },
      {
        name: 'an account that waits for the keyring does not say so',
        find: 'if (thrown instanceof WaitsForKeyring) locked.add(thrown.path)',
        replace: '',
      },
    ],
  },
  {
    file: 'main/storage/sealed-accounts.ts',
    specs: [
      'test/unit/account-store.spec.ts',
      'test/unit/take-over.spec.ts',
      'test/unit/account-writes.spec.ts',
    ],
    faults: [
      {
        name: 'an account’s file of a newer version is written over',
        find: 'if (isOfNewerVersion(path, ACCOUNT_VERSION)) {',
        replace: 'if (isOfNewerVersion(path, ACCOUNT_VERSION) && Boolean(0)) {',
      },
      {
        name: 'session.json is deleted before its account is written',
        find: '    if (!mustWrite) {\n      deleteTwins(store, account.id)\n      continue\n    }\n',
        replace: '    deleteTwins(store, account.id)\n    if (!mustWrite) continue\n',
      },
      {
        name: 'session.json stays after it was taken over',
        find: '  store.locked.delete(path)\n  deleteTwins(store, id)\n',
        replace: '  store.locked.delete(path)\n',
      },
      {
        name: 'a person who signed out comes back from a file that opened late',
        find: 'Promise.resolve(known.has(id))',
        replace: 'Promise.resolve(id.length > 0)',
      },
      {
        name: 'a person who signed out comes back from a session.json that opened late',
        find: 'return session.account.sub !== person.sub || !isSameOwner(session, person)',
        replace: 'return true',
      },
      {
        name: 'a removed account comes back from session.json',
        find: '  const failures = deleteTwins(store, id)\n',
        replace: '  const failures: unknown[] = []\n',
      },
      {
        name: 'two files of one account stay two accounts',
        find: '    if (mergeInto(path, session)) continue\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/storage/merge-accounts.ts',
    specs: ['test/unit/take-over.spec.ts'],
    faults: [
      {
        name: 'the older of two sessions is held',
        find: 'one.tokens.obtainedAtMs >= other.tokens.obtainedAtMs',
        replace: 'one.tokens.obtainedAtMs <= other.tokens.obtainedAtMs',
      },
      {
        name: 'the refresh token of a merged session is never revoked',
        find: '    [older.tokens.refreshToken],\n',
        replace: '    [],\n',
      },
      {
        name: 'what a merged session superseded is never revoked',
        find: '[...(older.superseded ?? []), ...(newer.superseded ?? [])]',
        replace: 'newer.superseded ?? []',
      },
    ],
  },
  {
    file: 'main/storage/unopened-files.ts',
    specs: ['test/unit/account-store.spec.ts', 'test/unit/take-over.spec.ts'],
    faults: [
      {
        name: 'a sign-out deletes what another person has',
        find: 'return isSameOwner(file, person) && file.person === hashPerson(id, person)',
        replace: 'return isSameOwner(file, person)',
      },
      {
        name: 'a file that opens is moved aside',
        find: 'if (file === null || !(await canOpen.account(file))) paths.push(path)',
        replace: 'paths.push(path)',
      },
      {
        name: 'a session.json that opens is moved aside',
        find: 'if (file === null || !(await canOpen.session(file))) paths.push(path)',
        replace: 'paths.push(path)',
      },
      {
        name: 'a newer session.json is moved aside',
        find: '  if (isOfNewerVersion(path, BOUND_VERSION)) return false\n',
        replace: '',
      },
      {
        name: 'another provider’s session.json is moved aside',
        find: 'return file === null || file.version === 1 || isSameOwner(file, person)',
        replace: 'return Boolean(1)',
      },
    ],
  },
  {
    file: 'main/storage/memory-accounts.ts',
    specs: ['test/unit/account-store.spec.ts'],
    faults: [
      {
        name: 'a sign-out everywhere without the key leaves the files',
        find: '      clearSessionFiles(dataDir)\n',
        replace: '',
      },
      {
        name: 'an account of another provider is given out from memory',
        find: 'owners === undefined || owners.some((owner) => isSameOwner(toOwner(one), owner))',
        replace: 'owners === undefined || owners.length > 0',
      },
    ],
  },
  {
    file: 'main/storage/missing-keyring.ts',
    specs: ['test/unit/restart-offer.spec.ts'],
    faults: [
      {
        name: 'a restart is offered though it has the same flag',
        find: "missing === 'turned-off' || ",
        replace: '',
      },
      {
        name: 'a restart is offered though Windows needs a new login',
        find: " || missing === 'dpapi'",
        replace: '',
      },
    ],
  },
  {
    file: 'main/storage/cipher.ts',
    specs: ['test/unit/cipher.spec.ts'],
    faults: [
      {
        name: 'the salt may have any length',
        find: 'if (salt?.length !== SALT_BYTES) throw',
        replace: 'if (!salt) throw',
        equivalent: 'A different salt gives a different key, which opens nothing.',
      },
      {
        name: 'a guess costs nothing',
        find: 'N: 2 ** 17',
        replace: 'N: 2 ** 10',
      },
      {
        name: 'the salt is always the same',
        find: 'known?.salt ?? randomBytes(SALT_BYTES)',
        replace: 'known?.salt ?? Buffer.alloc(SALT_BYTES)',
      },
      {
        name: 'a short key will do',
        find: 'return key.length === KEY_BYTES ? key : null',
        replace:
          'return key.length > 0 ? Buffer.concat([key, Buffer.alloc(KEY_BYTES)], KEY_BYTES) : null',
      },
      {
        name: 'a key is made to open something',
        find: '      const key = read()\n      if (key === null) throw',
        replace: '      const key = read() ?? make()\n      if (key === null) throw',
      },
      {
        name: 'a passphrase depends on how its letters were typed',
        find: "passphrase.normalize('NFC')",
        replace: 'passphrase',
      },
    ],
  },
  {
    file: 'main/storage/sealed-consents.ts',
    specs: ['test/unit/sealed-consents.spec.ts', 'test/attack/sealed-consents.spec.ts'],
    faults: [
      {
        name: 'a list that a planted key file opens counts beside a passphrase',
        find: "options.tier === 'key-file' && keyFile !== undefined",
        replace: 'keyFile !== undefined',
      },
      {
        name: 'a list that did not open is overwritten',
        find: '  if (!isKnown(store)) moveSessionFileAside(path, CONSENTS_VERSION)\n',
        replace: '',
      },
      {
        name: 'a list that cannot be read is overwritten',
        find: "return readErrno(thrown) === 'ENOENT'",
        replace: 'return thrown !== null',
      },
      {
        name: 'a list of a newer version is replaced',
        find: 'if (isOfNewerVersion(path, CONSENTS_VERSION))',
        replace: 'if (isOfNewerVersion(path, 1e6))',
      },
      {
        name: 'an empty list stays on the disk',
        find: 'if (text === null) rmSync(path, { force: true })',
        replace: 'if (text === null) replaceFile(path, JSON.stringify({}))',
      },
      {
        name: 'the last grant cannot be taken back without a key',
        find: 'grants.length === 0 ? null : await sealGrants(store, grants)',
        replace: 'await sealGrants(store, grants)',
      },
      {
        name: 'a list that is too long to be read is written',
        find: 'Buffer.byteLength(text) > MOST_BYTES',
        replace: 'Buffer.byteLength(text) > MOST_BYTES * 9',
      },
      {
        name: 'a change that could not be stored is forgotten',
        find: 'if (store.unsaved !== null) return store.unsaved\n',
        replace: '',
      },
      {
        name: 'a file of an earlier run is never reported without a key',
        find: 'if (found !== null) requireKey(found.file.tier, {}, cannotOpen)',
        replace: 'if (found === null) requireKey(tier as never, {}, cannotOpen)',
      },
      {
        name: 'clearing leaves the file that was moved aside',
        find: '  deleteFileAside(path)\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/app/hand-on-consents.ts',
    specs: ['test/unit/supervisor.spec.ts'],
    faults: [
      {
        name: 'consents are lost while the demo runs',
        find: 'if (settings.demo) return before\n',
        replace: '',
      },
      {
        name: 'a consent that was taken back comes back with its old file',
        find: 'if (isUnused && held.grants !== null) await',
        replace: 'if (isUnused && held.grants === null) await',
      },
      {
        name: 'a list that could not be opened is deleted',
        find: 'if (isUnused && held.grants !== null) await',
        replace: 'if (isUnused) await',
      },
      {
        name: 'a consent that was taken back is read from the file again',
        find: "tier === held.storage.tier && tier !== 'memory'",
        replace: "tier === held.storage.tier && tier === 'memory'",
      },
    ],
  },
]
