// Imported first by programs in plain Node: keeps SIGUSR1 from opening Node's inspector.

// Any program of this user can send the signal, and a program that reaches the inspector can read
// every token. With a listener, Node ignores the signal. A script can't give itself the flag
// `--disable-sigusr1`. @see {@link https://nodejs.org/api/process.html#signal-events}
process.on('SIGUSR1', () => undefined)
