// Electron's `nativeImage`, as far as a tray needs it: a file that is an image, or an empty one.

import { readFileSync } from 'node:fs'
import type { NativeImage } from 'electron'
import { strict } from './strict.js'

export type ImageDouble = Pick<NativeImage, 'isEmpty'>

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export const nativeImageDouble = {
  createFromPath(path: string): ImageDouble {
    const isEmpty = !isPng(path)
    return strict('nativeImage', { isEmpty: () => isEmpty })
  },
} satisfies { createFromPath(path: string): ImageDouble }

function isPng(path: string): boolean {
  try {
    return readFileSync(path).subarray(0, PNG.length).equals(PNG)
  } catch {
    return false
  }
}
