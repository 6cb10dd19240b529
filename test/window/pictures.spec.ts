// The window looks as it did: every view and state against the picture that is kept of it, and the
// pictures against what there is.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base, type Browser, type Page } from '@playwright/test'
import { ROOT } from '../support/root.js'
import {
  fileOf,
  launchPictureBrowser,
  listLooks,
  PICTURES,
  takePicture,
} from '../support/window-pictures.js'

// Other browsers and fonts draw other letters: then a picture says nothing of the page.
const CAN_COMPARE = process.platform === 'linux' && process.arch === 'x64'

// A few pixels at most, however long the page is: a word that is another one has more.
const SAME = { maxDiffPixels: 20 }

const test = base.extend<object, { artist: Browser }>({
  artist: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const { browser, close } = await launchPictureBrowser()
      await use(browser)
      await close()
    },
    { scope: 'worker' },
  ],
})

const CHANGES: readonly (readonly [what: string, name: string, change: () => void])[] = [
  [
    'other space',
    'signed-in',
    () => (document.querySelector<HTMLElement>('#facts')!.style.marginTop = '14px'),
  ],
  // The longest of the pages, and one of its smallest words.
  [
    'another word',
    'provider-refused',
    () => {
      const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = words.nextNode(); node !== null; node = words.nextNode()) {
        node.nodeValue = node.nodeValue!.replace('as you registered it', 'as he registered it')
      }
    },
  ],
]

test.describe('pictures', () => {
  test.skip(!CAN_COMPARE, 'pictures are compared on Linux on x64, where their one browser runs')

  for (const picture of PICTURES) {
    test(`${picture.name} looks as it did`, async ({ artist }) => {
      for (const look of listLooks(picture)) {
        const taken = await takePicture(artist, picture, look)
        // `npm run pictures` makes the files. Look at each change: the README shows some of them.
        expect.soft(taken).toMatchSnapshot(fileOf(picture, look), SAME)
      }
    })
  }

  for (const [what, name, change] of CHANGES) {
    test(`a picture of a page with ${what} is another`, async ({ artist }) => {
      const kept = PICTURES.find((picture) => picture.name === name)!
      const look = listLooks(kept)[0]!
      const act = async (page: Page): Promise<void> => {
        await kept.act?.(page)
        await page.evaluate(change)
      }
      const changed = await takePicture(artist, { ...kept, act }, look)
      expect(() => expect(changed).toMatchSnapshot(fileOf(kept, look), SAME)).toThrow('ratio')
    })
  }
})

const KEPT = join(ROOT, 'test', 'pictures')

test('every picture of the window that is kept is of something, and the whole is small', () => {
  const files = readdirSync(KEPT)
  const wanted = PICTURES.flatMap((picture) =>
    listLooks(picture).map((look) => fileOf(picture, look)),
  )
  expect(files.filter((file) => file.startsWith('window-')).toSorted()).toEqual(wanted.toSorted())
  const bytes = files.map((file) => readFileSync(join(KEPT, file)).length)
  expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(2_000_000)
})

test('the README and docs/tray-app.md show pictures that exist', () => {
  const pages = ['README.md', 'docs/tray-app.md'].map((page) =>
    readFileSync(join(ROOT, page), 'utf8'),
  )
  const shown = [...pages.join('\n').matchAll(/test\/pictures\/([\w-]+\.png)/g)]
  expect(shown.length).toBeGreaterThan(3)
  for (const [, file] of shown) expect(readdirSync(KEPT)).toContain(file)
})
