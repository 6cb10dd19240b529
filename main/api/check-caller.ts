// Has the guard check each request as soon as the owner of its connection is known.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Connections } from './connections.js'
import { checkRequest, guard, isOpenCall, type GuardDeps } from './guard.js'
import type { Problem } from './problem.js'

export type CheckCallerDeps = {
  guard: GuardDeps
  connections: Connections
  /** Called with errors of our own. */
  report(error: unknown): void
}

/** Calls back with why the request is rejected; null if it may continue. Not if the caller has hung up. */
export type CheckCaller = (
  request: IncomingMessage,
  settle: (problem: Problem | null) => void,
) => void

export function createCallerCheck(deps: CheckCallerDeps): CheckCaller {
  const { connections } = deps
  /** Connections with a request that waits for the verdict. */
  const waiting = new WeakSet<Socket>()
  return (request, settle) => {
    const { socket } = request
    const check = (): void => settle(guard(request, deps.guard))
    // S25: the verdict about a connection is kept with it.
    const needsOwner = !connections.isKnown(socket) && !isOpenCall(request)
    if (!needsOwner || checkRequest(request, deps.guard) !== null) return check()
    // S40: a stranger's pipelined requests must not pile up until the verdict.
    if (waiting.has(socket) && !connections.learnNow(socket)) return void socket.destroy()
    waiting.add(socket)
    connections.learn().then(
      () => {
        waiting.delete(socket)
        // A caller that has hung up in the meantime gets no answer.
        if (!socket.destroyed) check()
      },
      (thrown: unknown) => {
        deps.report(thrown)
        socket.destroy()
      },
    )
  }
}
