// Draws every icon of the app from its vector sources: `npm run icons`.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from '@playwright/test'
import { launchBrowser } from '../support/browser.js'
import { ROOT } from '../support/root.js'

export const ASSETS = join(ROOT, 'main', 'assets')

/** The states of the tray icon. They differ in shape, so that colour is not required. */
export const TRAY_STATES = ['signed-out', 'waiting', 'signed-in', 'attention'] as const
export type TrayState = (typeof TRAY_STATES)[number]

/** Desktops have light or dark panels. */
export const SCHEMES = ['light', 'dark'] as const
export type Scheme = (typeof SCHEMES)[number]

/** The icon sizes of the Linux package. The folders of themes have these sizes. */
export const LINUX_SIZES = [16, 22, 24, 32, 48, 64, 96, 128, 256, 512] as const
/** The icon sizes of the Windows program: small icons at scales from 100% to 200%, and large ones. */
export const ICO_SIZES = [16, 20, 24, 32, 40, 48, 64, 256] as const
export const TRAY_ICO_SIZES = [16, 20, 24, 32, 48] as const
/** The icons of the macOS app: the type of an image in the file, and its size in pixels. */
export const ICNS_TYPES = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const

/** Every icon's content, by its file's path in the assets. */
export async function drawIcons(browser: Browser): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const page = await browser.newPage()
  const draw = async (svg: string, size: number): Promise<Image> => rasterize(page, svg, size)
  const drawAll = (svg: string, sizes: readonly number[]): Promise<Image[]> =>
    Promise.all(sizes.map((size) => draw(svg, size)))

  const app = await readFile(join(ASSETS, 'icon.svg'), 'utf8')
  files.set('icon.png', (await draw(app, 512)).png)
  for (const { size, png } of await drawAll(app, LINUX_SIZES)) {
    files.set(`icons/${size}x${size}.png`, png)
  }
  files.set('icon.ico', encodeIco(await drawAll(app, ICO_SIZES)))
  const framed = app.replace('0 0 64 64', MAC_FRAME)
  const inFrame = await drawAll(framed, [...new Set(ICNS_TYPES.map(([, size]) => size))])
  files.set('icon.icns', encodeIcns(inFrame))

  for (const state of TRAY_STATES) {
    const template = traySvg(state, null)
    files.set(`tray-${state}Template.png`, (await draw(template, 16)).png)
    files.set(`tray-${state}Template@2x.png`, (await draw(template, 32)).png)
    for (const scheme of SCHEMES) {
      const svg = traySvg(state, scheme)
      files.set(`tray-${state}-${scheme}.png`, (await draw(svg, 24)).png)
      files.set(`tray-${state}-${scheme}@2x.png`, (await draw(svg, 48)).png)
      files.set(`tray-${state}-${scheme}.ico`, encodeIco(await drawAll(svg, TRAY_ICO_SIZES)))
    }
  }
  await page.close()
  return files
}

/** Apple's grid has a margin: the background is 824 of 1024 pixels wide. */
const MAC_FRAME = '-5.28 -5.28 74.56 74.56'

/** The tray icons on a grid of 16: a shape, and a mark in it. */
const TRAY: Readonly<Record<TrayState, { color: 'quiet' | 'accent' | 'alert' } & Glyph>> = {
  // A keyhole.
  'signed-out': {
    color: 'quiet',
    shape: `
      <rect x="1.75" y="1.75" width="12.5" height="12.5" rx="3" fill="none"
        stroke="currentColor" stroke-width="1.5"/>
      <circle cx="8" cy="6.25" r="2.25"/><path d="M7 7.5h2l.6 4.5H6.4z"/>`,
    mark: '',
  },
  // An hourglass.
  waiting: {
    color: 'accent',
    shape: '<circle cx="8" cy="8" r="7"/>',
    mark: '<path d="M4.5 3.5h7V5L9.2 8l2.3 3v1.5h-7V11l2.3-3-2.3-3z"/>',
  },
  // A key.
  'signed-in': {
    color: 'accent',
    shape: '<rect x="1" y="1" width="14" height="14" rx="3.5"/>',
    mark: `
      <g fill="none" stroke="currentColor" stroke-width="1.5">
        <circle cx="5.25" cy="7.25" r="2"/><path d="M7.25 7.25h6.25M12.25 7.5v3M9.75 7.5v2"/>
      </g>`,
  },
  // A warning.
  attention: {
    color: 'alert',
    shape: `
      <path d="M8 2.5 14.5 14h-13z"
        stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>`,
    mark: '<path d="M7 5.5h2l-.3 4.5H7.3zM7 11h2v2H7z"/>',
  },
}

