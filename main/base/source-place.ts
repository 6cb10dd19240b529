// Finds where in the sources a place in a built file comes from, with the file's source map.

import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { APP_FOLDER } from './app-folder.js'

const known = new Map<string, string>()

/**
 * Turns `main/index.js:63:5` into `main/agent/agent.ts:41:3`. A place in a package has no line. A place
 * that is in no source map stays as it is.
 */
export function toSourcePlace(place: string): string {
  const found = known.get(place) ?? findSourcePlace(place) ?? place
  known.set(place, found)
  return found
}

function findSourcePlace(place: string): string | null {
  const [, file = '', line, column] = /^(main\/[\w-]+\.js):(\d+):(\d+)$/.exec(place) ?? []
  const map = file === '' ? null : readSourceMap(file)
  const entry = map?.findEntry(Number(line) - 1, Number(column) - 1)
  if (!entry || !('originalSource' in entry)) return null
  const source = entry.originalSource.replace(/^(\.\.\/)+/, '')
  if (!source.startsWith('main/')) return source
  return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
}

function readSourceMap(file: string): SourceMap | null {
  try {
    const text = readFileSync(join(APP_FOLDER, 'dist', `${file}.map`), 'utf8')
    return new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0])
  } catch {
    // A module that was not bundled has none.
    return null
  }
}
