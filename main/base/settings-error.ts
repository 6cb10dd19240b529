// The error for an invalid setting.

/** A setting is invalid. The message is one line for a person. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}
