// Adds a context menu and zoom, which Electron's windows lack.

import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron'
import { CONTEXT_MENU } from './electron-messages.js'

/** Each level is 20 percent larger than the one before: from 58 to 249 percent. */
const LEAST_LEVEL = -3
const MOST_LEVEL = 5
const STEP = 0.5

/** Opens a menu with the commands for the text at the clicked position. */
export function addContextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, { isEditable, editFlags }) => {
    const { canCut, canCopy, canPaste, canSelectAll } = editFlags
    const copy: MenuItemConstructorOptions = {
      role: 'copy',
      label: CONTEXT_MENU.copy,
      enabled: canCopy,
    }
    const all: MenuItemConstructorOptions[] = [
      { type: 'separator' },
      { role: 'selectAll', label: CONTEXT_MENU.selectAll, enabled: canSelectAll },
    ]
    const items: MenuItemConstructorOptions[] = isEditable
      ? [
          { role: 'cut', label: CONTEXT_MENU.cut, enabled: canCut },
          copy,
          { role: 'paste', label: CONTEXT_MENU.paste, enabled: canPaste },
        ]
      : [copy]
    Menu.buildFromTemplate([...items, ...all]).popup({ window })
  })
}

/**
 * Zooms a window's page with Ctrl and plus, minus, 0 or the wheel. On macOS the menu bar has these keys.
 * Elsewhere, Latchkey has no menu bar.
 */
export function addZoom({ webContents }: BrowserWindow): void {
  const zoom = (steps: number): void => {
    const level = webContents.getZoomLevel() + steps * STEP
    webContents.setZoomLevel(Math.min(MOST_LEVEL, Math.max(LEAST_LEVEL, level)))
  }
  webContents.on('zoom-changed', (_event, direction) => zoom(direction === 'in' ? 1 : -1))
  if (process.platform === 'darwin') return
  webContents.on('before-input-event', (event, { type, key, control, alt }) => {
    if (type !== 'keyDown' || !control || alt) return
    switch (key) {
      // If plus needs Shift, people press the key without it.
      case '+':
      case '=':
        zoom(1)
        break
      case '-':
      case '_':
        zoom(-1)
        break
      case '0':
        webContents.setZoomLevel(0)
        break
      default:
        return
    }
    event.preventDefault()
  })
}
