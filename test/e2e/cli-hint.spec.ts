// The command line at a terminal: a command that waits says why, on standard error only.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { AGENT_MESSAGES } from '../../main/cli/cli-messages.js'
import { answerLink } from '../support/person.js'
import { CLI } from '../support/run-cli.js'
import { expect, test } from '../support/service.js'

/** Part of util-linux. It runs a command at a terminal of its own. */
const SCRIPT = '/usr/bin/script'

test('token at a terminal says that it waits for the person’s answer', async ({
  serve,
  makeFolder,
}) => {
  test.skip(process.platform !== 'linux' || !existsSync(SCRIPT), 'script(1) is not installed')
  const { program } = await serve()
  program.type('sign-in')
  await fetch(await answerLink(await program.link(), 'account=alice'))
  await program.status('signed-in')

  const output = join(await makeFolder(), 'output')
  const command = `'${process.execPath}' '${CLI}' token --data-dir '${program.dataDir}' > '${output}'`
  const child = spawn(SCRIPT, ['--quiet', '--return', '--command', command, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const shown = text(child.stdout)
  const { id } = await program.line('consent')
  await once(child.stdout, 'data')
  program.type(`allow ${id}`)
  expect(await shown).toBe(`latchkey: ${AGENT_MESSAGES.waitsForAnswer}\r\n`)
  expect(await readFile(output, 'utf8')).toMatch(/^\S+\n$/)
})
