// Runs the examples of docs/apps.md exactly as they are printed.

import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { findNamedExample, homeWith } from '../support/examples.js'
import { answerLink } from '../support/person.js'
import { SCRIPTED, test, type Program } from '../support/program.js'
import { ROOT } from '../support/root.js'

const run = promisify(execFile)
const PAGE = 'docs/apps.md'
/** A token alone, and the line break of the program that prints it. */
const TOKEN_LINE = /^[\w.~+/-]{20,}=*\n$/

/** Writes an example to a file. Returns its path, and an environment that has the data directory. */
async function prepare(
  { dataDir }: Program,
  name: string,
): Promise<{ file: string; env: Record<string, string> }> {
  const folder = join(await realpath(dataDir), 'examples')
  await mkdir(folder, { recursive: true })
  const file = join(folder, name)
  await writeFile(file, await findNamedExample(PAGE, name))
  const { PATH = '' } = process.env
  return { file, env: { PATH, ...(await homeWith(dataDir)) } }
}

/** Allows each program that asks. */
async function allowAll(program: Program): Promise<void> {
  for (;;) {
    const { id } = await program.line('consent')
    program.type(`allow ${id}`)
  }
}

async function signIn(program: Program): Promise<void> {
  program.type('sign-in')
  await fetch(await answerLink(await program.link()))
  await program.status('signed-in')
}

async function hasTool(name: string): Promise<boolean> {
  return run(name, ['--version']).then(
    () => true,
    () => false,
  )
}

for (const [language, name, command] of [
  // Node before 22.18 needs the flag; newer versions ignore it.
  ['TypeScript', 'token.ts', [process.execPath, '--experimental-strip-types']],
  ['Python', 'token.py', ['python3']],
] as const) {
  test(`the example in ${language} signs the user in, and prints the token alone`, async ({
    run: start,
  }) => {
    const [tool, ...flags] = command
    test.skip(!(await hasTool(tool)), `${tool} is not installed here`)
    const program = await start(['--demo', ...SCRIPTED])
    await program.line('listening')
    const { file, env } = await prepare(program, name)
    const first = run(tool, [...flags, file], { env })
    const answering = program.link().then(async (link) => fetch(await answerLink(link)))
    const [{ stdout }] = await Promise.all([first, answering])
    expect(stdout).toMatch(TOKEN_LINE)

    // Now someone is signed in, so no browser is opened.
    void allowAll(program).catch(() => undefined)
    expect((await run(tool, [...flags, file], { env })).stdout).toBe(stdout)
  })
}

for (const name of ['key.sh', 'socket.sh']) {
  test(`the example ${name} gets a token with a key, and says what is wrong without one`, async ({
    run: start,
  }) => {
    test.skip(!(await hasTool('curl')), 'curl is not installed here')
    const program = await start(['--demo', ...SCRIPTED])
    await program.line('listening')
    await signIn(program)
    program.type('key shell')
    const { key } = await program.line('key')
    const { file, env } = await prepare(program, name)
    const { stdout } = await run('sh', ['-eu', file], { env: { ...env, LATCHKEY_KEY: key } })
    expect(`${stdout}\n`).toMatch(TOKEN_LINE)

    const wrong = run('sh', ['-eu', file], { env: { ...env, LATCHKEY_KEY: 'latchkey_wrong' } })
    const failed = (await wrong.catch((error: unknown) => error)) as { stdout: string }
    expect(JSON.parse(failed.stdout)).toMatchObject({ status: 403, code: 'not-allowed' })
  })
}

test('the example in TypeScript is for the versions of Node that the page names', async ({
  run: start,
}) => {
  const page = await readFile(join(ROOT, PAGE), 'utf8')
  expect(page).toContain(
    'for Node 22.18 or newer. An older Node needs the file as `token.mjs`, without `: string`:',
  )
  const program = await start(['--demo', ...SCRIPTED])
  await program.line('listening')
  const { file, env } = await prepare(program, 'token.ts')
  const plain = file.replace(/ts$/, 'mjs')
  await writeFile(plain, (await readFile(file, 'utf8')).replace(': string', ''))
  await signIn(program)
  void allowAll(program).catch(() => undefined)
  expect((await run(process.execPath, [plain], { env })).stdout).toMatch(TOKEN_LINE)
})

test('the example of events prints each state, and goes on after a restart', async ({
  run: start,
}) => {
  const flags = ['--demo', ...SCRIPTED]
  const program = await start(flags)
  await program.line('listening')
  const { file, env } = await prepare(program, 'events.ts')
  const child = spawn(process.execPath, ['--experimental-strip-types', file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async () => (await lines.next()).value as string
    expect(await next()).toBe('signed-out')
    program.type('sign-in')
    await fetch(await answerLink(await program.link()))
    void allowAll(program).catch(() => undefined)
    expect(await next()).toBe('signed-in')

    program.process.kill('SIGKILL')
    await program.ended
    await start(flags, { dataDir: program.dataDir })
    expect(await next()).toBe('signed-out')
  } finally {
    child.kill()
  }
})

test('the first examples stay short', async () => {
  for (const [name, most] of [
    ['token.ts', 10],
    ['token.py', 13],
    ['key.sh', 10],
    ['socket.sh', 10],
  ] as const) {
    const lines = (await findNamedExample(PAGE, name)).split('\n').filter((line) => line !== '')
    expect(lines.length, name).toBeLessThanOrEqual(most)
  }
})
