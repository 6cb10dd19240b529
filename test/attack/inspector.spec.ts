// Programs of the same user that try to inspect Latchkey's process.

import { expect, SCRIPTED, test } from '../support/desktop-test.js'

test.skip(process.platform === 'win32', 'there is no SIGUSR1')

test('S49: SIGUSR1 neither opens an inspector nor ends Latchkey', async ({ run }) => {
  const program = await run([...SCRIPTED, '--demo'])
  const { url } = await program.line('listening')
  await program.status('signed-out')
  // Starts the thread that looks for callers. It must not take over the signal.
  const hangUp = new AbortController()
  const asked = fetch(`${url}/pkce/code`, { method: 'POST', signal: hangUp.signal })
  asked.catch(() => undefined)
  await program.line('sign-in', ({ program }) => program !== null)
  // Node itself would print a line to stderr first.
  program.process.kill('SIGUSR1')
  program.type('nonsense')
  await expect.poll(() => program.stderr()).toContain('nonsense')
  expect(program.stderr()).not.toContain('Debugger')
  hangUp.abort()
  expect(await (await fetch(`${url}/.well-known/health`)).text()).toBe('ok')
})
