// Removes the key that Electron makes in the system's keyring, by the system's own tool: Electron cannot.

import { execFile } from 'node:child_process'
import { errnoOf } from '../base/errno.js'
import { NOTHING, type Removal } from './removal.js'
import { DESKTOP_ID } from '../autostart/linux.js'

export type KeyringItemDeps = {
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  /** True if the session of another data directory is sealed with the same key. */
  isShared: boolean
  runTool(program: string, args: readonly string[]): Promise<ToolEnd>
}

/** How a tool ended; `missing`: this computer does not have it. */
export type ToolEnd =
  { kind: 'missing' } | { kind: 'ended'; code: number | null; stdout: string; stderr: string }

const LABEL = 'Latchkey Safe Storage'
const REMOVED: Removal = {
  ...NOTHING,
  done: [`The key "${LABEL}" was removed from the keyring.`],
}

/**
 * Removes the key. Windows has none: there DPAPI seals one in Chromium's profile (`Local State`).
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/safe-storage}
 */
export async function removeKeyringItem(deps: KeyringItemDeps): Promise<Removal> {
  const { platform, isShared } = deps
  if (platform === 'win32') return NOTHING
  if (isShared) {
    return staying(
      `The key "${LABEL}" stays in the keyring, because another data directory's session is sealed ` +
        'with it.',
    )
  }
  return platform === 'darwin' ? removeFromKeychain(deps) : removeFromSecretService(deps)
}

/** `KeychainPassword` with Electron's names: its patch feat_ensure_mas_builds_… adds " Key". */
const KEYCHAIN_ITEM = ['-s', LABEL, '-a', 'Latchkey Key']
/** errSecItemNotFound, as an exit code. */
const NO_SUCH_ITEM = 44

async function removeFromKeychain({ runTool }: KeyringItemDeps): Promise<Removal> {
  const found = await runTool('security', ['delete-generic-password', ...KEYCHAIN_ITEM])
  if (found.kind === 'ended' && found.code === 0) return REMOVED
  if (found.kind === 'ended' && found.code === NO_SUCH_ITEM) return NOTHING
  return byHand(`"${LABEL}" in Keychain Access`)
}

/**
 * Chromium's own item (shell/browser/browser_process_impl.cc), and the one that gnome-keyring makes for
 * an app that asks for its key by the desktop's portal.
 */
const ITEMS: readonly (readonly string[])[] = [
  ['xdg:schema', 'chrome_libsecret_os_crypt_password_v2', 'application', 'Latchkey'],
  ['app_id', DESKTOP_ID],
]

async function removeFromSecretService(deps: KeyringItemDeps): Promise<Removal> {
  const ends: ItemEnd[] = []
  for (const item of ITEMS) ends.push(await clear(item, deps))
  if (ends.includes('left')) return byHand(`"${LABEL}" in the manager of your keyring`)
  const removal = ends.includes('removed') ? REMOVED : NOTHING
  const { XDG_CURRENT_DESKTOP: desktop = '' } = deps.env
  // What is in a wallet only a program that holds it open can remove; kwallet-query cannot.
  const inWallet = /\bKDE\b/.test(desktop)
    ? byHand('the folder "Latchkey Keys" in KWalletManager')
    : NOTHING
  return { ...removal, stays: inWallet.stays }
}

type ItemEnd = 'removed' | 'none' | 'left'

async function clear(item: readonly string[], { runTool }: KeyringItemDeps): Promise<ItemEnd> {
  const cleared = await runTool('secret-tool', ['clear', ...item])
  if (cleared.kind === 'missing') return 'left'
  if (cleared.code === 0) return 'removed'
  if (cleared.stderr.trim() !== '') return 'left'
  // It says nothing of an item that is not there, and nothing of one in a locked keyring either. An
  // unlocked one is not there any more, so no secret is printed.
  const found = await runTool('secret-tool', ['search', ...item])
  return found.kind === 'ended' && found.stdout.includes('[/') ? 'left' : 'none'
}

function byHand(where: string): Removal {
  return staying(
    'The keyring may still keep the key that sealed the session. It opens nothing that is left here. ' +
      `To remove it, look for ${where}.`,
  )
}

function staying(message: string): Removal {
  return { ...NOTHING, stays: [message] }
}

/** A tool that asks the person something waits for them, within reason. */
const LONGEST_RUN_MS = 60_000

/** Runs a program that is found in PATH. */
export function runSystemTool(program: string, args: readonly string[]): Promise<ToolEnd> {
  return new Promise((resolve) => {
    const options = { timeout: LONGEST_RUN_MS, encoding: 'utf8' } as const
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error !== null && errnoOf(error) === 'ENOENT') return resolve({ kind: 'missing' })
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ kind: 'ended', code, stdout, stderr })
    })
  })
}
