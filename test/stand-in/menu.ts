// Electron's Menu and MenuItem.

import type { MenuItem, MenuItemConstructorOptions } from 'electron'
import type { MenuLine } from './contract.js'
import { clipboardDouble } from './clipboard.js'
import { answer } from './host.js'
import { toLines } from './menu-lines.js'
import { strict } from './strict.js'

export type ItemDouble = {
  type: 'normal' | 'separator' | 'checkbox' | 'submenu'
  label: string
  enabled: boolean
  checked: boolean
  submenu: MenuDouble | null
  click: () => void
}

/** The menu that is open in a page, and the text that the user had selected there. */
let openMenu: { items: readonly ItemDouble[]; selection: string } | null = null

export class MenuDouble {
  items: ItemDouble[] = []

  static buildFromTemplate(template: MenuItemConstructorOptions[]): MenuDouble {
    const menu = new MenuDouble()
    menu.items = template.map((options) => {
      const {
        type = 'normal',
        label = '',
        enabled = true,
        checked = false,
        click,
        role,
        submenu,
        ...rest
      } = options
      const [unknown] = Object.keys(rest)
      if (
        unknown !== undefined ||
        (role !== undefined && !ROLES.some((known) => known === role)) ||
        (type !== 'normal' && type !== 'separator' && type !== 'checkbox')
      ) {
        throw new Error(
          `the stand-in has no menu item with ${unknown ?? (role === undefined ? `type ${type}` : 'role')}`,
        )
      }
      const item: ItemDouble = strict('menuItem', {
        // Electron derives it.
        type: submenu === undefined ? type : 'submenu',
        label,
        enabled,
        checked,
        submenu: Array.isArray(submenu) ? MenuDouble.buildFromTemplate(submenu) : null,
        click: () => {
          // Electron changes it before the app gets the click.
          if (type === 'checkbox') item.checked = !item.checked
          if (role !== undefined) playRole(role)
          click?.(item as never, undefined, {})
        },
      })
      return item
    })
    return strict('menu', menu)
  }

  popup(): void {
    openMenu = { items: this.items, selection: openMenu?.selection ?? '' }
  }

  static setApplicationMenu(_menu: MenuDouble | null): void {
    // The menu bar of windows, which pages can't see.
  }
}

const ROLES = ['copy', 'cut', 'paste', 'selectAll'] as const

/** Chromium's actions for items. Only copying has an effect outside the page. */
function playRole(role: string): void {
  if (role !== 'copy') throw new Error(`the stand-in cannot ${role} in a page`)
  void clipboardDouble.writeText(openMenu?.selection ?? '')
}

/** Returns the lines of the menu that opens while `click` runs. */
export function openMenuIn(selection: string, click: () => void): MenuLine[] {
  openMenu = { items: [], selection }
  click()
  return toLines(openMenu.items)
}

answer({
  chooseInPage(label) {
    const lines = toLines(openMenu?.items ?? [])
    const index = lines.findIndex((line) => line.label === label)
    if (!lines[index]?.enabled) throw new Error(`the menu has no "${label}" that can be chosen`)
    openMenu?.items[index]?.click()
  },
})

MenuDouble satisfies {
  buildFromTemplate(template: MenuItemConstructorOptions[]): {
    items: Pick<MenuItem, 'enabled' | 'label'>[]
  }
  setApplicationMenu(menu: MenuDouble | null): void
}
