// Prints the matrix of a run: each kind of provider, and the results of sign-in, renewal and sign-out.

import type { Reporter, TestCase, TestResult, TestStep } from '@playwright/test/reporter'

export const MATRIX_TAG = '@providers'
export const MATRIX_STEPS = ['sign-in', 'renewal', 'sign-out'] as const

/** Set for kinds of provider at which nobody can sign in. */
export const REJECTED_SHAPE = 'refused'

/** `-` marks a step that was not reached. */
type Cell = 'ok' | 'refused' | 'FAILED' | '-'

export default class Matrix implements Reporter {
  readonly #rows = new Map<string, readonly Cell[]>()

  onTestEnd(test: TestCase, { steps }: TestResult): void {
    if (test.tags.includes(MATRIX_TAG)) this.#rows.set(test.title, toCells(test, steps))
  }

  onEnd(): void {
    if (this.#rows.size === 0) return
    const width = Math.max(...[...this.#rows.keys()].map((title) => title.length))
    const line = (title: string, cells: readonly string[]): string =>
      `${title.padEnd(width)}  ${cells.map((cell) => cell.padEnd(8)).join('  ')}`.trimEnd()
    const lines = [
      line('provider', MATRIX_STEPS),
      ...[...this.#rows].map(([title, cells]) => line(title, cells)),
    ]
    process.stdout.write(`\n${lines.join('\n')}\n\n`)
  }

  printsToStdio(): boolean {
    return true
  }
}

function toCells({ annotations }: TestCase, steps: readonly TestStep[]): readonly Cell[] {
  const isRejected = annotations.some(({ type }) => type === REJECTED_SHAPE)
  return MATRIX_STEPS.map((name) => {
    const step = steps.find(({ category, title }) => category === 'test.step' && title === name)
    if (!step) return '-'
    if (step.error) return 'FAILED'
    return isRejected ? 'refused' : 'ok'
  })
}
