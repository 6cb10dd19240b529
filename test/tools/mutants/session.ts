// Faults in how the session is held, renewed, sealed and wiped.

import type { MutatedFile } from '../mutants.js'

export const SESSION: readonly MutatedFile[] = [
  {
    file: 'main/agent/session-keeper.ts',
    specs: [
      'test/unit/session-keeper.spec.ts',
      'test/unit/agent.spec.ts',
      'test/unit/same-person.spec.ts',
    ],
    faults: [
      {
        name: 'a sign-out during the reading at the start is undone',
        find: 'if (kept === null || wipes !== before || held !== null) return',
        replace: 'if (kept === null || held !== null) return',
      },
      {
        name: 'a sign-in during the reading at the start is undone',
        find: 'if (kept === null || wipes !== before || held !== null) return',
        replace: 'if (kept === null || wipes !== before) return',
      },
      {
        name: 'a sign-in that waits for its turn outlives a sign-out',
        find: "        signal.throwIfAborted()\n        if (wipes !== before) throw new CalledOff({ kind: 'cancelled' })\n        const replaced",
        replace: '        signal.throwIfAborted()\n        const replaced',
      },
      {
        name: 'a sign-in that is being written outlives a sign-out',
        find: "          signal.throwIfAborted()\n          if (wipes !== before) throw new CalledOff({ kind: 'cancelled' })\n        } catch",
        replace: '          signal.throwIfAborted()\n        } catch',
      },
      {
        name: 'a sign-in that was called off is written',
        find: '      return enqueue(async () => {\n        signal.throwIfAborted()\n',
        replace: '      return enqueue(async () => {\n',
      },
      {
        name: 'a sign-in that is called off while it is written is kept',
        find: '        try {\n          signal.throwIfAborted()\n',
        replace: '        try {\n',
      },
      {
        name: 'what was called off stays on the disk',
        find: '          await store(storeHeld)\n          throw thrown',
        replace: '          throw thrown',
      },
      {
        name: 'a sign-out leaves the session in memory',
        find: '      const before = held && withSuperseded(held)\n      held = null\n',
        replace: '      const before = held && withSuperseded(held)\n',
      },
      {
        name: 'a sign-out leaves the session on the disk',
        find: '      isStored = await sessionStore.clear().then(',
        replace: '      isStored = await Promise.resolve().then(',
      },
      {
        name: 'a sign-out does not tell the provider',
        find: "      await track(endAtProvider(before, unrevoked('You are signed out here')))\n",
        replace: '',
      },
      {
        name: 'a sign-out tells the provider first',
        find: '      isStored = await sessionStore.clear().then(',
        replace:
          "      if (before) await track(endAtProvider(before, unrevoked('')))\n      isStored = await sessionStore.clear().then(",
      },
      {
        name: 'a sign-out leaves what other sign-ins replaced',
        find: '[session.tokens, ...orphansOf(session.superseded ?? [])]',
        replace: '[session.tokens]',
      },
      {
        name: 'a sign-out that could not wipe does not try again',
        find: "dispatch({ type: 'storage-failed', message: NOT_WIPED })\n        tryAgainLater()",
        replace: "dispatch({ type: 'storage-failed', message: NOT_WIPED })",
        specs: ['test/unit/keeping.spec.ts'],
      },
      {
        name: 'a renewal brings back a session that was signed out of',
        find: '        if (held === before) return void (held = renewed)\n',
        replace: '        if (held === before || held === null) return void (held = renewed)\n',
        specs: [
          'test/unit/renewal.spec.ts',
          'test/unit/session-keeper.spec.ts',
          'test/unit/renewal-faults.spec.ts',
        ],
      },
      {
        name: 'a renewal is held before it is stored',
        find: 'if (held === before) await store(() => write(renewed))',
        replace:
          'if (held === before) held = renewed\n        if (held === renewed) return void store(() => write(renewed))',
        specs: ['test/unit/renewal.spec.ts'],
      },
      {
        name: 'a renewal that nobody holds lives on at the provider',
        find: 'if (held?.account.sub !== renewed.account.sub) discardSession(renewed)',
        replace: 'if (held?.account.sub !== renewed.account.sub) void 0',
        specs: [
          'test/unit/renewal.spec.ts',
          'test/unit/session-keeper.spec.ts',
          'test/unit/renewal-faults.spec.ts',
        ],
      },
      {
        name: 'the end of an earlier session ends the one that is held',
        find: '        if (held !== session) return\n',
        replace: '',
      },
      {
        name: 'a session that ends stays on the disk',
        find: '        await sessionStore.clear().catch(() => undefined)\n        dispatch',
        replace: '        dispatch',
        specs: ['test/unit/session-keeper.spec.ts', 'test/unit/renewal-faults.spec.ts'],
      },
      {
        name: 'another person’s sign-in leaves the first session at the provider',
        find: 'if (replaced === null || replaced.account.sub === account.sub) return',
        replace: 'if (replaced === null || Boolean(1)) return',
      },
      {
        name: 'another person’s session stays on a disk that is full',
        find: 'if (!isStored && isOfAnother) await sessionStore.clear().catch(() => undefined)',
        replace: '',
        specs: ['test/unit/keeping.spec.ts'],
      },
      {
        name: 'another computer’s directory is not minded',
        find: 'holdsDirectory: deps.holdsDirectory ?? (() => true)',
        replace: 'holdsDirectory: () => true',
        specs: ['test/unit/renewal.spec.ts'],
      },
    ],
  },
  {
    file: 'main/agent/renewal.ts',
    specs: ['test/unit/renewal.spec.ts', 'test/unit/renewal-faults.spec.ts'],
    faults: [
      {
        name: 'several renewals run at once',
        find: '    if (running) return running\n    const renewed',
        replace: '    const renewed',
      },
      {
        name: 'a token is given out before it is stored',
        find: '    await change(renewed)\n    failures = 0',
        replace: '    void change(renewed)\n    failures = 0',
      },
      {
        name: 'a new refresh token is stored only with the rest',
        find: 'change({ ...session, tokens: { ...tokens, refreshToken: rotated } })',
        replace: 'Promise.resolve(void rotated)',
      },
      {
        name: 'a refused renewal is tried again',
        find: "if (code === 'invalid-grant' || code === 'another-account') {",
        replace: "if (code === 'another-account') {",
      },
      {
        name: 'a renewal for somebody else goes on',
        find: "if (code === 'invalid-grant' || code === 'another-account') {",
        replace: "if (code === 'invalid-grant') {",
      },
      {
        name: 'tokens of somebody else live on at the provider',
        find: "if (thrown instanceof AuthError && thrown.code === 'another-account') deps.discard(renewed)",
        replace: '',
      },
      {
        name: 'a refresh token is spent on another computer’s session',
        find: 'if (!deps.holdsDirectory()) {',
        replace: 'if (!deps.holdsDirectory() && Boolean(0)) {',
      },
      {
        name: 'a refresh token is spent on keys that cannot be read',
        find: '  await provider.keys.read({ signal: closing })\n',
        replace: '',
      },
      {
        name: 'a renewed ID token is not checked',
        find: '  if (fresh.idToken === null) return renewed\n',
        replace: '  if (Boolean(1)) return renewed\n',
      },
    ],
  },
  {
    file: 'main/storage/session-store.ts',
    specs: ['test/unit/session-store.spec.ts'],
    faults: [
      {
        name: 'without a keyring the session is kept by a key beside it, unasked',
        find: 'return keepWithoutKeyring\n',
        replace: 'return keepWithoutKeyring || Boolean(1)\n',
      },
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
        name: 'a sign-out without the key leaves the file',
        find: 'if (path !== undefined) removeFile(path)',
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
        equivalent: 'Another salt gives another key, with which nothing opens.',
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
]
