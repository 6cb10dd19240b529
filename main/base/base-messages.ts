// Messages of the base room for people: unexpected errors, the disk, the output, and faults of JSON.

/** About errors that every room can make. */
export const ERROR_MESSAGES = {
  /** `name`: the error's class. */
  unexpected: (name: string) =>
    `Something went wrong in Latchkey (${name}). Try again; if it happens again, report it.`,
  tooManyRequests:
    'The provider says that there were too many requests. Wait a minute, then try again.',
  outputFailed: (code: string) => `The output can't be written (${code || 'no reason given'}).`,
} as const

/** Why a file could not be read or written, by the system's code. Each stands in brackets. */
export const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
  EFBIG: 'the file would exceed the maximum file size',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  EROFS: 'the disk is read-only',
  EIO: 'the disk failed',
  ELOOP: 'a link is in its place',
  ENOTREGULAR: 'it is not a regular file',
  EFILETOOLARGE: 'it is too large',
  EISDIR: 'a folder is in its place',
  ENOTDIR: 'a file is in its place',
  ERR_FS_EISDIR: 'a folder is in its place',
}

/** Faults of handwritten JSON. Each follows a position and a colon. */
export const JSON_FAULTS = {
  /** `wanted`: one of {@link JSON_PARTS}. `found`: a character, empty at the end of the file. */
  unexpected: (wanted: string, found: string) =>
    `expected ${wanted}, but ${found === '' ? 'the file ends' : `found ${JSON.stringify(found)}`}`,
  openComment: 'a comment is not closed',
  tooDeep: 'the brackets are nested too deeply',
  duplicate: (name: string) => `${JSON.stringify(name)} occurs twice`,
  text: 'a string has no closing quote, or contains an invalid backslash or a line break',
} as const

export const JSON_PARTS = {
  value: 'a value',
  name: 'a name in double quotes',
  colon: 'a colon',
  commaOr: (bracket: string) => `a comma or ${JSON.stringify(bracket)}`,
  end: 'the end of the file',
} as const
