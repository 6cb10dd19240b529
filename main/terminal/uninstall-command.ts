// Runs `uninstall-data`: signs out at the provider and removes Latchkey's data.

import { EXIT } from '../app/exit.js'
import { NOTHING } from '../app/removal.js'
import { findHome } from '../base/home.js'
import { complain, print } from '../base/output.js'
import { SettingsError } from '../base/settings-error.js'
import { problemOfTls } from '../net/unchecked-tls.js'
import { examineSettings, requireSettings } from '../settings/read.js'
import { readStored } from '../storage/choose-storage.js'
import { COMMAND_MESSAGES } from './terminal-messages.js'

/** Removes the data, and prints what was removed and what was not. Sets the exit code. */
export async function runUninstall(args: readonly string[]): Promise<void> {
  const [{ uninstallData }, { createHttp }, { removeKeyringKey, removeXdgAutostart }] =
    await Promise.all([
      import('../app/uninstall.js'),
      import('../net/http.js'),
      import('../app/system-traces.js'),
    ])
  const { env, platform } = process
  const unchecked = problemOfTls(env)
  if (unchecked !== null) throw new SettingsError(unchecked)
  const home = findHome()
  // A flag must be valid. A settings file need not be, because it is removed.
  requireSettings({ args, env, platform, home, readFile: () => undefined })
  const { settings } = examineSettings({ args, env, platform, home })
  const { dataDir } = settings
  const passphrase = env['LATCHKEY_PASSPHRASE'] || null
  const hasLoginItem = platform === 'win32' || platform === 'darwin'
  const { done, failed, stays } = await uninstallData({
    settings,
    http: createHttp(),
    readStored: () => readStored({ dataDir, keyring: null, passphrase }),
    removeAutostart: () =>
      hasLoginItem
        ? { ...NOTHING, stays: [COMMAND_MESSAGES.loginItemStays] }
        : removeXdgAutostart({ env, home }),
    removeKeyringKey: () => removeKeyringKey(dataDir, { env, home, platform }),
  })
  for (const line of [...done, ...stays]) print(line)
  for (const line of failed) complain(line)
  if (failed.length > 0) process.exitCode = EXIT.failed
}
