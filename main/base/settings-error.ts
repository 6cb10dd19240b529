// The error of a setting that cannot be used.

/** A setting that cannot be used. The message is one line for a person. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}
