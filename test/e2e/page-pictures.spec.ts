// Compares the browser's pages with their pictures, and the tray's menus with docs/tray-app.md.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import {
  PAGES,
  replaceMenus,
  SCHEMES,
  takePagePictures,
  toPageFileName,
} from '../support/page-pictures.js'
import { ROOT } from '../support/root.js'
import { CAN_COMPARE, launchPictureBrowser, SAME } from '../support/window-pictures.js'

test.skip(
  !CAN_COMPARE,
  'pictures are compared on Linux on x64 only, because their browser runs there',
)

for (const scheme of SCHEMES) {
  test(`in ${scheme}, the pages look like their pictures and the menus are as documented`, async () => {
    test.slow()
    const { browser, close } = await launchPictureBrowser()
    try {
      const { pictures, ...menus } = await takePagePictures(browser, scheme)
      // `npm run pictures` makes the files. Look at each change: the documentation shows them.
      for (const name of PAGES) {
        expect.soft(pictures[name]).toMatchSnapshot(toPageFileName(name, scheme), SAME)
      }
      const documented = readFileSync(join(ROOT, 'docs', 'tray-app.md'), 'utf8')
      expect(documented).toBe(replaceMenus(documented, menus))
    } finally {
      await close()
    }
  })
}
