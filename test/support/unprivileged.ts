// Applies file permissions as for an ordinary user: the superuser ignores them.

import { chown } from 'node:fs/promises'
import { NOBODY } from './other-user.js'

/**
 * Works on the files of `folder` as a user who must obey permissions. If the tests run as the
 * superuser, that is nobody, who then owns the folder.
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
