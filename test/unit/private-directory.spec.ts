// The data directory inside this process: which permissions of other users are removed.

import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { openDataDirectory } from '../../main/storage/private-directory.js'
import { DIRECTORY_MESSAGES } from '../../main/storage/storage-messages.js'

test.skip(process.platform === 'win32', 'Windows keeps rights elsewhere')

for (const mode of [0o740, 0o720, 0o710, 0o704, 0o702, 0o701]) {
  const octal = mode.toString(8)
  test(`S47: a directory with mode ${octal} is closed to other users`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'open-'))
    try {
      chmodSync(directory, mode)
      expect(openDataDirectory(directory)).toEqual([DIRECTORY_MESSAGES.closed(directory, octal)])
      expect(statSync(directory).mode & 0o777).toBe(0o700)
      expect(openDataDirectory(directory)).toEqual([])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
}
