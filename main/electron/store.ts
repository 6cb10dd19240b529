// electron-store only reads settings.json; main/settings/save.ts owns the file and alone writes it.

import { basename, dirname, extname } from 'node:path'
import { ipcMain } from 'electron'
import type ElectronStore from 'electron-store'
import { parseSettings, readSettingsText, type SettingsText } from '../settings/settings-text.js'

let Store: typeof ElectronStore | null = null

/**
 * Loads electron-store, which takes a third of the start if it is loaded before the app is ready. Call
 * when the tray is shown. Until then, settings.json is read without it.
 */
export async function loadStore(): Promise<void> {
  ;({ default: Store } = await import('electron-store'))
}

/** Reads settings.json like `readSettingsText`, with its errors. */
export function readSettingsFile(path: string): SettingsText | undefined {
  // Read without electron-store first: it would block on a pipe, read a file of any size, and treat
  // anything but an object as empty without an error.
  const found = readSettingsText(path)
  if (found === undefined) return undefined
  const { content } = found
  if (Store === null || typeof content !== 'object' || content === null || Array.isArray(content))
    return found
  const store = new Store({
    cwd: dirname(path),
    name: basename(path, extname(path)),
    configFileMode: 0o600,
    clearInvalidConfig: false,
    deserialize: (text) => parseSettings(text, path) as Record<string, unknown>,
  })
  // electron-store shows its files to any page that asks. Our pages don't need that.
  ipcMain.removeAllListeners('electron-store-get-data')
  return { ...found, content: store.store }
}
