// The window's look has not changed: every view and state matches its stored picture, and each picture
// has its view.

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

// Other browsers and fonts draw different letters, so their pictures can't be compared.
const CAN_COMPARE = process.platform === 'linux' && process.arch === 'x64'

// At most a few pixels, however long the page is: a different word changes more.
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
    'different spacing',
    'signed-in',
    () => (document.querySelector<HTMLElement>('#facts')!.style.marginTop = '14px'),
  ],
  // The longest page, and one of its shortest words.
  [
    'a different word',
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
  test.skip(
    !CAN_COMPARE,
    'pictures are compared on Linux on x64 only, because their browser runs there',
  )

  for (const picture of PICTURES) {
    test(`${picture.name} looks the same as its picture`, async ({ artist }) => {
      for (const look of listLooks(picture)) {
        const taken = await takePicture(artist, picture, look)
        // `npm run pictures` makes the files. Look at each change: the README shows some of them.
        expect.soft(taken).toMatchSnapshot(fileOf(picture, look), SAME)
      }
    })
  }

  for (const [what, name, change] of CHANGES) {
    test(`a page with ${what} does not match its picture`, async ({ artist }) => {
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

test('each stored picture belongs to a view, and all of them together are small', () => {
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
