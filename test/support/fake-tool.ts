// A fake system program, so that no test touches the developer's own keyring.

import { chmod, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { readErrno } from '../../main/base/errno.js'

export type FakeTool = {
  /** The PATH that finds the fake first. */
  path: string
  /** The arguments of each run so far. */
  runs(): Promise<readonly string[]>
}

/**
 * Makes a program that prints nothing and ends with a code. It is a shell script, so not for
 * Windows.
 */
export async function makeFakeTool(folder: string, name: string, code = 0): Promise<FakeTool> {
  const program = join(folder, name)
  const runs = `${program}.runs`
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${runs}'\nexit ${code}\n`)
  await chmod(program, 0o755)
  return {
    path: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    async runs() {
      try {
        return (await readFile(runs, 'utf8')).trimEnd().split('\n')
      } catch (thrown) {
        if (readErrno(thrown) !== 'ENOENT') throw thrown
        return []
      }
    },
  }
}
