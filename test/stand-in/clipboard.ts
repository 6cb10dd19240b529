// Electron's `clipboard`, with its own text for each run.

import type { Clipboard } from 'electron'
import { answer } from './host.js'

let held = ''

export const clipboardDouble = {
  writeText(text: string): Promise<void> {
    held = text
    return Promise.resolve()
  },
  readText: () => Promise.resolve(held),
} satisfies Pick<Clipboard, 'readText' | 'writeText'>

answer({ clipboard: () => held })
