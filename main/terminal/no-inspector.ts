// Imported first by programs in plain Node: keeps other programs from using Node's inspector.

import { close, url } from 'node:inspector'

// Any program of this user can send the signal, and a program that reaches the inspector can read
// every token. With a listener, Node ignores the signal. A script can't give itself the flag
// `--disable-sigusr1`. @see {@link https://nodejs.org/api/process.html#signal-events}
process.on('SIGUSR1', () => undefined)

// NODE_OPTIONS may be meant for another program, and any user reaches the inspector's port. A flag
// in this program's own command line is intended.
const isWished = process.execArgv.some((flag) => flag.startsWith('--inspect'))
if (!isWished && url() !== undefined) close()
