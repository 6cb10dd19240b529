// Removing the key from the system's keyring: the tool for each system, and the messages for its answers.

import { expect, test } from '@playwright/test'
import { removeKeyringItem, runSystemTool, type ToolEnd } from '../../main/app/keyring-item.js'
import { KEY_PLACES, REMOVAL_MESSAGES } from '../../main/app/app-messages.js'

const LABEL = 'Latchkey Safe Storage'
const REMOVED = [REMOVAL_MESSAGES.key(LABEL)]
const ended = (code: number, stderr = '', stdout = ''): ToolEnd => ({
  kind: 'ended',
  code,
  stdout,
  stderr,
})

type Asked = { runs: string[]; done: readonly string[]; failed: readonly string[]; stays: string }

/** `answers`: by the beginning of the command. Other commands end with 1, as if the item were missing. */
async function remove(
  platform: NodeJS.Platform,
  answers: Readonly<Record<string, ToolEnd>>,
  { desktop = 'GNOME', isShared = false } = {},
): Promise<Asked> {
  const runs: string[] = []
  const { done, failed, stays } = await removeKeyringItem({
    platform,
    env: { XDG_CURRENT_DESKTOP: desktop },
    isShared,
    async runTool(program, args) {
      const command = [program, ...args].join(' ')
      runs.push(command)
      const found = Object.entries(answers).find(([beginning]) => command.startsWith(beginning))
      return found?.[1] ?? ended(1)
    },
  })
  return { runs, done, failed, stays: stays.join('\n') }
}

test('Linux: only the items of Chromium and of the portal are removed', async () => {
  const { runs, done, stays } = await remove('linux', { 'secret-tool clear xdg:schema': ended(0) })
  expect(runs).toEqual([
    'secret-tool clear xdg:schema chrome_libsecret_os_crypt_password_v2 application Latchkey',
    'secret-tool clear app_id app.latchkey.Latchkey',
    'secret-tool search app_id app.latchkey.Latchkey',
  ])
  expect({ done, stays }).toEqual({ done: REMOVED, stays: '' })
})

test('Linux: if there was no key, there is no message', async () => {
  const { done, failed, stays } = await remove('linux', { 'secret-tool search': ended(0) })
  expect({ done, failed, stays }).toEqual({ done: [], failed: [], stays: '' })
})

for (const [what, answers] of [
  ['secret-tool is not there', { 'secret-tool clear': { kind: 'missing' } }],
  ['no keyring runs', { 'secret-tool clear': ended(1, 'secret-tool: Cannot autolaunch D-Bus') }],
  ['the keyring is locked', { 'secret-tool search': ended(0, '', '[/3]\nlabel = Latchkey') }],
] as const) {
  test(`Linux: ${what}, so the message says where to look`, async () => {
    const { runs, done, stays } = await remove('linux', answers)
    expect(done).toEqual([])
    expect(stays).toContain(KEY_PLACES.secretService(LABEL))
    // Searching for an unlocked item that could not be removed would print its secret.
    if (what === 'no keyring runs') expect(runs.join()).not.toContain('search')
  })
}

test('KDE: the message names the folder in the wallet, whatever the keyring contained', async () => {
  for (const code of [0, 1]) {
    const answers = { 'secret-tool clear': ended(code) }
    const { done, stays } = await remove('linux', answers, { desktop: 'KDE' })
    expect(done).toEqual(code === 0 ? REMOVED : [])
    expect(stays).toContain(KEY_PLACES.wallet)
  }
})

test('macOS: the keychain item is removed, by its service and account', async () => {
  const { runs, done } = await remove('darwin', { security: ended(0) })
  expect(runs).toEqual([
    'security delete-generic-password -s Latchkey Safe Storage -a Latchkey Key',
  ])
  expect(done).toEqual(REMOVED)
  const none = await remove('darwin', {
    security: ended(44, 'security: SecKeychainSearchCopyNext'),
  })
  expect(none).toMatchObject({ done: [], stays: '' })
  const denied = await remove('darwin', { security: ended(51, 'User interaction is not allowed.') })
  expect(denied.stays).toContain(KEY_PLACES.keychain(LABEL))
})

test('Windows: the key is in Chromium’s profile, so no tool is used', async () => {
  expect(await remove('win32', {})).toEqual({ runs: [], done: [], failed: [], stays: '' })
})

test('a key that also seals another session stays', async () => {
  for (const platform of ['linux', 'darwin'] as const) {
    const { runs, stays } = await remove(platform, {}, { isShared: true })
    expect(runs).toEqual([])
    expect(stays).toContain(REMOVAL_MESSAGES.keyShared(LABEL))
  }
})

test('a missing program and a failing one have different messages', async () => {
  expect(await runSystemTool('latchkey-no-such-program', [])).toEqual({ kind: 'missing' })
  const failing = await runSystemTool(process.execPath, [
    '-e',
    'console.error("no"); process.exit(3)',
  ])
  expect(failing).toEqual({ kind: 'ended', code: 3, stdout: '', stderr: 'no\n' })
})
