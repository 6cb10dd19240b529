// The tray's icon and menu.

import { fileURLToPath } from 'node:url'
import { Menu, nativeImage, Tray, type MenuItemConstructorOptions } from 'electron'
import type { MenuCommand, MenuItem } from '../present/menu.js'

export type TrayMenu = {
  /** Shows a menu in place of the one before. */
  render(items: readonly MenuItem[]): void
  destroy(): void
}

const ICON = fileURLToPath(
  new URL(
    process.platform === 'darwin'
      ? '../../../main/assets/tray-signed-inTemplate.png'
      : '../../../main/assets/tray-signed-in-light.png',
    import.meta.url,
  ),
)

/**
 * Puts the icon into the tray. Keep what this returns: a tray that is garbage-collected disappears.
 * Nothing depends on a click on the icon, which Linux desktops may not send, nor on the icon being
 * seen, which takes a tray host there.
 */
export function createTray(run: (command: MenuCommand) => void): TrayMenu {
  const tray = new Tray(nativeImage.createFromPath(ICON))
  tray.setToolTip('Latchkey')

  const toTemplate = (item: MenuItem): MenuItemConstructorOptions => {
    switch (item.kind) {
      case 'separator':
        return { type: 'separator' }
      case 'text':
        return { label: literal(item.label), enabled: false }
      case 'command':
        return { label: literal(item.label), click: () => run(item.command) }
    }
  }

  return {
    render(items) {
      // On Linux a changed item shows only in a new menu.
      tray.setContextMenu(Menu.buildFromTemplate(items.map(toTemplate)))
      const [first] = items
      if (first?.kind === 'text') tray.setToolTip(`Latchkey: ${first.label}`)
    },
    destroy: () => tray.destroy(),
  }
}

// A single & in a label marks an access key, and a name may hold one.
function literal(label: string): string {
  return label.replaceAll('&', '&&')
}
