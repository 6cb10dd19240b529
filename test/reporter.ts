// Closes a run with the one line that scripts read: `N passed, N failed`.

import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'

export default class ClosingLine implements Reporter {
  readonly #outcomes = new Map<string, TestCase>()

  onTestEnd(test: TestCase, _result: TestResult): void {
    this.#outcomes.set(test.id, test)
  }

  onEnd(): void {
    const count = (wanted: ReturnType<TestCase['outcome']>): number =>
      [...this.#outcomes.values()].filter((test) => test.outcome() === wanted).length
    const skipped = count('skipped')
    process.stdout.write(
      `${count('expected')} passed, ${count('unexpected') + count('flaky')} failed` +
        `${skipped === 0 ? '' : `, ${skipped} skipped`}\n`,
    )
  }

  printsToStdio(): boolean {
    return true
  }
}
