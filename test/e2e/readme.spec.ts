// Runs the examples of the README and docs/api.md for app authors exactly as they are printed.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findExample, homeWith } from '../support/examples.js'
import { answerLink } from '../support/person.js'
import { ROOT } from '../support/root.js'
import { expect, SCRIPTED, test } from '../support/desktop-test.js'

test('the example in TypeScript signs a person in', async ({ run }) => {
  const program = await run(['--demo', ...SCRIPTED])
  await program.line('listening')
  // Inside the project, so that it finds its packages.
  const folder = await mkdtemp(join(ROOT, 'dist', 'example-'))
  try {
    const example = join(folder, 'example.ts')
    await writeFile(example, await findExample('docs/api.md', 'ts', /^import pieces/))
    // Node before 22.18 needs the flag; newer versions ignore it.
    const child = spawn(process.execPath, ['--experimental-strip-types', example], {
      env: { ...process.env, ...(await homeWith(program.dataDir)) },
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (said += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (said += chunk))
    const closed = once(child, 'close')

    await fetch(await answerLink(await program.link()))
    await closed
    expect(said).toContain('Signed in as Alice Adams')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the examples with curl read the shared token, and sign a person in', async ({ run }) => {
  const hasCurl = await promisify(execFile)('curl', ['--version']).catch(() => null)
  test.skip(hasCurl === null, 'curl is not installed here')
  const program = await run(['--demo', ...SCRIPTED])
  await program.line('listening')
  const env = { ...process.env, ...(await homeWith(program.dataDir)) }
  const runShell = (script: string) => promisify(execFile)('sh', ['-ec', script], { env })
  const read = await findExample('docs/api.md', 'sh', /^LATCHKEY_URL[^]*refresh_token/)
  const findService = /^LATCHKEY_URL=.*\n/.exec(read)![0]
  const signIn = findService + (await findExample('docs/api.md', 'sh', /pkce\/code/))

  const failed = (await runShell(read).catch((error: unknown) => error)) as { stdout: string }
  expect(JSON.parse(failed.stdout)).toMatchObject({ status: 401, code: 'not-signed-in' })

  const answered = runShell(signIn)
  await fetch(await answerLink(await program.link()))
  const ALICE = { auth0: { user: { name: 'Alice Adams' } } }
  expect(JSON.parse((await answered).stdout)).toMatchObject(ALICE)

  // Any program can run curl, so each call is asked about.
  const asked = runShell(read)
  const { id, program: asking } = await program.line('consent')
  expect(asking.name).toBe('curl')
  program.type(`allow ${id}`)
  expect(JSON.parse((await asked).stdout)).toMatchObject(ALICE)
})

test('the README’s example prints a token alone', async ({ run }) => {
  const hasCurl = await promisify(execFile)('curl', ['--version']).catch(() => null)
  test.skip(hasCurl === null, 'curl is not installed here')
  const program = await run(['--demo', ...SCRIPTED])
  await program.line('listening')
  const env = { ...process.env, ...(await homeWith(program.dataDir)) }
  const example = await findExample('README.md', 'sh', /session\/token/)
  const runShell = () => promisify(execFile)('sh', ['-ec', example], { env })

  const failed = (await runShell().catch((error: unknown) => error)) as { stdout: string }
  expect(JSON.parse(failed.stdout)).toMatchObject({ status: 401, code: 'not-signed-in' })
  program.type('sign-in')
  await fetch(await answerLink(await program.link()))
  await program.status('signed-in')
  const asked = runShell()
  const { id } = await program.line('consent')
  program.type(`allow ${id}`)
  expect((await asked).stdout).toMatch(/^[\w.~+/-]{20,}=*$/)
})

test('the README and its pages never present port 1000 as certain', async () => {
  const pages = ['README.md', 'docs/api.md', 'docs/command-line.md', 'docs/settings.md']
  const texts = await Promise.all(pages.map((page) => readFile(join(ROOT, page), 'utf8')))
  for (const text of texts) expect(text).not.toContain('127.0.0.1:1000')
  expect(texts.join('\n')).toContain('127.0.0.1:5323')
})
