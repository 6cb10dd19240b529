// Draws the icons from their one vector source: `npm run icons`.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchBrowser } from './browser.js'

const ASSETS = join(import.meta.dirname, '..', '..', 'main', 'assets')

/** macOS colours a template image itself: only its opacity counts, and it has no ground. */
const TEMPLATE = '.ground { display: none } .key { stroke: #000; stroke-width: 7 }'
const ZOOMED = '8 8 48 48'

const ICONS: readonly { file: string; size: number; template?: boolean }[] = [
  { file: 'icon.png', size: 512 },
  { file: 'tray.png', size: 24 },
  { file: 'tray@2x.png', size: 48 },
  { file: 'trayTemplate.png', size: 18, template: true },
  { file: 'trayTemplate@2x.png', size: 36, template: true },
]

const source = await readFile(join(ASSETS, 'icon.svg'), 'utf8')
const browser = await launchBrowser()
try {
  for (const { file, size, template = false } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    const svg = template ? source.replace('0 0 64 64', ZOOMED) : source
    await page.setContent(
      `<style>html, body { margin: 0; background: transparent } svg { display: block }
       ${template ? TEMPLATE : ''}</style>${svg}`,
    )
    await page.screenshot({ path: join(ASSETS, file), omitBackground: true })
    await page.close()
  }
} finally {
  await browser.close()
}
