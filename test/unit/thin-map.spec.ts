// The thinned source maps of the built files still lead to the right lines.

import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import { build } from 'esbuild'
import { ROOT } from '../support/root.js'

type ThinMap = (text: string) => string

const TOOL = pathToFileURL(join(ROOT, 'test', 'tools', 'thin-map.mjs')).href

test('a thinned map gives the same source and line for every place, and is much smaller', async () => {
  const { thinMap } = (await import(TOOL)) as { thinMap: ThinMap }
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['main/oauth/sign-in.ts'],
    outdir: 'out',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    minifyWhitespace: true,
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
  })
  const find = (ending: string): string =>
    outputFiles.find(({ path }) => path.endsWith(ending))!.text
  const [code, text] = [find('.js'), find('.map')]
  const thin = thinMap(text)
  expect(thin.length).toBeLessThan(text.length / 2)

  const places = (map: string): unknown[] => {
    const sourceMap = new SourceMap(JSON.parse(map) as ConstructorParameters<typeof SourceMap>[0])
    return code.split('\n').flatMap((line, row) =>
      Array.from({ length: line.length }, (_place, column) => {
        const entry = sourceMap.findEntry(row, column)
        return 'originalSource' in entry ? `${entry.originalSource}:${entry.originalLine}` : null
      }),
    )
  }
  expect(new Set(places(text)).size).toBeGreaterThan(500)
  expect(places(thin)).toEqual(places(text))
})
