// Ends the program in order: on a signal, if its output is gone, or if it cannot start.

import { EXIT, explainFailure } from '../app/exit.js'
import { complain } from '../base/output.js'

export type Ending = {
  /** Registers a function to call at the end, before those registered earlier. */
  onEnd(close: () => void | Promise<void>): void
  isStopping(): boolean
  /** Closes everything, then exits. A second call exits at once. */
  stop(): void
  /** Like {@link Ending.stop}, but a second call does nothing. */
  stopOnce(): void
  /** Prints the first message of several, and stops with the exit code for a failure. */
  failOnce(message: string): void
  /** Prints why the program could not start, and exits at once. */
  giveUp(thrown: unknown): never
}

export function createEnding(): Ending {
  const state = { isStopping: false, exitCode: EXIT.ok as number }
  const closers: (() => void | Promise<void>)[] = []
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close()
  }
  const stop = (): void => {
    if (state.isStopping) process.exit(state.exitCode)
    state.isStopping = true
    void closeAll().then(() => process.exit(state.exitCode))
  }
  // Every write to a closed output fails. The later failures must not cut the first ending short.
  const stopOnce = (): void => (state.isStopping ? undefined : stop())
  return {
    onEnd: (close) => void closers.push(close),
    isStopping: () => state.isStopping,
    stop,
    stopOnce,
    failOnce(message) {
      const isFirst = state.exitCode !== EXIT.failed
      state.exitCode = EXIT.failed
      if (isFirst) complain(message)
      stopOnce()
    },
    giveUp(thrown) {
      const { message, exitCode } = explainFailure(thrown)
      complain(message)
      process.exit(exitCode)
    },
  }
}
