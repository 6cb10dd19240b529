// A list that lets callers wait for later entries.

export type Waiting<Item> = {
  readonly all: readonly Item[]
  put(item: Item): void
  /** Takes the first entry that matches, as soon as there is one. */
  take(matches?: (item: Item) => boolean): Promise<Item>
}

export function createWaiting<Item>(): Waiting<Item> {
  const all: Item[] = []
  const taken = new Set<number>()
  let wake = Promise.withResolvers<void>()
  return {
    all,
    put(item) {
      all.push(item)
      wake.resolve()
      wake = Promise.withResolvers()
    },
    async take(matches = () => true) {
      for (;;) {
        const index = all.findIndex((item, at) => !taken.has(at) && matches(item))
        if (index !== -1) {
          taken.add(index)
          return all[index]!
        }
        await wake.promise
      }
    },
  }
}
