// `uninstall-data` with a real keyring: gnome-keyring and secret-tool, on a bus of their own.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test as base } from '@playwright/test'
import { HEADLESS } from '../support/program.js'
import { KEY_PLACES, REMOVAL_MESSAGES } from '../../main/app/app-messages.js'

const LABEL = 'Latchkey Safe Storage'

const NEEDED = ['dbus-run-session', 'dbus-send', 'gnome-keyring-daemon', 'secret-tool']
const folders = (process.env['PATH'] ?? '').split(delimiter)
const missing = NEEDED.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))

/** The item as Electron's patched FreedesktopSecretKeyProvider makes it. */
const ITEM = 'xdg:schema chrome_libsecret_os_crypt_password_v2 application Latchkey'
const OTHER = 'xdg:schema chrome_libsecret_os_crypt_password_v2 application Other'
const STORE = `printf key | secret-tool store --label 'Latchkey Safe Storage' ${ITEM}`

/** Runs shell lines with an unlocked keyring, and returns their output. */
const test = base.extend<{ withKeyring: (...lines: readonly string[]) => Promise<string> }>({
  // eslint-disable-next-line no-empty-pattern
  withKeyring: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-keyring-'))
    const dataDir = join(folder, 'data')
    await mkdir(join(dataDir, 'chromium'), { recursive: true, mode: 0o700 })
    await chmod(dataDir, 0o700)
    const session = { version: 1, tier: 'keyring', sealed: 'keyring:AA==.AA==' }
    await writeFile(join(dataDir, 'session.json'), JSON.stringify(session))
    await use(async (...lines) => {
      const script = [
        'printf pw | gnome-keyring-daemon --foreground --login >/dev/null 2>&1 &',
        'daemon=$!',
        'trap "kill $daemon" EXIT',
        // The bus knows the name when the keyring serves it.
        'until printf pw | gnome-keyring-daemon --unlock >/dev/null 2>&1; do :; done',
        ...lines,
      ]
      const child = spawn('dbus-run-session', ['--', 'sh', '-c', script.join('\n')], {
        env: {
          ...process.env,
          HOME: folder,
          XDG_CONFIG_HOME: join(folder, 'config'),
          XDG_DATA_HOME: join(folder, 'share'),
          XDG_CACHE_HOME: join(folder, 'cache'),
          XDG_RUNTIME_DIR: folder,
          XDG_CURRENT_DESKTOP: 'GNOME',
          UNINSTALL: `${process.execPath} ${HEADLESS} uninstall-data --data-dir ${dataDir}`,
        },
      })
      return text(child.stdout)
    })
    await rm(folder, { recursive: true, force: true })
  },
})
test.skip(missing.length > 0, `needs ${missing.join(', ')}`)

test('the key is removed, and another app’s key stays', async ({ withKeyring }) => {
  const printed = await withKeyring(
    STORE,
    `printf theirs | secret-tool store --label 'Other Safe Storage' ${OTHER}`,
    '$UNINSTALL',
    `secret-tool lookup ${ITEM}; echo "[$?]"`,
    `secret-tool lookup ${OTHER}`,
  )
  expect(printed).toContain(REMOVAL_MESSAGES.key(LABEL))
  expect(printed.split('\n').slice(-2)).toEqual(['[1]', 'theirs'])
})

test('a locked keyring keeps the key, and the output says so', async ({ withKeyring }) => {
  const printed = await withKeyring(
    STORE,
    'dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets ' +
      'org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login ' +
      '> /dev/null',
    '$UNINSTALL',
  )
  expect(printed).toContain(KEY_PLACES.secretService(LABEL))
  expect(printed).not.toContain('was removed from the keyring')
})

test('a keyring without the key is not mentioned', async ({ withKeyring }) => {
  const printed = await withKeyring('$UNINSTALL')
  expect(printed).toContain('Removed ')
  expect(printed).not.toContain('Safe Storage')
})
