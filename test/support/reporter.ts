// Ends a run: fails it if a test left something behind, and prints the last line that scripts read,
// `N passed, N failed`.

import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import { defaultPlaces, watchForLeftovers } from './leftovers.js'
import { ROOT } from './root.js'
import { runFolder } from './run-folder.js'

export default class ClosingReporter implements Reporter {
  readonly #root: string
  readonly #outcomes = new Map<string, TestCase>()
  #leftovers: () => string[] = () => []

  constructor({ root = ROOT }: { root?: string } = {}) {
    this.#root = root
  }

  onBegin(): void {
    const temporary = runFolder()
    if (temporary === null) throw new Error('the configuration opens no folder for the run')
    this.#leftovers = watchForLeftovers({
      root: this.#root,
      temporary,
      defaults: defaultPlaces(),
    })
  }

  onTestEnd(test: TestCase, _result: TestResult): void {
    this.#outcomes.set(test.id, test)
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult['status'] }> {
    // After an interruption, tests can't clean up.
    const left = status === 'interrupted' ? [] : this.#leftovers()
    if (left.length > 0) {
      process.stdout.write(`left behind by tests:\n${left.map((path) => `  ${path}\n`).join('')}`)
    }
    const count = (wanted: ReturnType<TestCase['outcome']>): number =>
      [...this.#outcomes.values()].filter((test) => test.outcome() === wanted).length
    const skipped = count('skipped')
    if (skipped > 0) process.stdout.write(`${skipped} skipped\n`)
    process.stdout.write(
      `${count('expected')} passed, ${count('unexpected') + count('flaky')} failed\n`,
    )
    return { status: left.length > 0 && status === 'passed' ? 'failed' : status }
  }

  printsToStdio(): boolean {
    return true
  }
}
