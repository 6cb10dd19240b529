// Electron's Menu and MenuItem.

import type { MenuItem, MenuItemConstructorOptions } from 'electron'
import type { MenuLine } from './contract.js'
import { strict } from './strict.js'

export type ItemDouble = {
  type: 'normal' | 'separator'
  label: string
  enabled: boolean
  click: () => void
}

export class MenuDouble {
  items: ItemDouble[] = []

  static buildFromTemplate(template: MenuItemConstructorOptions[]): MenuDouble {
    const menu = new MenuDouble()
    menu.items = template.map((options) => {
      const { type = 'normal', label = '', enabled = true, click, ...rest } = options
      const [unknown] = Object.keys(rest)
      if (unknown !== undefined || (type !== 'normal' && type !== 'separator')) {
        throw new Error(`the stand-in has no menu item with ${unknown ?? `type ${type}`}`)
      }
      const item: ItemDouble = strict('menuItem', {
        type,
        label,
        enabled,
        click: () => click?.(item as never, undefined, {}),
      })
      return item
    })
    return strict('menu', menu)
  }

  static setApplicationMenu(_menu: MenuDouble | null): void {
    // The menu bar of windows, which pages do not see.
  }
}

/** What a person reads now: a later change of an item is not in it. */
export function linesOf(
  items: readonly { type: string; label: string; enabled: boolean }[],
): MenuLine[] {
  return items.map(({ type, label, enabled }) => ({
    kind: type === 'separator' ? 'separator' : 'item',
    // One & marks the access key, two are one that is read.
    label: label.replace(/&(.?)/gs, '$1'),
    enabled: enabled && type !== 'separator',
  }))
}

MenuDouble satisfies {
  buildFromTemplate(template: MenuItemConstructorOptions[]): {
    items: Pick<MenuItem, 'enabled' | 'label'>[]
  }
  setApplicationMenu(menu: MenuDouble | null): void
}
