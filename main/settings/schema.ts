// A small validator for settings: loading zod would double the time that `--help` takes.

/** Checks and converts a value. */
export type Schema<Value> = {
  safeParse(given: unknown): Parsed<Value>
  /** Adds a condition. */
  refine(holds: (value: Value) => boolean): Schema<Value>
  transform<Next>(convert: (value: Value) => Next): Schema<Next>
  /** Converts a raw value first. */
  after(convert: (given: unknown) => unknown): Schema<Value>
}

type Parsed<Value> = { success: true; data: Value } | { success: false }

const INVALID = { success: false } as const

function createSchema<Value>(safeParse: (given: unknown) => Parsed<Value>): Schema<Value> {
  const andThen = <Next>(next: (value: Value) => Parsed<Next>): Schema<Next> =>
    createSchema((given) => {
      const parsed = safeParse(given)
      return parsed.success ? next(parsed.data) : INVALID
    })
  return {
    safeParse,
    refine: (holds) => andThen((data) => (holds(data) ? { success: true, data } : INVALID)),
    transform: (convert) => andThen((value) => ({ success: true, data: convert(value) })),
    after: (convert) => createSchema((given) => safeParse(convert(given))),
  }
}

function check<Value>(matches: (given: unknown) => given is Value): Schema<Value> {
  return createSchema((given) => (matches(given) ? { success: true, data: given } : INVALID))
}

export const boolean = check((given) => typeof given === 'boolean')

/** Text with at least one character, without spaces around it. */
export const text = check((given) => typeof given === 'string')
  .transform((value) => value.trim())
  .refine((value) => value !== '')

export function wholeNumber(least: number, most: number): Schema<number> {
  return check((given): given is number => Number.isSafeInteger(given)).refine(
    (value) => value >= least && value <= most,
  )
}

export function anyOf<Value extends string>(values: readonly Value[]): Schema<Value> {
  return check((given): given is Value => (values as readonly unknown[]).includes(given))
}

export function listOf<Value>(entry: Schema<Value>): Schema<readonly Value[]> {
  return createSchema((given) => {
    if (!Array.isArray(given)) return INVALID
    const entries = given.map((one: unknown) => entry.safeParse(one))
    if (!entries.every((one) => one.success)) return INVALID
    return { success: true, data: entries.map(({ data }) => data) }
  })
}

/** An object of texts. */
export function recordOf(
  isName: (name: string) => boolean,
  isValue: (value: string) => boolean,
): Schema<Readonly<Record<string, string>>> {
  return check((given): given is Record<string, string> => {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
    return Object.entries(given).every(
      ([name, value]) => isName(name) && typeof value === 'string' && isValue(value),
    )
  })
}
