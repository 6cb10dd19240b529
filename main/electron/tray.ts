// The tray's icon and menu.

import { fileURLToPath } from 'node:url'
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions } from 'electron'
import type { Summary } from '../auth/model.js'
import { iconOf, type Icon } from '../present/icon.js'
import type { MenuCommand, MenuItem } from '../present/menu.js'

export type TrayIcon = {
  /** Shows a menu and an icon in place of those before. */
  render(items: readonly MenuItem[], state: Summary): void
  /** What a chosen command does. */
  onCommand(run: (command: MenuCommand) => void): void
  destroy(): void
}

/**
 * Puts the icon into the tray. Keep what this returns: a tray that is garbage-collected disappears.
 * Nothing depends on a click on the icon, which Linux desktops may not send, nor on the icon being
 * seen, which takes a tray host there.
 */
export function createTray(): TrayIcon {
  let icon: Icon = 'signed-out'
  let run: (command: MenuCommand) => void = () => undefined
  const tray = new Tray(imageOf(icon))
  tray.setToolTip('Latchkey')
  // macOS colours its template images itself.
  nativeTheme.on('updated', () => tray.setImage(imageOf(icon)))

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

  return {
    render(items, state) {
      // On Linux a changed item shows only in a new menu.
      tray.setContextMenu(Menu.buildFromTemplate(items.map(toTemplate)))
      const [first] = items
      if (first?.kind === 'text') tray.setToolTip(`Latchkey: ${first.label}`)
      const shown = icon
      icon = iconOf(state)
      if (icon !== shown) tray.setImage(imageOf(icon))
    },
    onCommand: (wanted) => void (run = wanted),
    destroy: () => tray.destroy(),
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
