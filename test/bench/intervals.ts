// Spans of time, and what is left of one without others.

export type Interval = { startMs: number; endMs: number }

/** Returns how long a window is, in milliseconds, without the parts that lie in the given intervals. */
export function measureOutside(window: Interval, intervals: readonly Interval[]): number {
  let insideMs = 0
  let reachedMs = window.startMs
  for (const { startMs, endMs } of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    const fromMs = Math.max(startMs, reachedMs)
    const toMs = Math.min(endMs, window.endMs)
    if (toMs <= fromMs) continue
    insideMs += toMs - fromMs
    reachedMs = toMs
  }
  return window.endMs - window.startMs - insideMs
}
