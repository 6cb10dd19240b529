// The error of a start if another Latchkey uses its data directory.

/** The directory has an owner, which the message names in one line. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'

  /** `owner`: the program on this computer that has the directory, as ` (PID 42, at …)`, if it is known. */
  constructor(
    message: string,
    readonly owner: string | null = null,
  ) {
    super(message)
  }
}
