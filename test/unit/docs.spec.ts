// The documentation is complete and its links work.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { ENDPOINTS, type Endpoint } from '../../main/api/endpoints.js'
import { PROBLEM_CODES, type ProblemCode } from '../../main/api/models.js'
import { PROBLEMS } from '../../main/api/problem.js'
import { formatHelp } from '../../main/settings/help.js'
import { ROOT } from '../support/root.js'

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  'test/stand-in/README.md',
]

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** Makes the anchor that GitHub gives a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

/** Reads the rows of the table between two marks, as cells. */
function readTable(page: string, mark: string): string[][] {
  const pattern = new RegExp(`<!-- ${mark} -->([\\s\\S]*)<!-- /${mark} -->`)
  const [, table = ''] = pattern.exec(read(page)) ?? []
  const rows = table.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

for (const page of PAGES) {
  test(`every link in ${page} leads to a file and heading that exist`, () => {
    const links = [...read(page).matchAll(/(?:\]\(|src(?:set)?=")((?!https?:)[^)"\s]+)[)"]/g)]
    for (const [, link] of links) {
      const [path = '', anchor] = link!.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      expect(existsSync(join(ROOT, target)), link).toBe(true)
      if (anchor === undefined) continue
      const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, text]) => toAnchor(text!))
      expect(headings, link).toContain(anchor)
    }
  })
}

test('docs/settings.md lists every flag of the help, with its variable and name', () => {
  const rows = readTable('docs/settings.md', 'settings')
  const inHelp = [...formatHelp().matchAll(/^ +--([a-z-]+)/gm)].map(([, flag]) => flag!)
  const flags = new Set(inHelp.filter((flag) => !['help', 'version'].includes(flag)))
  expect(flags.size).toBeGreaterThan(20)
  const listed = rows.flatMap(([cell]) => /^`--([a-z-]+)/.exec(cell!)?.[1] ?? [])
  expect(listed.toSorted()).toEqual([...flags].toSorted())
  for (const [flag, variable, name] of rows) {
    const words = /^`--([a-z-]+)/.exec(flag!)?.[1]
    if (words === undefined) continue
    expect(variable).toContain(`LATCHKEY_${words.replaceAll('-', '_').toUpperCase()}`)
    const camelCase = words.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    if (name !== '') expect(name).toContain(`\`${camelCase}`)
  }
})

test('docs/api.md lists every problem code with its status', () => {
  const rows = readTable('docs/api.md', 'codes')
  expect(Object.fromEntries(rows.map(([code, status]) => [code, Number(status)]))).toEqual(
    Object.fromEntries(PROBLEM_CODES.map((code) => [`\`${code}\``, PROBLEMS[code].status])),
  )
})

test('docs/apps.md explains every problem of the session API, with its status', () => {
  const rows = readTable('docs/apps.md', 'errors')
  const explained = new Map(rows.map(([code, status]) => [code!.replaceAll('`', ''), status]))
  for (const [code, status] of explained) {
    if (code === 'no connection') continue
    expect(PROBLEM_CODES, code).toContain(code)
    expect(String(PROBLEMS[code as ProblemCode].status), code).toBe(status)
  }
  const rowsOfApi = Object.entries<Endpoint>(ENDPOINTS)
  const possible = rowsOfApi.flatMap(([name, { operation }]) =>
    name.includes(' /session') || name.endsWith(' /accounts') ? (operation?.problems ?? []) : [],
  )
  expect(possible).toContain('too-many')
  for (const code of new Set(possible)) expect([...explained.keys()]).toContain(code)
})

test('the walks in docs/architecture.md lead through fewer than ten files each, all of which exist', () => {
  const walks = read('docs/architecture.md').split('\n### ').slice(1)
  expect(walks).toHaveLength(3)
  for (const walk of walks) {
    const files = [...walk.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file]) => file!)
    expect(files.length, walk).toBeGreaterThan(3)
    expect(files.length, walk).toBeLessThan(10)
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
    expect(files).toEqual([...new Set(files)])
  }
})
