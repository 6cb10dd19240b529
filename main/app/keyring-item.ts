// Removes Electron's key from the system's keyring with the system's own tool, because Electron cannot.

import { execFile } from 'node:child_process'
import type { Environment } from '../base/environment.js'
import { readErrno } from '../base/errno.js'
import { KEY_PLACES, REMOVAL_MESSAGES } from './app-messages.js'
import { NOTHING, type Removal } from './removal.js'
import { DESKTOP_ID } from '../autostart/autostart-entries.js'

export type KeyringItemDeps = {
  platform: NodeJS.Platform
  env: Environment
  /** True if the same key encrypts the session of another data directory. */
  isShared: boolean
  runTool(program: string, args: readonly string[]): Promise<ToolEnd>
}

/** How a tool ended; `missing` if this computer does not have it. */
export type ToolEnd =
  { kind: 'missing' } | { kind: 'ended'; code: number | null; stdout: string; stderr: string }

const LABEL = 'Latchkey Safe Storage'
const REMOVED: Removal = {
  ...NOTHING,
  done: [REMOVAL_MESSAGES.key(LABEL)],
}

/**
 * Removes the key. On Windows there is none: DPAPI seals a key in Chromium's profile (`Local State`).
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/safe-storage}
 */
export async function removeKeyringItem(deps: KeyringItemDeps): Promise<Removal> {
  const { platform, isShared } = deps
  if (platform === 'win32') return NOTHING
  if (isShared) return keep(REMOVAL_MESSAGES.keyShared(LABEL))
  return platform === 'darwin' ? removeFromKeychain(deps) : removeFromSecretService(deps)
}

/** `KeychainPassword` with Electron's names: its patch feat_ensure_mas_builds_… adds " Key". */
const KEYCHAIN_ITEM = ['-s', LABEL, '-a', 'Latchkey Key']
/** The exit code for errSecItemNotFound. */
const NO_SUCH_ITEM = 44

async function removeFromKeychain({ runTool }: KeyringItemDeps): Promise<Removal> {
  const found = await runTool('security', ['delete-generic-password', ...KEYCHAIN_ITEM])
  if (found.kind === 'ended' && found.code === 0) return REMOVED
  if (found.kind === 'ended' && found.code === NO_SUCH_ITEM) return NOTHING
  return keepForUser(KEY_PLACES.keychain(LABEL))
}

/**
 * Chromium's own item (shell/browser/browser_process_impl.cc), and the one that gnome-keyring makes for
 * an app that asks the desktop's portal for its key.
 */
const ITEMS: readonly (readonly string[])[] = [
  ['xdg:schema', 'chrome_libsecret_os_crypt_password_v2', 'application', 'Latchkey'],
  ['app_id', DESKTOP_ID],
]

async function removeFromSecretService(deps: KeyringItemDeps): Promise<Removal> {
  const ends: ItemEnd[] = []
  for (const item of ITEMS) ends.push(await clear(item, deps))
  if (ends.includes('left')) return keepForUser(KEY_PLACES.secretService(LABEL))
  const removal = ends.includes('removed') ? REMOVED : NOTHING
  const { XDG_CURRENT_DESKTOP: desktop = '' } = deps.env
  // Only a program that has opened a wallet can remove an entry; kwallet-query cannot.
  const inWallet = /\bKDE\b/.test(desktop) ? keepForUser(KEY_PLACES.wallet) : NOTHING
  return { ...removal, stays: inWallet.stays }
}

type ItemEnd = 'removed' | 'none' | 'left'

async function clear(item: readonly string[], { runTool }: KeyringItemDeps): Promise<ItemEnd> {
  const cleared = await runTool('secret-tool', ['clear', ...item])
  if (cleared.kind === 'missing') return 'left'
  if (cleared.code === 0) return 'removed'
  if (cleared.stderr.trim() !== '') return 'left'
  // secret-tool is silent about a missing item, and about one in a locked keyring as well. An unlocked
  // item has just been removed, so this search prints no secret.
  const found = await runTool('secret-tool', ['search', ...item])
  return found.kind === 'ended' && found.stdout.includes('[/') ? 'left' : 'none'
}

function keepForUser(place: string): Removal {
  return keep(REMOVAL_MESSAGES.keyByHand(place))
}

function keep(message: string): Removal {
  return { ...NOTHING, stays: [message] }
}

/** Long enough for a tool that asks the user something. */
const LONGEST_RUN_MS = 60_000

/** Runs a program from PATH. */
export function runSystemTool(program: string, args: readonly string[]): Promise<ToolEnd> {
  return new Promise((resolve) => {
    const options = { timeout: LONGEST_RUN_MS, encoding: 'utf8' } as const
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error !== null && readErrno(error) === 'ENOENT') return resolve({ kind: 'missing' })
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ kind: 'ended', code, stdout, stderr })
    })
  })
}
