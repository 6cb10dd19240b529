// Imported first by programs in plain Node: keeps SIGUSR1 from opening Node's inspector.

// Any program of this user can send the signal, and whoever reaches the inspector reads every token.
// With a listener Node leaves the signal alone; `--disable-sigusr1` is a flag that a script cannot
// give itself. @see {@link https://nodejs.org/api/process.html#signal-events}
process.on('SIGUSR1', () => undefined)
