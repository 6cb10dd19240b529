// Removes what Latchkey leaves outside of its data directory: the start at login, and the keyring's key.

import { removeKeyringItem, runSystemTool } from './keyring-item.js'
import { REMOVAL_MESSAGES } from './app-messages.js'
import { NOTHING, type Removal } from './removal.js'
import { examineSettings, type Sources } from '../settings/read.js'
import { listSealedTiers } from '../storage/stored-files.js'
import { removeXdgEntry } from '../autostart/linux.js'

/** Removes the entry that starts Latchkey at login on Linux. */
export function removeXdgAutostart({ env, home }: Pick<Sources, 'env' | 'home'>): Removal {
  const found = home === null ? null : removeXdgEntry({ launch: null, env, home })
  return {
    ...NOTHING,
    done: found?.kind === 'gone' ? [REMOVAL_MESSAGES.startAtLogin(found.path)] : [],
    stays: found?.kind === 'left' ? [found.message] : [],
  }
}

/** Removes the key for the session of `dataDir`, unless the default data directory uses it too. */
export function removeKeyringKey(
  dataDir: string,
  { env, home, platform }: Pick<Sources, 'env' | 'home' | 'platform'>,
): Promise<Removal> {
  const { LATCHKEY_DATA_DIR: _, ...rest } = env
  const usual = examineSettings({
    args: [],
    env: rest,
    // Without a home there is no default data directory.
    home: home ?? '/',
    platform,
    readFile: () => undefined,
  }).settings.dataDir
  const isShared = usual !== dataDir && listSealedTiers(usual).includes('keyring')
  return removeKeyringItem({ platform, env, isShared, runTool: runSystemTool })
}
