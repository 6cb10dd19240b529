// Writes lists as a person would: "a, b and c". Creating an Intl.ListFormat would take a tenth of the start.

/** Writes "a, b and c". Empty for an empty list. */
export function formatList(items: readonly string[]): string {
  return join(items, 'and')
}

/** Writes "a, b or c". Empty for an empty list. */
export function formatChoices(items: readonly string[]): string {
  return join(items, 'or')
}

function join(items: readonly string[], word: string): string {
  const [last = '', ...others] = items.toReversed()
  return others.length === 0 ? last : `${others.toReversed().join(', ')} ${word} ${last}`
}
