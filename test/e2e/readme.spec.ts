// The README's examples for plugin authors, run as they stand there.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { answerLink } from '../support/person.js'
import { expect, SCRIPTED, test } from '../support/desktop-test.js'

const ROOT = join(import.meta.dirname, '..', '..')

/** A home of which `dataDir` is the usual data directory. */
async function homeWith(dataDir: string): Promise<{ HOME: string; USERPROFILE: string }> {
  const home = join(dataDir, 'home')
  await mkdir(join(home, '.config'), { recursive: true })
  await symlink(dataDir, join(home, '.config', 'latchkey'), 'junction')
  return { HOME: home, USERPROFILE: home }
}

/** The README's code block that begins with a line like `begins`. */
async function exampleOf(language: string, begins: RegExp): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
  const found = blocks.find(([, name, code]) => name === language && begins.test(code!))
  if (!found) throw new Error(`the README has no such ${language} example`)
  return found[2]!
}

test('the example in TypeScript signs a person in', async ({ run }) => {
  const program = await run(['--demo', ...SCRIPTED])
  await program.line('listening')
  // In the tree, so that it finds its packages.
  const folder = await mkdtemp(join(ROOT, 'dist', 'example-'))
  try {
    const example = join(folder, 'example.ts')
    await writeFile(example, await exampleOf('ts', /^import pieces/))
    // Before Node 22.18 it takes the flag, which newer ones ignore.
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

test('the example with curl signs a person in', async ({ run }) => {
  const hasCurl = await promisify(execFile)('curl', ['--version']).catch(() => null)
  test.skip(hasCurl === null, 'curl is not installed here')
  const program = await run(['--demo', ...SCRIPTED])
  await program.line('listening')
  const answered = promisify(execFile)('sh', ['-ec', await exampleOf('sh', /pkce\/code/)], {
    env: { ...process.env, ...(await homeWith(program.dataDir)) },
  })

  await fetch(await answerLink(await program.link()))
  const { stdout } = await answered
  expect(JSON.parse(stdout)).toMatchObject({ auth0: { user: { name: 'Alice Adams' } } })
})

test('the README names no port as if it were sure, and the one that an ordinary user of Linux has', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  expect(readme).not.toContain('127.0.0.1:1000')
  expect(readme).toContain('127.0.0.1:5323')
})
