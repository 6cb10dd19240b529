// The icons on disk are what `npm run icons` draws from their sources, in each system's formats.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base, type Page } from '@playwright/test'
import { launchBrowser } from '../support/browser.js'
import {
  ASSETS,
  drawIcons,
  ICNS_TYPES,
  ICO_SIZES,
  LINUX_SIZES,
  SCHEMES,
  TRAY_ICO_SIZES,
  TRAY_STATES,
} from '../tools/icons.js'

const read = (file: string): Buffer => readFileSync(join(ASSETS, file))

type Pixels = { width: number; height: number; data: Buffer }

const test = base.extend<
  { readPixels: (png: Buffer) => Promise<Pixels> },
  { canvas: Page; drawn: ReadonlyMap<string, Buffer> }
>({
  canvas: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launchBrowser()
      await use(await browser.newPage())
      await browser.close()
    },
    { scope: 'worker' },
  ],
  drawn: [
    async ({ canvas }, use) => use(await drawIcons(canvas.context().browser()!)),
    { scope: 'worker' },
  ],
  readPixels: ({ canvas }, use) =>
    use(async (png) => {
      const { pixels, ...size } = await canvas.evaluate(async (base64) => {
        const response = await fetch(`data:image/png;base64,${base64}`)
        const image = await createImageBitmap(await response.blob())
        const { width, height } = image
        const context = new OffscreenCanvas(width, height).getContext('2d')!
        context.drawImage(image, 0, 0)
        const reader = new FileReader()
        reader.readAsDataURL(new Blob([context.getImageData(0, 0, width, height).data]))
        await new Promise((resolve) => reader.addEventListener('load', resolve))
        return { width, height, pixels: (reader.result as string).split(',')[1]! }
      }, png.toString('base64'))
      return { ...size, data: Buffer.from(pixels, 'base64') }
    }),
})

test('the folder contains exactly the icons that the script draws', ({ drawn }) => {
  const files = readdirSync(ASSETS, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(png|ico|icns)$/.test(file))
  expect(files.toSorted()).toEqual([...drawn.keys()].toSorted())
})

test('each icon matches its current source', async ({ drawn, readPixels }) => {
  for (const [file, fresh] of drawn) {
    const [mine, theirs] = [picturesIn(read(file)), picturesIn(fresh)]
    expect(mine.length).toBe(theirs.length)
    for (const [index, picture] of mine.entries()) {
      const other = theirs[index]!
      if (picture.equals(other)) continue
      // Another Chromium draws edges slightly differently, and compresses the same pixels differently.
      const [a, b] = isPng(picture)
        ? [(await readPixels(picture)).data, (await readPixels(other)).data]
        : [picture, other]
      expect(a.length).toBe(b.length)
      expect({ file, near: distance(a, b) < 2 }).toEqual({ file, near: true })
    }
  }
})

test('the Linux package has an icon for each size in themes', () => {
  for (const size of LINUX_SIZES) {
    expect(readSize(read(`icons/${size}x${size}.png`))).toEqual([size, size])
  }
})

for (const [file, sizes] of [
  ['icon.ico', ICO_SIZES],
  ...TRAY_STATES.flatMap((state) =>
    SCHEMES.map((scheme) => [`tray-${state}-${scheme}.ico`, TRAY_ICO_SIZES] as const),
  ),
] as const) {
  test(`${file} contains each size for Windows, small ones as bitmaps`, () => {
    const ico = read(file)
    expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1])
    const pictures = picturesIn(ico)
    expect(pictures).toHaveLength(sizes.length)
    for (const [index, size] of sizes.entries()) {
      const entry = ico.subarray(6 + 16 * index)
      expect([entry[0], entry[1], entry.readUInt16LE(6)]).toEqual([size % 256, size % 256, 32])
      const picture = pictures[index]!
      expect(isPng(picture)).toBe(size >= 256)
      if (size >= 256) {
        expect(readSize(picture)).toEqual([size, size])
      } else {
        // The height is doubled for the mask. Pixels have 32 bits, mask pixels 1, in rows of whole words.
        expect([4, 8].map((at) => picture.readInt32LE(at))).toEqual([size, 2 * size])
        expect(picture.readUInt16LE(14)).toBe(32)
        expect(picture.length).toBe(40 + size * size * 4 + size * 4 * Math.ceil(size / 32))
      }
    }
  })
}

test('a bitmap in an .ico is the right way up and has the right colours', async ({
  readPixels,
}) => {
  const { data } = await readPixels(read('icons/32x32.png'))
  const bitmap = picturesIn(read('icon.ico'))[ICO_SIZES.indexOf(32)]!
  const pixel = (x: number, y: number): number[] => {
    const at = 40 + ((31 - y) * 32 + x) * 4
    const [blue, green, red, alpha] = bitmap.subarray(at, at + 4)
    return [red!, green!, blue!, alpha!]
  }
  for (const [x, y] of [
    [3, 16],
    [22, 9],
    [9, 22],
    [0, 0],
  ] as const) {
    expect(pixel(x, y)).toEqual([...data.subarray((y * 32 + x) * 4, (y * 32 + x) * 4 + 4)])
  }
  expect(pixel(22, 9)).not.toEqual(pixel(22, 22))
})

