// A menu as a person reads it.

import type { MenuLine } from './contract.js'

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
