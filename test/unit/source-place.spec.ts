// Where in the sources a place in a built file comes from.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { toSourcePlace } from '../../main/base/source-place.js'
import { ROOT } from '../support/root.js'

const readBuilt = (file: string): string => readFileSync(join(ROOT, 'dist/main', file), 'utf8')

/** The place of a text in a built file, as a stack has it. */
function findPlace(file: string, text: string): string {
  const before = readBuilt(file).split(text)
  expect(before).toHaveLength(2)
  const lines = before[0]!.split('\n')
  return `main/${file}:${lines.length}:${lines.at(-1)!.length + 1}`
}

for (const file of ['commands.js', 'index.js']) {
  test(`a place in ${file} becomes the place in the source`, () => {
    const text = 'function toSourcePlace('
    const found = toSourcePlace(findPlace(file, text))
    const lines = readFileSync(join(ROOT, 'main/base/source-place.ts'), 'utf8').split('\n')
    const line = lines.findIndex((one) => one.includes(text)) + 1
    expect(found).toMatch(new RegExp(`^main/base/source-place\\.ts:${line}:`))
  })
}

test('a place that is in no source map stays as it is', () => {
  for (const place of ['main/other.js:1:1', 'node:net:1:1', 'main/agent/agent.js:63:5']) {
    expect(toSourcePlace(place)).toBe(place)
  }
})

for (const file of ['commands.js', 'headless.js', 'index.js', 'schemas.js', 'start.js']) {
  test(`S38: the source map of ${file} holds no source text and no path of the builder`, () => {
    const map = JSON.parse(readBuilt(`${file}.map`)) as { sources: string[] }
    expect(Object.keys(map).toSorted()).toEqual(['mappings', 'names', 'sources', 'version'])
    expect(
      map.sources.filter(
        (path) => !/^(\.\.\/\.\.\/(main|node_modules)\/|builtin(-import)?:)/.test(path),
      ),
    ).toEqual([])
    const own = map.sources.filter((path) => path.startsWith('../../main/'))
    expect(own.filter((path) => !existsSync(join(ROOT, 'dist/main', path)))).toEqual([])
  })
}
