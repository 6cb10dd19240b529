// Passes standard input to the program that listens on a socket, and ends when that has read it. A
// separate process, because the app that contacts another one must wait in the middle of a call.

import { connect } from 'node:net'

const socket = connect(process.argv[2] ?? '')
let heard = false
socket.on('data', () => void (heard = true))
socket.on('error', () => process.exit(1))
socket.on('close', () => process.exit(heard ? 0 : 1))
process.stdin.pipe(socket)
