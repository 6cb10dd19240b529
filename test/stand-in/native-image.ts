// Electron's `nativeImage`, as far as a tray needs it: an image from a file, or an empty one.

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { NativeImage } from 'electron'
import { strict } from './strict.js'

export type ImageDouble = Pick<NativeImage, 'isEmpty'>

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const files = new WeakMap<ImageDouble, string>()

export const nativeImageDouble = {
  createFromPath(path: string): ImageDouble {
    const isEmpty = !isPng(path)
    const image = strict('nativeImage', { isEmpty: () => isEmpty })
    files.set(image, basename(path))
    return image
  },
} satisfies { createFromPath(path: string): ImageDouble }

/** The file that an image came from. Null if the image is empty. */
export function toFileName(image: ImageDouble): string | null {
  return image.isEmpty() ? null : (files.get(image) ?? null)
}

export function isPng(path: string): boolean {
  try {
    return readFileSync(path).subarray(0, PNG.length).equals(PNG)
  } catch {
    return false
  }
}
