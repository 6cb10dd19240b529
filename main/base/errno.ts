// Reads the code of a system error, and explains errors of files to people.

/** Reads a code such as `ENOENT`. Empty if the thrown value has none. */
export function readErrno(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return ''
  return typeof thrown.code === 'string' ? thrown.code : ''
}

/** Explains why a file could not be read or written, such as `the disk is full, ENOSPC`. */
export function diskError(thrown: unknown): string {
  const errno = readErrno(thrown)
  const words = DISK_ERRORS[errno]
  return words === undefined ? errno : `${words}, ${errno}`
}

const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EFBIG: 'files may not be that large here',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  EROFS: 'the disk is read-only',
  EIO: 'the disk failed',
  ELOOP: 'a link is in its place',
  ENOTREGULAR: 'it is not a regular file',
  EFILETOOLARGE: 'it is too large',
  EISDIR: 'a folder is in its place',
  ERR_FS_EISDIR: 'a folder is in its place',
}
