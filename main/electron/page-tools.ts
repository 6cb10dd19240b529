// What people know from every browser and Electron's windows lack: a context menu, and zoom.

import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron'

/** Each level is a fifth larger or smaller than the one before: from 58 to 249 percent. */
const LEAST_LEVEL = -3
const MOST_LEVEL = 5
const STEP = 0.5

/** Opens a menu with what can be done at that place to the text of a window's page. */
export function addContextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, { isEditable, editFlags }) => {
    const { canCut, canCopy, canPaste, canSelectAll } = editFlags
    const copy: MenuItemConstructorOptions = { role: 'copy', label: 'Copy', enabled: canCopy }
    const all: MenuItemConstructorOptions[] = [
      { type: 'separator' },
      { role: 'selectAll', label: 'Select all', enabled: canSelectAll },
    ]
    const items: MenuItemConstructorOptions[] = isEditable
      ? [
          { role: 'cut', label: 'Cut', enabled: canCut },
          copy,
          { role: 'paste', label: 'Paste', enabled: canPaste },
        ]
      : [copy]
    Menu.buildFromTemplate([...items, ...all]).popup({ window })
  })
}

/**
 * Zooms a window's page by Ctrl with plus, minus, 0 or the wheel. On macOS the menu bar has the keys;
 * elsewhere Latchkey has no menu bar.
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
      // Where plus is above another key, people press it without Shift.
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
