// Compares the window with its pictures in every view and state, and lists the files of all pictures.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base, type Browser, type Page } from '@playwright/test'
import { PAGES, SCHEMES, toPageFileName } from '../support/page-pictures.js'
import { ROOT } from '../support/root.js'
import {
  CAN_COMPARE,
  launchPictureBrowser,
  listLooks,
  PICTURES,
  SAME,
  takePicture,
  takePictures,
  toFileName,
} from '../support/window-pictures.js'

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
  // A short word on the longest page.
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
      for (const [zoom, looks] of Map.groupBy(listLooks(picture), (look) => look.zoom)) {
        const schemes = looks.map(({ scheme }) => scheme)
        const taken = await takePictures(artist, picture, { schemes, zoom })
        for (const [index, look] of looks.entries()) {
          // `npm run pictures` makes the files. Look at each change: the README shows some of them.
          expect.soft(taken[index]).toMatchSnapshot(toFileName(picture, look), SAME)
        }
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
      expect(() => expect(changed).toMatchSnapshot(toFileName(kept, look), SAME)).toThrow('ratio')
    })
  }
})

const FOLDER = join(ROOT, 'test', 'pictures')

test('test/pictures holds a file for each picture and nothing else, and is small', () => {
  const files = readdirSync(FOLDER)
  const expected = [
    ...PICTURES.flatMap((picture) => listLooks(picture).map((look) => toFileName(picture, look))),
    ...PAGES.flatMap((page) => SCHEMES.map((scheme) => toPageFileName(page, scheme))),
  ]
  expect(files.toSorted()).toEqual(expected.toSorted())
  const bytes = files.map((file) => readFileSync(join(FOLDER, file)).length)
  expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(2_400_000)
})

test('the README and docs/tray-app.md show pictures that exist, and every page', () => {
  const texts = ['README.md', 'docs/tray-app.md'].map((file) =>
    readFileSync(join(ROOT, file), 'utf8'),
  )
  const shown = [...texts.join('\n').matchAll(/test\/pictures\/([\w-]+\.png)/g)].map(
    ([, file]) => file!,
  )
  expect(shown.length).toBeGreaterThan(3)
  for (const file of shown) expect(readdirSync(FOLDER)).toContain(file)
  const pages = PAGES.flatMap((page) => SCHEMES.map((scheme) => toPageFileName(page, scheme)))
  expect(shown).toEqual(expect.arrayContaining(pages))
})
