// A program of the system's, made up, so that no test touches the person's own keyring.

import { chmod, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { errnoOf } from '../../main/base/errno.js'

export type FakeTool = {
  /** The PATH in which it is found first. */
  path: string
  /** The arguments of each run so far. */
  runs(): Promise<readonly string[]>
}

/** Makes a program in a folder that prints nothing and ends with a code. Windows runs no such script. */
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
        if (errnoOf(thrown) !== 'ENOENT') throw thrown
        return []
      }
    },
  }
}