test('icon.icns contains each size for macOS with its type', async ({ readPixels }) => {
  const icns = read('icon.icns')
  expect(icns.toString('latin1', 0, 4)).toBe('icns')
  expect(icns.readUInt32BE(4)).toBe(icns.length)
  const types: string[] = []
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    types.push(icns.toString('latin1', at, at + 4))
  }
  expect(types).toEqual(ICNS_TYPES.map(([type]) => type))
  for (const [index, picture] of picturesIn(icns).entries()) {
    const size = ICNS_TYPES[index]![1]
    expect(readSize(picture)).toEqual([size, size])
  }
  // Apple's margin is a tenth: the edge is transparent, and the background begins inside.
  const { data } = await readPixels(picturesIn(icns)[ICNS_TYPES.findIndex(([t]) => t === 'ic07')]!)
  const alpha = (x: number): number => data[(64 * 128 + x) * 4 + 3]!
  expect([alpha(0), alpha(11), alpha(14)]).toEqual([0, 0, 255])
})

test.describe('in the tray', () => {
  test('macOS has a template of 16 points, in black only', async ({ readPixels }) => {
    for (const state of TRAY_STATES) {
      for (const [suffix, size] of [
        ['', 16],
        ['@2x', 32],
      ] as const) {
        const { width, height, data } = await readPixels(read(`tray-${state}Template${suffix}.png`))
        expect([width, height]).toEqual([size, size])
        expect([...data].filter((value, at) => at % 4 < 3 && value !== 0)).toEqual([])
        // The menu bar shows through the icon.
        expect(opaqueIn(data)).toBeGreaterThan(0.2)
        expect(opaqueIn(data)).toBeLessThan(0.8)
      }
    }
  })

  test('the other systems have icons for light and dark desktops, also in double resolution', async ({
    readPixels,
  }) => {
    for (const state of TRAY_STATES) {
      for (const scheme of SCHEMES) {
        const { width, height, data } = await readPixels(read(`tray-${state}-${scheme}.png`))
        expect([width, height]).toEqual([24, 24])
        expect(readSize(read(`tray-${state}-${scheme}@2x.png`))).toEqual([48, 48])
        const panel = scheme === 'light' ? [240, 240, 240] : [32, 32, 32]
        const ratio = contrast(commonest(data), panel)
        // The minimum contrast of graphics in WCAG 2.2 (1.4.11).
        expect({ state, scheme, enough: ratio >= 3 }).toEqual({ state, scheme, enough: true })
      }
    }
  })

  test('the states differ in shape, not just in colour', async ({ readPixels }) => {
    const shapes = await Promise.all(
      TRAY_STATES.map(async (state) => {
        const { data } = await readPixels(read(`tray-${state}Template.png`))
        return [...data].filter((_, at) => at % 4 === 3)
      }),
    )
    for (const [index, one] of shapes.entries()) {
      for (const other of shapes.slice(index + 1)) {
        const differing = one.filter((alpha, at) => Math.abs(alpha - other[at]!) > 127).length
        expect(differing / one.length).toBeGreaterThan(0.15)
      }
    }
  })
})

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, PNG.length).equals(PNG)
}

/** A PNG's width and height. */
function readSize(png: Buffer): number[] {
  return [png.readUInt32BE(16), png.readUInt32BE(20)]
}

/** The pictures in an .ico or .icns file. A PNG file is its own only picture. */
function picturesIn(file: Buffer): Buffer[] {
  if (isPng(file)) return [file]
  if (file.toString('latin1', 0, 4) !== 'icns') {
    return Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
      const [length, offset] = [8, 12].map((at) => file.readUInt32LE(6 + 16 * index + at))
      return file.subarray(offset, offset! + length!)
    })
  }
  const pictures: Buffer[] = []
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    pictures.push(file.subarray(at + 8, at + file.readUInt32BE(at + 4)))
  }
  return pictures
}

/** The average difference of the values, from 0 to 255. */
function distance(a: Buffer, b: Buffer): number {
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += Math.abs(a[at]! - b[at]!)
  return sum / a.length
}

/** The share of pixels that are more opaque than transparent. */
function opaqueIn(data: Buffer): number {
  const alphas = [...data].filter((_, at) => at % 4 === 3)
  return alphas.filter((alpha) => alpha > 127).length / alphas.length
}

/** The most frequent colour of the opaque pixels. */
function commonest(data: Buffer): number[] {
  const counts = new Map<string, number>()
  for (let at = 0; at < data.length; at += 4) {
    const color = data.subarray(at, at + 3).join()
    if (data[at + 3] === 255) counts.set(color, (counts.get(color) ?? 0) + 1)
  }
  const [[color] = ['']] = [...counts].toSorted(([, a], [, b]) => b - a)
  return color.split(',').map(Number)
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: readonly number[], b: readonly number[]): number {
  const [lighter, darker] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (lighter! + 0.05) / (darker! + 0.05)
}

function luminance(color: readonly number[]): number {
  const [red, green, blue] = color.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
