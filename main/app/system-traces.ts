// What Latchkey leaves outside of its data directory: the start at login, and the key in the keyring.

import { join } from 'node:path'
import { removeKeyringItem, runSystemTool } from './keyring-item.js'
import { NOTHING, type Removal } from './removal.js'
import { examineSettings, type Sources } from '../settings/read.js'
import { SESSION_FILE, tierOfFile } from '../storage/session-store.js'
import { removeXdgEntry } from '../autostart/linux.js'

/** Removes the entry that starts Latchkey at login on Linux. */
export function removeXdgAutostart({ env, home }: Pick<Sources, 'env' | 'home'>): Removal {
  const found = home === null ? null : removeXdgEntry({ launch: null, env, home })
  return {
    ...NOTHING,
    done: found?.kind === 'gone' ? [`The start at login, ${found.path}, was removed.`] : [],
    stays: found?.kind === 'left' ? [found.message] : [],
  }
}

/** Removes the key that seals the session of `dataDir`, unless it seals that of the usual one too. */
export function removeKeyringKey(
  dataDir: string,
  { env, home, platform }: Pick<Sources, 'env' | 'home' | 'platform'>,
): Promise<Removal> {
  const { LATCHKEY_DATA_DIR: _, ...rest } = env
  const usual = examineSettings({
    args: [],
    env: rest,
    // Without a home there is no usual data directory.
    home: home ?? '/',
    platform,
    readFile: () => undefined,
  }).settings.dataDir
  const isShared = usual !== dataDir && tierOfFile(join(usual, SESSION_FILE)) === 'keyring'
  return removeKeyringItem({ platform, env, isShared, runTool: runSystemTool })
}
