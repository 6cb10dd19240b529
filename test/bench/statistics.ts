// Medians and spreads of samples.

export type Summary = {
  samples: number
  min: number
  /** The first quartile. */
  q1: number
  median: number
  /** The third quartile. */
  q3: number
  max: number
}

/** Summarizes at least one sample. Figures keep four significant digits. */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new Error('There are no samples.')
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number => round(quantile(sorted, share))
  return {
    samples: sorted.length,
    min: at(0),
    q1: at(0.25),
    median: at(0.5),
    q3: at(0.75),
    max: at(1),
  }
}

/** Returns a quantile of sorted samples, between two of them if necessary. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]!
  const above = sorted[Math.ceil(place)]!
  return below + (above - below) * (place - Math.floor(place))
}

export function median(samples: readonly number[]): number {
  return quantile(
    samples.toSorted((a, b) => a - b),
    0.5,
  )
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
