// Latchkey against programs of the same user that would look into it.

import { expect, SCRIPTED, test } from '../support/desktop-test.js'

test.skip(process.platform === 'win32', 'there is no SIGUSR1')

test('S49: SIGUSR1 opens no inspector, and ends nothing', async ({ run }) => {
  const program = await run([...SCRIPTED, '--demo'])
  const { url } = await program.line('listening')
  await program.status('signed-out')
  // Node's own answer to it is a line on standard error, before anything that comes later.
  program.process.kill('SIGUSR1')
  program.type('nonsense')
  await expect.poll(() => program.stderr()).toContain('nonsense')
  expect(program.stderr()).not.toContain('Debugger')
  expect(await (await fetch(`${url}/.well-known/health`)).text()).toBe('ok')
})
