// A small validator for what a start reads: settings and files. Loading zod would take a tenth of the start.

/** Checks and converts a value. */
export type Schema<Value> = {
  safeParse(given: unknown): Parsed<Value>
  /** Adds a condition. */
  refine(holds: (value: Value) => boolean): Schema<Value>
  transform<Next>(convert: (value: Value) => Next): Schema<Next>
  /** Converts a raw value first. */
  after(convert: (given: unknown) => unknown): Schema<Value>
}

/** The value that a schema gives. */
export type Infer<Of> = Of extends Schema<infer Value> ? Value : never

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

export const unknown = createSchema((given) => ({ success: true, data: given }))

export const string = check((given) => typeof given === 'string')

export const number = check((given): given is number => Number.isFinite(given))

/** Text with at least one character, without spaces around it. */
export const text = string.transform((value) => value.trim()).refine((value) => value !== '')

export function wholeNumber(least: number, most: number): Schema<number> {
  return check((given): given is number => Number.isSafeInteger(given)).refine(
    (value) => value >= least && value <= most,
  )
}

export function anyOf<const Value extends string | number>(
  values: readonly Value[],
): Schema<Value> {
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

/** One of two schemas, tried in this order. */
export function either<One, Other>(one: Schema<One>, other: Schema<Other>): Schema<One | Other> {
  return createSchema<One | Other>((given) => {
    const parsed = one.safeParse(given)
    return parsed.success ? parsed : other.safeParse(given)
  })
}

export function nullable<Value>(schema: Schema<Value>): Schema<Value | null> {
  return createSchema<Value | null>((given) =>
    given === null ? { success: true, data: null } : schema.safeParse(given),
  )
}

/** A member that an object may lack. */
export function optional<Value>(schema: Schema<Value>): Schema<Value | undefined> {
  return createSchema<Value | undefined>((given) =>
    given === undefined ? { success: true, data: undefined } : schema.safeParse(given),
  )
}

type Shape = Readonly<Record<string, Schema<unknown>>>
type OptionalNames<Of extends Shape> = {
  [Name in keyof Of]: undefined extends Infer<Of[Name]> ? Name : never
}[keyof Of]
type ObjectOf<Of extends Shape> = {
  [Name in Exclude<keyof Of, OptionalNames<Of>>]: Infer<Of[Name]>
} & { [Name in OptionalNames<Of>]?: Exclude<Infer<Of[Name]>, undefined> }

/** An object with these members. Leaves out any others. */
export function objectOf<Of extends Shape>(shape: Of): Schema<ObjectOf<Of>> {
  return createSchema((given) => {
    if (!isObject(given)) return INVALID
    const data: Record<string, unknown> = {}
    for (const [name, schema] of Object.entries(shape)) {
      const parsed = schema.safeParse(Object.hasOwn(given, name) ? given[name] : undefined)
      if (!parsed.success) return INVALID
      if (parsed.data !== undefined) data[name] = parsed.data
    }
    return { success: true, data: data as ObjectOf<Of> }
  })
}

/** An object with these members, and with any others as they are. */
export function looseObjectOf<Of extends Shape>(
  shape: Of,
): Schema<ObjectOf<Of> & Record<string, unknown>> {
  const known = objectOf(shape)
  return createSchema((given) => {
    const parsed = known.safeParse(given)
    if (!parsed.success || !isObject(given)) return INVALID
    return { success: true, data: { ...given, ...parsed.data } }
  })
}

export function isObject(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

/** An object of texts. */
export function recordOf(
  isName: (name: string) => boolean,
  isValue: (value: string) => boolean,
): Schema<Readonly<Record<string, string>>> {
  return check((given): given is Record<string, string> => {
    if (!isObject(given)) return false
    return Object.entries(given).every(
      ([name, value]) => isName(name) && typeof value === 'string' && isValue(value),
    )
  })
}
