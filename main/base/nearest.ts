// Finds the known name that is closest to a misspelt one.

/** Finds the name in `known` that `word` probably stands for. Null if none is close. */
export function nearest(word: string, known: readonly string[]): string | null {
  const plain = simplify(word)
  const ranked = known
    .map((name) => ({ name, distance: measureDistance(plain, simplify(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(simplify(name).length / 4)))
    .toSorted((a, b) => a.distance - b.distance)
  return ranked[0]?.name ?? null
}

/** Ignores case, hyphens and underscores, which differ between the spellings of one name. */
function simplify(name: string): string {
  return name.slice(0, 64).toLowerCase().replace(/[-_]/g, '')
}

/** Counts the letters that are extra, missing, wrong, or swapped with their neighbour. */
function measureDistance(a: string, b: string): number {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next.push(isSwapped ? Math.min(least, before[j - 2]! + 1) : least)
    }
    ;[before, row] = [row, next]
  }
  return row[b.length]!
}
