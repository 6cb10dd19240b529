// Programs of the same user that try to inspect Latchkey's process.

import { spawnSync } from 'node:child_process'
import { expect, SCRIPTED, test } from '../support/desktop-test.js'

const NO_INSPECTOR = new URL('../../dist/modules/main/terminal/no-inspector.js', import.meta.url)
  .href

/** Prints the inspector's address, or null. */
const PRINT_INSPECTOR = `
  await import(${JSON.stringify(NO_INSPECTOR)})
  const { url } = await import('node:inspector')
  console.log(JSON.stringify(url() ?? null))
`

test('S49: NODE_OPTIONS opens no inspector, and a flag of the command does', () => {
  const find = (flags: readonly string[], NODE_OPTIONS: string): unknown => {
    const args = [...flags, '--input-type=module', '--eval', PRINT_INSPECTOR]
    const env = { ...process.env, NODE_OPTIONS }
    return JSON.parse(spawnSync(process.execPath, args, { env, encoding: 'utf8' }).stdout)
  }
  expect(find([], '--inspect=127.0.0.1:0')).toBeNull()
  expect(find(['--inspect=127.0.0.1:0'], '')).toMatch(/^ws:/)
})

test('S49: the headless program closes an inspector of NODE_OPTIONS', async ({ run }) => {
  const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }
  const program = await run([...SCRIPTED, '--demo'], { env })
  await program.line('listening')
  const [, address] = /listening on ws:\/\/([\d.:]+)\//.exec(program.stderr())!
  await expect(fetch(`http://${address}/json`)).rejects.toThrow('fetch failed')
})

test('S49: SIGUSR1 neither opens an inspector nor ends Latchkey', async ({ run }) => {
  test.skip(process.platform === 'win32', 'there is no SIGUSR1')
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
