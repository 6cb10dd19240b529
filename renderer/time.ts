// Times and durations in words: pure.

/** `4:59` for milliseconds. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const pad = (count: number): string => String(count).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  return hours === 0
    ? `${minutes}:${pad(seconds % 60)}`
    : `${hours}:${pad(minutes)}:${pad(seconds % 60)}`
}

/** `in 59 minutes` for milliseconds, rounded down. */
export function countdown(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 0) return 'any moment now'
  if (seconds < 60) return `in ${plural(seconds, 'second')}`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `in ${plural(minutes, 'minute')}`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `in ${both(hours, 'hour', minutes % 60, 'minute')}`
  return `in ${both(Math.floor(hours / 24), 'day', hours % 24, 'hour')}`
}

function both(count: number, unit: string, rest: number, smaller: string): string {
  return rest === 0 ? plural(count, unit) : `${plural(count, unit)} ${plural(rest, smaller)}`
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** True if a time is on the same local day as `nowMs`. */
export function isSameDay(ms: number, nowMs: number): boolean {
  return new Date(ms).toDateString() === new Date(nowMs).toDateString()
}

/** A local time, with the day unless it is today. */
export function formatTime(ms: number, nowMs: number): string {
  const isToday = isSameDay(ms, nowMs)
  return new Date(ms).toLocaleString(undefined, {
    ...(!isToday && { weekday: 'short', day: 'numeric', month: 'short' }),
    hour: 'numeric',
    minute: '2-digit',
  })
}

export function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