type Glyph = { shape: string; mark: string }

const COLORS = {
  light: { quiet: '#57606e', accent: '#2450c8', alert: '#c9410a', onAlert: '#fff' },
  dark: { quiet: '#aab2c0', accent: '#4778f5', alert: '#ff9a3c', onAlert: '#10131a' },
} as const

/** In the colours of a scheme, or black with holes for macOS, which chooses the colour itself. */
function traySvg(state: TrayState, scheme: Scheme | null): string {
  const { color, shape, mark } = TRAY[state]
  const open = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="currentColor"'
  if (scheme === null) {
    return `${open} color="#000">
      <mask id="holes"><rect width="16" height="16" fill="#fff"/>${mark}</mask>
      <g mask="url(#holes)">${shape}</g>
    </svg>`
  }
  const colors = COLORS[scheme]
  const onShape = color === 'alert' ? colors.onAlert : '#fff'
  return `${open} color="${colors[color]}">${shape}<g color="${onShape}">${mark}</g></svg>`
}

/** Only small images have pixels, for the bitmaps in an .ico. */
type Image = { size: number; png: Buffer; rgba: Buffer }

const BITMAPS_BELOW = 256

async function rasterize(page: Page, svg: string, size: number): Promise<Image> {
  const sized = svg.replace('<svg ', `<svg width="${size}" height="${size}" `)
  const [png, rgba] = await page.evaluate(
    async ({ source, edge, bitmaps }) => {
      const image = new Image()
      image.src = `data:image/svg+xml,${encodeURIComponent(source)}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = edge
      canvas.height = edge
      const context = canvas.getContext('2d')!
      context.drawImage(image, 0, 0)
      const data = edge < bitmaps ? [...context.getImageData(0, 0, edge, edge).data] : []
      return [canvas.toDataURL('image/png').split(',')[1]!, data] as const
    },
    { source: sized, edge: size, bitmaps: BITMAPS_BELOW },
  )
  return { size, png: Buffer.from(png, 'base64'), rgba: Buffer.from(rgba) }
}

/** @see https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10) */
function encodeIco(images: readonly Image[]): Buffer {
  const header = Buffer.alloc(6 + 16 * images.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(images.length, 4)
  const contents = images.map((image) =>
    image.size < BITMAPS_BELOW ? encodeBitmap(image) : image.png,
  )
  let offset = header.length
  for (const [index, { size }] of images.entries()) {
    const { length } = contents[index]!
    const at = 6 + 16 * index
    // 256 does not fit into a byte, and is written as 0.
    header.writeUInt8(size % 256, at)
    header.writeUInt8(size % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += length
  }
  return Buffer.concat([header, ...contents])
}

/** A bitmap in an icon's format: blue first, bottom up, then an unused mask with one bit per pixel. */
function encodeBitmap({ size, rgba }: Image): Buffer {
  const header = Buffer.alloc(40)
  header.writeUInt32LE(40, 0)
  header.writeInt32LE(size, 4)
  header.writeInt32LE(size * 2, 8)
  header.writeUInt16LE(1, 12)
  header.writeUInt16LE(32, 14)
  const pixels = Buffer.alloc(size * size * 4)
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = (y * size + x) * 4
      const to = ((size - 1 - y) * size + x) * 4
      pixels[to] = rgba[from + 2]!
      pixels[to + 1] = rgba[from + 1]!
      pixels[to + 2] = rgba[from]!
      pixels[to + 3] = rgba[from + 3]!
    }
  }
  const mask = Buffer.alloc(size * Math.ceil(size / 32) * 4)
  return Buffer.concat([header, pixels, mask])
}

/** A list of PNGs, each preceded by its type and length. */
function encodeIcns(images: readonly Image[]): Buffer {
  const parts = ICNS_TYPES.flatMap(([type, wanted]) => {
    const { png } = images.find(({ size }) => size === wanted)!
    return [Buffer.from(type, 'latin1'), encodeLength(8 + png.length), png]
  })
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from('icns', 'latin1'), encodeLength(8 + body.length), body])
}

function encodeLength(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await launchBrowser()
  try {
    for (const [file, content] of await drawIcons(browser)) {
      await mkdir(dirname(join(ASSETS, file)), { recursive: true })
      await writeFile(join(ASSETS, file), content)
    }
  } finally {
    await browser.close()
  }
}
