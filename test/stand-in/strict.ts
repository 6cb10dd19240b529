// Makes an object throw if a missing member is read, so that a gap in the double is never mistaken for
// a disabled feature.

/** Members that Node reads of every object, for `await` and for printing. */
const ALWAYS: ReadonlySet<PropertyKey> = new Set(['then', 'toJSON', 'constructor', 'domain'])

/**
 * Returns a view of `target` that throws if a missing member is read, and names it. Methods keep
 * the target as their `this`. If `isDestroyed` returns true, it throws Electron's own error instead,
 * except for `isDestroyed` itself and for listening.
 */
export function strict<Target extends object>(
  name: string,
  target: Target,
  isDestroyed: () => boolean = () => false,
): Target {
  // By the method, not its name, so that a replaced method is found.
  const bound = new WeakMap<object, unknown>()
  return new Proxy(target, {
    get(_target, key) {
      if (!(key in target)) {
        if (typeof key === 'symbol' || ALWAYS.has(key)) return undefined
        throw new Error(
          `the stand-in has no ${name}.${key}: the app did not use it so far. ` +
            'Add it to test/stand-in, as its documentation says.',
        )
      }
      if (isDestroyed() && !LIVES_ON.has(key)) throw new TypeError('Object has been destroyed')
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function' || key === 'constructor') return value
      if (!bound.has(value)) bound.set(value, value.bind(target))
      return bound.get(value)
    },
  })
}

const LIVES_ON: ReadonlySet<PropertyKey> = new Set([
  'isDestroyed',
  'constructor',
  'on',
  'once',
  'off',
  'removeListener',
  'removeAllListeners',
])

/** Makes an event as Electron passes it to listeners. */
export type PreventableEvent<Details extends object = object> = Details & {
  preventDefault(): void
  readonly defaultPrevented: boolean
}

export function createEvent<Details extends object>(details: Details): PreventableEvent<Details> {
  let prevented = false
  return Object.defineProperties(
    { preventDefault: () => void (prevented = true) },
    {
      defaultPrevented: { get: () => prevented },
      ...Object.getOwnPropertyDescriptors(details),
    },
  ) as PreventableEvent<Details>
}
