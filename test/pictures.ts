// Takes the README's pictures, from a real sign-in in a real browser: `npm run pictures`.

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Page } from '@playwright/test'
import { launchBrowser } from './browser.js'

const ROOT = join(import.meta.dirname, '..', '..')
const PICTURES = join(ROOT, 'test', 'pictures')
const SIZE = { width: 640, height: 400 }

const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
const flags = ['--demo', '--json', '--no-browser', '--port', '0', '--data-dir', dataDir]
const program = spawn(process.execPath, [join(ROOT, 'dist', 'main', 'headless.js'), ...flags])
const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
const browser = await launchBrowser()

/** Begins a sign-in and gives its link. */
async function nextLink(): Promise<string> {
  program.stdin.write('sign-in\n')
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error('the program ended early')
    const line = JSON.parse(value) as { event: string; url?: string }
    if (line.event === 'open' && line.url !== undefined) return line.url
  }
}

async function take(name: string, press: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const page: Page = await browser.newPage({ colorScheme, viewport: SIZE, deviceScaleFactor: 2 })
  await page.goto(await nextLink())
  if (press !== '') {
    await page.getByRole('button', { name: press }).click()
    await page.waitForURL('**/callback')
  }
  await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`), fullPage: true })
  await page.close()
}

try {
  for (const colorScheme of ['light', 'dark'] as const) {
    await take('demo-provider', '', colorScheme)
    await take('signed-in', 'Sign in as Alice Adams', colorScheme)
    await take('refused', 'Refuse', colorScheme)
  }
} finally {
  await browser.close()
  program.kill()
  await rm(dataDir, { recursive: true, force: true })
}
