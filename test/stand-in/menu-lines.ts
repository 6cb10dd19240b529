// A menu as the user reads it.

import type { MenuLine } from './contract.js'

/** An item as far as the user sees it. `submenu` is null or absent unless the item opens one. */
export type Item = {
  type: string
  label: string
  enabled: boolean
  checked: boolean
  submenu?: { items: readonly Item[] } | null
}

/** Reads the menu's lines now. Later changes of an item are not included. */
export function toLines(items: readonly Item[]): MenuLine[] {
  return items.map(({ type, label, enabled, checked, submenu }) => ({
    kind: type === 'separator' ? 'separator' : 'item',
    // One & marks the access key, and two show one.
    label: label.replace(/&(.?)/gs, '$1'),
    enabled: enabled && type !== 'separator',
    ...(type === 'checkbox' && { checked }),
    ...(submenu && { lines: toLines(submenu.items) }),
  }))
}

/**
 * Finds the item that these labels lead to, through submenus, in the lines as the user sees them. Fails
 * if the user could not choose it.
 */
export function findItem<Found extends Item & { submenu?: { items: readonly Found[] } | null }>(
  { items, lines }: { items: readonly Found[]; lines: readonly MenuLine[] },
  [label = '', ...rest]: readonly string[],
): Found {
  const index = lines.findIndex((line) => line.kind === 'item' && line.label === label)
  const shown = lines.map((line) => line.label).join(', ')
  const [item, line] = [items[index], lines[index]]
  if (!item || !line) throw new Error(`the menu has no "${label}"; it has: ${shown}`)
  if (!line.enabled) throw new Error(`"${label}" cannot be chosen`)
  if (rest.length === 0) return item
  return findItem({ items: item.submenu?.items ?? [], lines: line.lines ?? [] }, rest)
}
