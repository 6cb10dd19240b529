// The tray's icon and menu.

import { fileURLToPath } from 'node:url'
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions } from 'electron'
import type { Summary } from '../agent/model.js'
import { chooseIcon, type Icon } from '../present/icon.js'
import type { MenuCommand, MenuItem } from '../present/menu.js'

export type TrayIcon = {
  /**
   * Puts the icon into the tray. On Linux Electron asks once, at this moment, whether the desktop has a
   * StatusNotifier host; without one it uses the older kind of tray from then on, or none.
   */
  show(): void
  /** Shows a menu and an icon in place of those before; what came before `show` is shown then. */
  render(items: readonly MenuItem[], state: Summary): void
  /** What a chosen command does. */
  onCommand(run: (command: MenuCommand) => void): void
  destroy(): void
}

/**
 * Makes the tray's icon, to be shown later. Keep what this returns: a tray that is garbage-collected
 * disappears. Nothing depends on a click on the icon, which some Linux desktops do not send, nor on the
 * icon being seen, which takes a tray host there.
 */
export function createTray(): TrayIcon {
  let icon: Icon = 'signed-out'
  let shownItems: readonly MenuItem[] = []
  let run: (command: MenuCommand) => void = () => undefined
  let tray: Tray | null = null
  let isOver = false

  const toTemplate = (item: MenuItem): MenuItemConstructorOptions => {
    switch (item.kind) {
      case 'separator':
        return { type: 'separator' }
      case 'text':
        return { label: literal(item.label), enabled: false }
      case 'command':
        return { label: literal(item.label), click: () => run(item.command) }
      case 'checkbox': {
        const { checked, enabled } = item
        const click = (): void => run(item.command)
        return { type: 'checkbox', label: literal(item.label), checked, enabled, click }
      }
    }
  }
  const fill = (): void => {
    // On Linux a changed item shows only in a new menu.
    tray?.setContextMenu(Menu.buildFromTemplate(shownItems.map(toTemplate)))
    const [first] = shownItems
    tray?.setToolTip(first?.kind === 'text' ? `Latchkey: ${first.label}` : 'Latchkey')
  }
  // macOS colours its template images itself.
  nativeTheme.on('updated', () => tray?.setImage(imageOf(icon)))

  return {
    show() {
      if (isOver || tray !== null) return
      tray = new Tray(imageOf(icon))
      // macOS opens the menu on a click, and tells of the click as well.
      if (process.platform !== 'darwin') tray.on('click', () => run('open'))
      fill()
    },
    render(items, state) {
      shownItems = items
      const shown = icon
      icon = chooseIcon(state)
      fill()
      if (icon !== shown) tray?.setImage(imageOf(icon))
    },
    onCommand: (wanted) => void (run = wanted),
    destroy() {
      isOver = true
      tray?.destroy()
      tray = null
    },
  }
}

function imageOf(icon: Icon): Electron.NativeImage {
  return nativeImage.createFromPath(
    fileURLToPath(new URL(`../../../main/assets/${fileOf(icon)}`, import.meta.url)),
  )
}

/** macOS wants black alone, Windows its own format, and the others one for light and dark panels. */
function fileOf(icon: Icon): string {
  if (process.platform === 'darwin') return `tray-${icon}Template.png`
  const theme = isPanelDark() ? 'dark' : 'light'
  return `tray-${icon}-${theme}.${process.platform === 'win32' ? 'ico' : 'png'}`
}

function isPanelDark(): boolean {
  // The taskbar has a theme of its own.
  if (process.platform === 'win32') return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
  // GNOME's top bar is dark, whatever its windows are.
  if (/\bgnome\b/i.test(process.env['XDG_CURRENT_DESKTOP'] ?? '')) return true
  return nativeTheme.shouldUseDarkColors
}

// A single & in a label marks an access key, and a name may hold one.
function literal(label: string): string {
  return label.replaceAll('&', '&&')
}
