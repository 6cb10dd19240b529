// Shows the tray's icon and menu.

import { join } from 'node:path'
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions } from 'electron'
import { APP_FOLDER } from '../base/app-folder.js'
import type { Icon } from '../present/icon.js'
import type { MenuCommand, MenuItem } from '../present/menu.js'

export type TrayIcon = {
  /**
   * Puts the icon into the tray. On Linux, Electron asks only now if the desktop has a StatusNotifier
   * host. Without one, it uses the older kind of tray from then on, or none.
   */
  show(): void
  /** Replaces the menu and the icon. If called before `show`, the change appears with `show`. */
  render(items: readonly MenuItem[], icon: Icon): void
  /** Runs a chosen command. */
  onCommand(run: (command: MenuCommand) => void): void
  destroy(): void
}

/**
 * Creates the tray's icon, to be shown later. Keep the result, because a garbage-collected tray
 * disappears. No function depends on a click on the icon, which some Linux desktops don't report, or on
 * a visible icon, which needs a tray host there.
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
      case 'submenu':
        return { label: literal(item.label), submenu: item.items.map(toTemplate) }
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
    // On Linux, a changed item appears only in a new menu.
    tray?.setContextMenu(Menu.buildFromTemplate(shownItems.map(toTemplate)))
    const [first] = shownItems
    tray?.setToolTip(first?.kind === 'text' ? `Latchkey: ${first.label}` : 'Latchkey')
  }
  // macOS colors template images itself.
  nativeTheme.on('updated', () => tray?.setImage(loadImage(icon)))

  return {
    show() {
      if (isOver || tray !== null) return
      tray = new Tray(loadImage(icon))
      // macOS opens the menu on a click, but also reports the click.
      if (process.platform !== 'darwin') tray.on('click', () => run('open'))
      fill()
    },
    render(items, wanted) {
      shownItems = items
      const shown = icon
      icon = wanted
      fill()
      if (icon !== shown) tray?.setImage(loadImage(icon))
    },
    onCommand: (wanted) => void (run = wanted),
    destroy() {
      isOver = true
      tray?.destroy()
      tray = null
    },
  }
}

function loadImage(icon: Icon): Electron.NativeImage {
  return nativeImage.createFromPath(join(APP_FOLDER, 'main/assets', toFileName(icon)))
}

/** macOS needs black images, Windows its own format, and other systems one image per panel theme. */
function toFileName(icon: Icon): string {
  if (process.platform === 'darwin') return `tray-${icon}Template.png`
  const theme = isPanelDark() ? 'dark' : 'light'
  return `tray-${icon}-${theme}.${process.platform === 'win32' ? 'ico' : 'png'}`
}

function isPanelDark(): boolean {
  // The taskbar has its own theme.
  if (process.platform === 'win32') return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
  // GNOME's top bar is dark, even with light windows.
  if (/\bgnome\b/i.test(process.env['XDG_CURRENT_DESKTOP'] ?? '')) return true
  return nativeTheme.shouldUseDarkColors
}

// A single & in a label marks an access key, so an & in a name must be doubled.
function literal(label: string): string {
  return label.replaceAll('&', '&&')
}
