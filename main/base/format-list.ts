// Writes lists as a person would: "a, b and c".

const AND = new Intl.ListFormat('en-GB')
const OR = new Intl.ListFormat('en-GB', { type: 'disjunction' })

/** Writes "a, b and c". Empty for an empty list. */
export function formatList(items: readonly string[]): string {
  return AND.format(items)
}

/** Writes "a, b or c". Empty for an empty list. */
export function formatChoices(items: readonly string[]): string {
  return OR.format(items)
}
