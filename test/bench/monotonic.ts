// A clock that all processes of this machine share, and that nobody sets.

/** Milliseconds since some fixed time, with fractions. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
