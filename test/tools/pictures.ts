// Takes the pictures that are kept: `npm run pictures`. Those of the window are what a test compares it
// with; those of the browser's pages are from real sign-ins, as are the tray's menus in docs/tray-app.md.

import { STATE_WORDS } from '../../renderer/words.js'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { launchBrowser } from '../support/browser.js'
import type { Desktop } from '../driver/desktop.js'
import { launchStandIn } from '../driver/stand-in.js'
import { shrinkPng } from './png.js'
import { ROOT } from '../support/root.js'
import {
  fileOf,
  launchPictureBrowser,
  listLooks,
  PICTURES as WINDOW_PICTURES,
  takePicture,
} from '../support/window-pictures.js'

const PICTURES = join(ROOT, 'test', 'pictures')
const TRAY_PAGE = join(ROOT, 'docs', 'tray-app.md')

type Scheme = 'light' | 'dark'

await takeWindowPictures()
const browser = await launchBrowser()
try {
  const menus: string[] = []
  for (const scheme of ['light', 'dark'] as const) {
    menus.push(...(await takeAll(browser, scheme)))
  }
  await writeMenus(menus.slice(0, menus.length / 2))
} finally {
  await browser.close()
}

/** Those that are of no use any more go. */
async function takeWindowPictures(): Promise<void> {
  for (const file of await readdir(PICTURES)) {
    if (file.startsWith('window-')) await rm(join(PICTURES, file))
  }
  const { browser, close } = await launchPictureBrowser()
  try {
    for (const picture of WINDOW_PICTURES) {
      for (const look of listLooks(picture)) {
        const file = join(PICTURES, fileOf(picture, look))
        await writeFile(file, shrinkPng(await takePicture(browser, picture, look)))
      }
    }
  } finally {
    await close()
  }
}

/** Every picture of a page in one colour scheme; gives the menus that were seen on the way. */
async function takeAll(from: Browser, scheme: Scheme): Promise<string[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const { desktop, close } = launchStandIn(from, {
    flags: ['--demo', '--port', '0'],
    dataDir,
    dark: scheme === 'dark',
  })
  const menus: string[] = []
  try {
    const window = await desktop.window()
    const reached = async (heading: string): Promise<void> => {
      await window.getByRole('heading', { name: heading }).waitFor()
      menus.push(await menuText(desktop))
    }
    await reached('You are not signed in')

    await desktop.choose('Sign in')
    const link = await desktop.takeUrl()
    await reached('Waiting for your browser')
    await answer(from, link, 'Deny', 'denied', scheme)
    await reached(STATE_WORDS.failed.heading)

    await desktop.choose('Sign in')
    await answer(from, await desktop.takeUrl(), 'Sign in as Alice Adams', 'signed-in', scheme)
    await reached('You are signed in')
    await desktop.quit()
  } finally {
    await close()
    await rm(dataDir, { recursive: true, force: true })
  }
  return menus
}

/** Answers at the demo provider, and takes a picture of its page and of the browser's last one. */
async function answer(
  from: Browser,
  link: string,
  press: string,
  name: string,
  scheme: Scheme,
): Promise<void> {
  const page = await from.newPage({
    colorScheme: scheme,
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
  })
  await page.goto(link)
  if (name === 'signed-in') await takePagePicture(page, 'demo-provider', scheme)
  await page.getByRole('button', { name: press }).click()
  await page.waitForURL('**/callback')
  await takePagePicture(page, name, scheme)
  await page.close()
}

async function takePagePicture(page: Page, name: string, scheme: Scheme): Promise<void> {
  const picture = await page.screenshot({ fullPage: true })
  await writeFile(join(PICTURES, `${name}-${scheme}.png`), shrinkPng(picture))
}

async function menuText(desktop: Desktop): Promise<string> {
  const lines = (await desktop.menu()) ?? []
  return lines
    .map(({ label, enabled }) => (label === '' ? '─────────────' : enabled ? label : `(${label})`))
    .join('\n')
}

/** Puts the menus, side by side, between the two marks of docs/tray-app.md. */
async function writeMenus(menus: readonly string[]): Promise<void> {
  const columns = menus.map((menu) => menu.split('\n'))
  const widths = columns.map((lines) => Math.max(...lines.map(({ length }) => length)))
  const height = Math.max(...columns.map(({ length }) => length))
  const rows = Array.from({ length: height }, (_, row) =>
    columns
      .map((lines, column) => (lines[row] ?? '').padEnd(widths[column]!))
      .join('   ')
      .trimEnd(),
  )
  const text = await readFile(TRAY_PAGE, 'utf8')
  const marked = /(<!-- menus -->\n)[\s\S]*?(<!-- \/menus -->)/
  if (!marked.test(text)) throw new Error('docs/tray-app.md has no place for the menus')
  const block = `\n\`\`\`text\n${rows.join('\n')}\n\`\`\`\n\n`
  await writeFile(TRAY_PAGE, text.replace(marked, `$1${block}$2`))
}
