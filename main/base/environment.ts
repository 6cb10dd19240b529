// The type of a process' environment variables.

export type Environment = Readonly<Record<string, string | undefined>>
