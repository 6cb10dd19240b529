// Counts repeated events, so that one fault doesn't fill the log or the terminal.

export type Repeats<Item> = {
  /** Reports the first item of a kind, the tenth, the hundredth and so on, and counts the others. */
  add(kind: string, item: Item): void
  /** Reports the items since the last report of each kind, and starts over. */
  flush(): void
}

/** The most kinds that are counted at a time. A kind that was dropped starts over at one. */
const MOST_KINDS = 100
const FACTOR = 10

/** `tell` gets the last item of a kind, and the number of items so far. */
export function createRepeats<Item>(tell: (item: Item, count: number) => void): Repeats<Item> {
  const kinds = new Map<string, { count: number; toldAt: number; item: Item }>()
  const tellLast = (kind: string): void => {
    const seen = kinds.get(kind)
    if (seen && seen.count > seen.toldAt) tell(seen.item, seen.count)
  }
  return {
    add(kind, item) {
      const { count, toldAt } = kinds.get(kind) ?? { count: 0, toldAt: 0 }
      const isDue = count + 1 === Math.max(1, toldAt * FACTOR)
      // Moved to the end, so that the first entry is the least recent.
      kinds.delete(kind)
      kinds.set(kind, { count: count + 1, toldAt: isDue ? count + 1 : toldAt, item })
      if (isDue) tell(item, count + 1)
      const [oldest] = kinds.keys()
      if (kinds.size <= MOST_KINDS || oldest === undefined) return
      tellLast(oldest)
      kinds.delete(oldest)
    },
    flush() {
      for (const kind of kinds.keys()) tellLast(kind)
      kinds.clear()
    },
  }
}
