// A menu as the user reads it.

import type { MenuLine } from './contract.js'

/** Reads the menu's lines now. Later changes of an item are not included. */
export function toLines(
  items: readonly { type: string; label: string; enabled: boolean; checked: boolean }[],
): MenuLine[] {
  return items.map(({ type, label, enabled, checked }) => ({
    kind: type === 'separator' ? 'separator' : 'item',
    // One & marks the access key, and two show one.
    label: label.replace(/&(.?)/gs, '$1'),
    enabled: enabled && type !== 'separator',
    ...(type === 'checkbox' && { checked }),
  }))
}
