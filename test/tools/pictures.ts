// Takes all pictures in test/pictures, and writes the tray's menus into docs/tray-app.md: `npm run
// pictures`. Specs compare the window, the browser's pages and the menus with them.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from '@playwright/test'
import {
  PAGES,
  replaceMenus,
  SCHEMES,
  takePagePictures,
  toPageFileName,
} from '../support/page-pictures.js'
import { ROOT } from '../support/root.js'
import {
  launchPictureBrowser,
  listLooks,
  PICTURES as WINDOW_PICTURES,
  takePicture,
  toFileName,
} from '../support/window-pictures.js'
import { shrinkPng } from './png.js'

const PICTURES = join(ROOT, 'test', 'pictures')
const TRAY_PAGE = join(ROOT, 'docs', 'tray-app.md')

const { browser, close } = await launchPictureBrowser()
try {
  // Delete old pictures first: some may show views that no longer exist.
  for (const file of await readdir(PICTURES)) await rm(join(PICTURES, file))
  await takeWindowPictures(browser)
  await takeAllPagePictures(browser)
} finally {
  await close()
}

async function takeWindowPictures(from: Browser): Promise<void> {
  for (const picture of WINDOW_PICTURES) {
    for (const look of listLooks(picture)) {
      await write(toFileName(picture, look), await takePicture(from, picture, look))
    }
  }
}

async function takeAllPagePictures(from: Browser): Promise<void> {
  for (const scheme of SCHEMES) {
    const { pictures, ...menus } = await takePagePictures(from, scheme)
    for (const name of PAGES) await write(toPageFileName(name, scheme), pictures[name])
    await writeFile(TRAY_PAGE, replaceMenus(await readFile(TRAY_PAGE, 'utf8'), menus))
  }
}

async function write(file: string, picture: Buffer): Promise<void> {
  await writeFile(join(PICTURES, file), shrinkPng(picture))
}
