// Times in HTTP headers: dates, Retry-After, and how far this computer's clock is behind.

import type { Clock } from '../base/clock.js'

/**
 * Parses a date in each of the three forms that recipients must accept. Null for anything else.
 * `Date.parse` alone would accept nearly any text, and read the third form as local time.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7}
 */
export function parseDate(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const isGmt = IMF_FIXDATE.test(value) || RFC850_DATE.test(value)
  if (!isGmt && !ASCTIME_DATE.test(value)) return null
  const ms = Date.parse(isGmt ? value : `${value} GMT`)
  return Number.isNaN(ms) ? null : ms
}

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const RFC850_DATE = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [\d ]\d \d{2}:\d{2}:\d{2} \d{4}$/

const LONGEST_RETRY_AFTER_MS = 24 * 60 * 60 * 1000

/**
 * Parses Retry-After into milliseconds from `nowMs`, at most a day. Null if it is missing or unclear.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3}
 */
export function parseRetryAfter(value: unknown, nowMs: number): number | null {
  if (typeof value !== 'string') return null
  const untilMs = parseDate(value)
  if (untilMs === null && !/^\d+$/.test(value)) return null
  const ms = untilMs === null ? Number(value) * 1000 : untilMs - nowMs
  return Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS)
}

export type ClockSkew = {
  /** Records the time from a trusted answer. */
  record(dateMs: number): void
  /** The least that this computer's clock is behind. Null until an answer has given the time. */
  behindMs(): number | null
}

/**
 * Learns from answers how wrong this computer's clock is. The time since the last answer is counted by a
 * clock that no one sets. That clock may stop while the computer sleeps, so the true time is never
 * earlier than the result says.
 */
export function createClockSkew(clock: Pick<Clock, 'nowMs'>): ClockSkew {
  let told: { dateMs: number; countedMs: number } | null = null
  return {
    record: (dateMs) => void (told = { dateMs, countedMs: performance.now() }),
    behindMs: () =>
      told === null ? null : told.dateMs + performance.now() - told.countedMs - clock.nowMs(),
  }
}
