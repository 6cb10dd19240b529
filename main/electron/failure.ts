// Tells a person who started the app from a menu or at login why it can't start.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { app, shell } from 'electron'
import { diskError } from '../base/errno.js'
import { SETTINGS_FILE } from '../settings/layer.js'
import { complain, writeText } from '../base/output.js'
import { showBox } from './box.js'
import { FAILURE } from './electron-messages.js'

export type Failure = { message: string; exitCode: number }

/**
 * Writes the message on stderr, shows it in a box, and ends the app with the code once the person has
 * dismissed it. If the message is about settings.json, a button opens its folder. If stderr is a
 * terminal, the message there is enough. Boxes need a ready app: before that, Linux only prints them.
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/dialog#dialogshowerrorboxtitle-content}
 */
export async function endWithFailure(
  { message, exitCode }: Failure,
  dataDir: string | null,
): Promise<void> {
  complain(message)
  if (process.stderr.isTTY) return app.exit(exitCode)
  const folder = app.isReady() ? null : useFolderForNow()
  await app.whenReady()
  await showFailure(message, dataDir)
  if (folder !== null) removeFolder(folder)
  app.exit(exitCode)
}

/** Chromium needs a profile to become ready, and another Latchkey may be using the usual one. */
function useFolderForNow(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  for (const name of ['userData', 'sessionData']) app.setPath(name, folder)
  return folder
}

/** Chromium uses the folder until the app ends. Windows can't remove files in use, so it may stay. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 2 })
  } catch (thrown) {
    writeText('stderr', FAILURE.folderNotRemoved(folder, diskError(thrown)))
  }
}

async function showFailure(message: string, dataDir: string | null): Promise<void> {
  const file = dataDir === null ? null : join(dataDir, SETTINGS_FILE)
  const isAboutFile = file !== null && message.includes(file)
  const chosen = await showBox({
    type: 'error',
    message: FAILURE.title,
    detail: message,
    buttons: isAboutFile ? [FAILURE.openFolder, FAILURE.quit] : [FAILURE.quit],
    defaultId: 0,
    cancelId: isAboutFile ? 1 : 0,
  })
  if (!isAboutFile || chosen !== 0) return
  const opening = shell.openPath(dirname(file))
  // On Linux, Electron only starts xdg-open and never reports its result
  // (platform_util::OpenPath, shell/common/platform_util_linux.cc).
  if (process.platform === 'linux') return
  const problem = await opening
  if (problem !== '') writeText('stderr', FAILURE.folderNotOpened(dirname(file)))
}
