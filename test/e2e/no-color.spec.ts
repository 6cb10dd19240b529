// Latchkey never colors its output, also at a terminal, so that NO_COLOR has nothing to turn off.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMMANDS } from '../../main/cli/commands-table.js'
import { WIDEST_LINE } from '../../main/base/wrap-text.js'
import { startAtTerminal, whyNoTerminal } from '../support/in-terminal.js'
import { HEADLESS, type Program } from '../support/program.js'
import { CLI, runCli } from '../support/run-cli.js'
import { drawScreen } from '../support/screen.js'
import { comeBack, expect, test as base } from '../support/service.js'

/** How a command is run. Returns what it wrote to stdout and stderr, and its exit code. */
type Run = (args: readonly string[]) => Promise<{ code: number | null; output: string }>

const test = base.extend<{ program: Program; commands: readonly (readonly string[])[] }>({
  program: async ({ serve }, use) => {
    const { program } = await serve()
    program.type('sign-in')
    await comeBack(program)
    await program.status('signed-in')
    await use(program)
  },
  // Each command of the table with an answer, and each with an error.
  commands: async ({ program }, use) => {
    program.type('key tool')
    const { key } = await program.line('key')
    const keyFile = join(program.dataDir, 'tool.key')
    await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
    const byKey = ['--key-file', keyFile]
    await use([
      ['token', ...byKey],
      ['token', '--json', ...byKey],
      ['status', ...byKey],
      ['sign-in', ...byKey],
      ['accounts', ...byKey],
      ['use', 'aaaaaaaa'],
      ['apps'],
      ['apps', 'forget', 'nothing'],
      ['key', 'tool'],
      ['kubectl-credential'],
      ['git-credential', 'store'],
      ['diagnose'],
      ['headless', '--port', '0'],
      ['uninstall-data'],
      ['events', '--no-such-flag'],
      ['sign-out', ...byKey],
      ['help'],
      ['version'],
      ['tokn'],
    ])
  },
})

/** Allows whatever is asked. */
async function allowAll(program: Program): Promise<never> {
  for (;;) {
    const { id } = await program.line('consent')
    program.type(`allow ${id}`)
  }
}

async function runAll(
  { program, commands }: { program: Program; commands: readonly (readonly string[])[] },
  run: Run,
): Promise<void> {
  const at = ['--data-dir', program.dataDir]
  const running = async (): Promise<void> => {
    for (const args of commands) {
      const needsAgent = !['help', 'version', 'tokn'].includes(args[0]!)
      const { code, output } = await run(needsAgent ? [...args, ...at] : args)
      const what = `${args.join(' ')}: ${output}`
      expect(output.includes('\u001b'), what).toBe(false)
      expect([0, 1, 2, 3, 5], what).toContain(code)
      if (code !== 0) expect(output, what).toContain('latchkey: ')
      expect(output === '', what).toBe(args[0] === 'git-credential')
    }
  }
  await Promise.race([running(), allowAll(program)])
  const tested = new Set(commands.map(([name]) => name))
  expect(COMMANDS.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([])
}

for (const env of [{ NO_COLOR: '1' }, { FORCE_COLOR: '3' }] as const) {
  test(`no command writes an escape sequence to a pipe with ${JSON.stringify(env)}`, async ({
    program,
    commands,
  }) => {
    await runAll({ program, commands }, async (args) => {
      const { code, stdout, stderr } = await runCli(args, { env })
      return { code, output: stdout + stderr }
    })
  })
}

for (const env of [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '3' }] as const) {
  test.describe(`at a terminal with ${JSON.stringify(env)}`, () => {
    test.skip(whyNoTerminal() !== null, whyNoTerminal() ?? '')

    test('no command writes an escape sequence', async ({ program, commands }) => {
      await runAll(
        { program, commands },
        (args) => startAtTerminal([process.execPath, CLI, ...args], env).ended,
      )
    })

    test('headless moves the cursor for its prompt, and colors nothing', async ({ makeFolder }) => {
      const dataDir = await makeFolder()
      const flags = ['--demo', '--no-browser', '--port', '0', '--data-dir', dataDir]
      const { type, ended } = startAtTerminal([process.execPath, HEADLESS, ...flags], env)
      for (const word of ['sign-in', 'cancel', 'nonsense', 'accounts', 'help', 'quit']) type(word)
      const { code, output } = await ended
      expect(code).toBe(0)
      expect(output).toContain('sign-out all')
      // It throws for every sequence but those of the cursor.
      expect(drawScreen(output, WIDEST_LINE).length).toBeGreaterThan(20)
    })

    test('headless at a dumb terminal writes no escape sequence', async ({ makeFolder }) => {
      const dataDir = await makeFolder()
      const flags = ['--demo', '--no-browser', '--port', '0', '--data-dir', dataDir]
      const dumb = { ...env, TERM: 'dumb' }
      const { type, ended } = startAtTerminal([process.execPath, HEADLESS, ...flags], dumb)
      for (const word of ['sign-in', 'help', 'quit']) type(word)
      const { code, output } = await ended
      expect(code).toBe(0)
      expect(output).toContain('sign-out all')
      expect(output).not.toContain('\u001b')
    })
  })
}

test('headless writes no escape sequence to a pipe', async ({ run }) => {
  const program = await run(['--demo', '--no-browser', '--port', '0'], {
    env: { FORCE_COLOR: '3' },
  })
  for (const word of ['sign-in', 'nonsense', 'help', 'quit']) program.type(word)
  expect(await program.ended).toBe(0)
  const output = program.stdout() + program.stderr()
  expect(output).toContain('sign-out all')
  expect(output).not.toContain('\u001b')
})
