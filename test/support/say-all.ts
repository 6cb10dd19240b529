// Says every message of a table, so that a spec can pin the whole table.

type Entry = string | readonly string[] | ((...given: never[]) => unknown)

/** Returns the table with each function called with what is given for its key. */
export function sayAll<Table extends Readonly<Record<string, Entry>>>(
  table: Table,
  given: {
    [
      Key in keyof Table as Table[Key] extends string | readonly string[] ? never : Key
    ]: Table[Key] extends (...args: infer Given) => unknown ? Given : never
  },
): Record<string, unknown> {
  const args = new Map<string, never[]>(Object.entries(given))
  return Object.fromEntries(
    Object.entries<Entry>(table).map(([key, entry]) => [
      key,
      typeof entry === 'function' ? entry(...(args.get(key) ?? [])) : entry,
    ]),
  )
}
