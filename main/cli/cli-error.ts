// Why a command failed: a message for a person, and the exit code.

import { EXIT_CODES, type ExitName } from './exit-codes.js'

export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exit: ExitName

  /** `message` contains no token and no key. */
  constructor(exit: ExitName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exit = exit
  }

  get exitCode(): number {
    return EXIT_CODES[this.exit]
  }
}
