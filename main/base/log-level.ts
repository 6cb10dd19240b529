// The levels of the log.

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const

/** How much the log contains. Each level includes the ones before it. */
export type LogLevel = (typeof LOG_LEVELS)[number]
