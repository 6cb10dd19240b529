// Runs the examples of the documentation as they are printed.

import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './root.js'

/** Makes a home directory that has `dataDir` as its default data directory. */
export async function homeWith(dataDir: string): Promise<{ HOME: string; USERPROFILE: string }> {
  const home = join(dataDir, 'home')
  await mkdir(join(home, '.config'), { recursive: true })
  await symlink(dataDir, join(home, '.config', 'latchkey'), 'junction')
  return { HOME: home, USERPROFILE: home }
}

/** Finds the code block of a page that matches `begins`. */
export async function findExample(page: string, language: string, begins: RegExp): Promise<string> {
  const text = await readFile(join(ROOT, page), 'utf8')
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
  const found = blocks.find(([, name, code]) => name === language && begins.test(code!))
  if (!found) throw new Error(`${page} has no such ${language} example`)
  return found[2]!
}

/** Finds the code block of a page below the mark that names it. */
export async function findNamedExample(page: string, name: string): Promise<string> {
  const text = await readFile(join(ROOT, page), 'utf8')
  const [, after = ''] = text.split(`<!-- example: ${name} -->`)
  const [, code] = /^\s*```\w+\n([\s\S]*?)^```$/m.exec(after) ?? []
  if (code === undefined) throw new Error(`${page} has no example ${name}`)
  return code
}
