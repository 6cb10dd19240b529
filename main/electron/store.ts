// settings.json through electron-store: the same file that the headless program reads.

import { basename, dirname, extname } from 'node:path'
import { ipcMain } from 'electron'
import Store from 'electron-store'
import { parseSettings, readSettingsText, type SettingsText } from '../settings/settings-text.js'

/** Reads settings.json, as `readSettingsText` does. */
export function readSettingsFile(path: string): SettingsText | undefined {
  // First without electron-store: it waits for what is no file, however large, and reads anything but
  // an object as an empty one, and then nothing would be said.
  const found = readSettingsText(path)
  if (found === undefined) return undefined
  const { content } = found
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return found
  const store = new Store({
    cwd: dirname(path),
    name: basename(path, extname(path)),
    configFileMode: 0o600,
    clearInvalidConfig: false,
    deserialize: (text) => parseSettings(text, path) as Record<string, unknown>,
  })
  // It offers its files to any page that asks, and no page of ours does.
  ipcMain.removeAllListeners('electron-store-get-data')
  return { ...found, content: store.store }
}
