// Electron's Menu and MenuItem.

import type { MenuItem, MenuItemConstructorOptions } from 'electron'
import type { MenuLine } from './contract.js'
import { strict } from './strict.js'

export type ItemDouble = {
  type: 'normal' | 'separator' | 'checkbox'
  label: string
  enabled: boolean
  checked: boolean
  click: () => void
}

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
        ...rest
      } = options
      const [unknown] = Object.keys(rest)
      if (
        unknown !== undefined ||
        (type !== 'normal' && type !== 'separator' && type !== 'checkbox')
      ) {
        throw new Error(`the stand-in has no menu item with ${unknown ?? `type ${type}`}`)
      }
      const item: ItemDouble = strict('menuItem', {
        type,
        label,
        enabled,
        checked,
        click: () => {
          // Electron changes it before the app hears of the click.
          if (type === 'checkbox') item.checked = !item.checked
          click?.(item as never, undefined, {})
        },
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
  items: readonly { type: string; label: string; enabled: boolean; checked: boolean }[],
): MenuLine[] {
  return items.map(({ type, label, enabled, checked }) => ({
    kind: type === 'separator' ? 'separator' : 'item',
    // One & marks the access key, two are one that is read.
    label: label.replace(/&(.?)/gs, '$1'),
    enabled: enabled && type !== 'separator',
    ...(type === 'checkbox' && { checked }),
  }))
}

MenuDouble satisfies {
  buildFromTemplate(template: MenuItemConstructorOptions[]): {
    items: Pick<MenuItem, 'enabled' | 'label'>[]
  }
  setApplicationMenu(menu: MenuDouble | null): void
}
