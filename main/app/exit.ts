// Exit codes, and how a failed start is explained.

import { AuthError } from '../base/errors.js'
import { SettingsError } from '../base/settings-error.js'
import { DirectoryInUse } from '../storage/directory-in-use.js'

/** Part of both programs' contract: other programs act on these codes. */
export const EXIT = { ok: 0, failed: 1, badSettings: 2, inUse: 3 } as const

/** Explains why a program could not start: a message for a person, and the code to exit with. */
export function explainFailure(thrown: unknown): { message: string; exitCode: number } {
  if (thrown instanceof SettingsError) {
    return { message: thrown.message, exitCode: EXIT.badSettings }
  }
  if (thrown instanceof DirectoryInUse) return { message: thrown.message, exitCode: EXIT.inUse }
  const message = thrown instanceof AuthError ? thrown.message : String(thrown)
  return { message, exitCode: EXIT.failed }
}
