// Permissions as they are for everybody but the superuser, whom they do not hold.

import { chown } from 'node:fs/promises'

const NOBODY = 65534

/**
 * Does something to files of `folder` as a user whom permissions hold. Where the tests run as the
 * superuser, this is nobody, to whom the folder is given.
 */
export async function unprivileged<Value>(
  folder: string,
  act: () => Promise<Value>,
): Promise<Value> {
  if (process.getuid?.() !== 0) return act()
  await chown(folder, NOBODY, NOBODY)
  process.seteuid!(NOBODY)
  try {
    return await act()
  } finally {
    process.seteuid!(0)
  }
}
