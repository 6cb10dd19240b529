// Makes pictures of the window smaller. They have few colours, so a palette replaces the pixels' own.

import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const MOST_COLOURS = 256

type Pixels = { width: number; height: number; colours: Uint32Array }

/** Replaces nearly equal colours with the most frequent one of them. The difference is invisible. */
export function shrinkPng(png: Buffer): Buffer {
  const { width, height, colours } = decode(png)
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  for (const mask of [0xffffff, 0xf8f8f8, 0xf0f0f0, 0xe0e0e0, 0xc0c0c0]) {
    const palette = new Map<number, { index: number; colour: number }>()
    for (const [colour] of [...counts].toSorted(([, one], [, other]) => other - one)) {
      const key = colour & mask
      if (!palette.has(key)) palette.set(key, { index: palette.size, colour })
    }
    if (palette.size > MOST_COLOURS) continue
    const indexes = colours.map((colour) => palette.get(colour & mask)!.index)
    return encode({ width, height, colours: indexes }, [...palette.values()])
  }
  throw new Error('a picture with too many colours')
}

/** @see PNG specification (third edition) sections 5, 9 and 11 */
function encode(
  { width, height, colours }: Pixels,
  palette: readonly { colour: number }[],
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits, a palette, and the only defined compression, filter and interlace methods.
  header.set([8, 3, 0, 0, 0], 8)
  const entries = Buffer.alloc(palette.length * 3)
  for (const [index, { colour }] of palette.entries()) entries.writeUIntBE(colour, index * 3, 3)
  // No filter: the byte before each row is 0.
  const rows = Buffer.alloc(height * (width + 1))
  for (let row = 0; row < height; row++) {
    rows.set(colours.subarray(row * width, (row + 1) * width), row * (width + 1) + 1)
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', entries),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const made = Buffer.alloc(named.length + 8)
  made.writeUInt32BE(data.length, 0)
  made.set(named, 4)
  made.writeUInt32BE(crc32(named), named.length + 4)
  return made
}

/** Reads Chromium's PNGs: eight bits each of red, green, blue and, in some, opacity. */
function decode(png: Buffer): Pixels {
  const data: Buffer[] = []
  let [width, height, type] = [0, 0, 0]
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const content = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
    const name = png.toString('latin1', at + 4, at + 8)
    if (name === 'IHDR') {
      ;[width, height, type] = [content.readUInt32BE(0), content.readUInt32BE(4), content[9]!]
    } else if (name === 'IDAT') data.push(content)
  }
  const size = type === 6 ? 4 : 3
  const stride = width * size
  const raw = inflateSync(Buffer.concat(data))
  const bytes = new Uint8Array(height * stride)
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)]!
    for (let column = 0; column < stride; column++) {
      const here = row * stride + column
      const left = column < size ? 0 : bytes[here - size]!
      const above = row === 0 ? 0 : bytes[here - stride]!
      const corner = column < size || row === 0 ? 0 : bytes[here - stride - size]!
      const rest = raw[row * (stride + 1) + 1 + column]!
      bytes[here] = rest + predict(filter, left, above, corner)
    }
  }
  const colours = new Uint32Array(width * height).map((_, pixel) => {
    const at = pixel * size
    return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
  })
  return { width, height, colours }
}

function predict(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0
    case 1:
      return left
    case 2:
      return above
    case 3:
      return (left + above) >> 1
    default: {
      const guess = left + above - corner
      const [toLeft, toAbove, toCorner] = [left, above, corner].map((one) => Math.abs(guess - one))
      if (toLeft! <= toAbove! && toLeft! <= toCorner!) return left
      return toAbove! <= toCorner! ? above : corner
    }
  }
}
