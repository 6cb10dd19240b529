// Counts what comes again and again, so that one fault fills neither the log nor a terminal.

export type Repeats<Item> = {
  /** Tells of the first of a kind, of the tenth, the hundredth and so on, and counts the others. */
  add(kind: string, item: Item): void
  /** Tells what came since it was last told of, and begins anew. */
  flush(): void
}

/** So many kinds are counted at a time; a kind that was pushed out begins again with its first. */
const MOST_KINDS = 100
const FACTOR = 10

/** `tell` gets the last of a kind, and how often that has come so far. */
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
      // Put last, so that the first is the one that has not come for the longest.
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
