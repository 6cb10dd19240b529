// How much the log holds.

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const

/** How much the log holds: each level holds those before it too. */
export type LogLevel = (typeof LOG_LEVELS)[number]
