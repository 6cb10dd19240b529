// The prompt at a real terminal: it makes room for text, and comes back below the text.

import type { Interface } from 'node:readline'
import { clearLines, skipLines, writeText } from '../base/output.js'

export type PromptLine = {
  show(text: string): void
  /** Makes room for text: removes the prompt, or ends its line on a dumb terminal. */
  clear(): void
  /** Treats the prompt as gone, for example because a shell has printed below it. */
  forget(): void
  /** True if the prompt can be updated in place. */
  canUpdate(): boolean
}

/** In columns. A longer prompt than the terminal is wide would wrap on each update. */
const NARROWEST_UPDATED = 40

/** Makes the prompt of an input. A dumb terminal cannot move its cursor, so nothing is removed there. */
export function createPromptLine(input: Interface, isDumb: boolean): PromptLine {
  const state = {
    /** The prompt on the current line; null if there is none. */
    shown: null as string | null,
    /** Rows that were cleared for text, and that readline still moves up by. */
    rowsCleared: 0,
  }
  // Registered before any other listener: Enter ends the prompt's line before an answer is printed.
  input.on('line', () => (state.shown = null))

  const clear = (): void => {
    if (state.shown === null) return
    state.shown = null
    if (isDumb) return writeText('stdout', '')
    // Typed text may have made the prompt longer than one row.
    state.rowsCleared = input.getCursorPos().rows
    clearLines(state.rowsCleared)
  }

  return {
    show(text) {
      if (state.shown === text) return
      // Otherwise readline draws over what it takes for one row, even if the typed text takes more.
      clear()
      skipLines(state.rowsCleared)
      state.rowsCleared = 0
      input.setPrompt(text)
      input.prompt(true)
      state.shown = text
    },
    clear,
    forget() {
      state.shown = null
      state.rowsCleared = 0
    },
    canUpdate: () =>
      !isDumb && process.stdout.columns >= NARROWEST_UPDATED && input.getCursorPos().rows === 0,
  }
}
