// settings.json through electron-store: the same file that the headless program reads.

import { basename, dirname, extname } from 'node:path'
import { existsSync, readFileSync } from 'node:fs'
import { ipcMain } from 'electron'
import Store from 'electron-store'

/** Reads settings.json's content; undefined where there is none. Throws where it is no JSON. */
export function readSettingsFile(path: string): unknown {
  if (!existsSync(path)) return undefined
  // electron-store reads anything but an object as an empty one, and then nothing would be said.
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content
  const store = new Store({
    cwd: dirname(path),
    name: basename(path, extname(path)),
    configFileMode: 0o600,
    clearInvalidConfig: false,
  })
  // It offers its files to any page that asks, and no page of ours does.
  ipcMain.removeAllListeners('electron-store-get-data')
  return store.store
}
