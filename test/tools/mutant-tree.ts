// A copy of the project in which mutants are built and tested, so that the project itself is not changed.

import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { JSONReport, JSONReportSuite } from '@playwright/test/reporter'
import { mutate, type Mutant } from './mutants.js'

/** The results of the tests on the current tree. */
export type TestRun = {
  /** Failed tests, as `path:line`, with their titles. */
  failed: readonly { at: string; title: string }[]
  passed: number
  /** True if a test or the whole run did not finish in time. */
  timedOut: boolean
  /** Why there is no outcome, for example a load error or no tests. Null if there is an outcome. */
  fault: string | null
}

export type MutantTree = {
  /** Checks the types of all mutants at once. Returns the compiler's errors, by the mutants' IDs. */
  check(mutants: readonly Mutant[]): Promise<ReadonlyMap<string, string>>
  /** Writes a mutant to its file. The run of the tests builds what is made of it. */
  plant(mutant: Mutant): void
  /** Restores the original file. */
  restore(mutant: Mutant): void
  test(options: {
    specs: readonly string[]
    grep?: string | undefined
    /** Continues after a failed test. */
    all?: boolean
  }): Promise<TestRun>
  remove(): void
}

const LEFT_OUT: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  'test-results',
  join('dist', 'packages'),
])
const PLAYWRIGHT = 'node_modules/@playwright/test/cli.js'
/** A longer run counts as hung. */
const LONGEST_RUN_MS = 5 * 60_000
const LONGEST_TEST_MS = 20_000

/** Copies the project. */
export function copyTree(root: string): MutantTree {
  const tree = mkdtempSync(join(tmpdir(), 'latchkey-mutants-'))
  // Some tests run the program as another user, who needs access to it.
  chmodSync(tree, 0o755)
  cpSync(root, tree, {
    recursive: true,
    preserveTimestamps: true,
    filter: (source) => !LEFT_OUT.has(relative(root, source)),
  })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction')
  const originals = new Map<string, string>()
  return {
    check: (mutants) => check(tree, mutants),
    plant(mutant) {
      const { file } = mutant
      if (!originals.has(file)) originals.set(file, readFileSync(join(tree, file), 'utf8'))
      writeFileSync(join(tree, file), mutate(originals.get(file)!, mutant))
    },
    restore: ({ file }) => writeFileSync(join(tree, file), originals.get(file)!),
    test: (options) => runTests(tree, options),
    remove: () => rmSync(tree, { recursive: true, force: true }),
  }
}

/** Checks the types of all mutants at once: each is a file of its own beside the one it is made of. */
async function check(
  tree: string,
  mutants: readonly Mutant[],
): Promise<ReadonlyMap<string, string>> {
  const besides = new Map<string, Mutant>()
  const complaints = new Map<string, string>()
  for (const [index, mutant] of mutants.entries()) {
    const beside = mutant.file.replace(/\.ts$/, `.mutant-${index}.ts`)
    try {
      writeFileSync(
        join(tree, beside),
        mutate(readFileSync(join(tree, mutant.file), 'utf8'), mutant),
      )
      besides.set(beside, mutant)
    } catch (thrown) {
      complaints.set(mutant.id, thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  // A mutant may leave variables unused. That is not a compile error.
  const unused = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false']
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc')
  const { output } = await run(tree, [
    tsc,
    '-p',
    'main',
    '--emitDeclarationOnly',
    'false',
    '--noEmit',
    ...unused,
  ])
  for (const line of output.split('\n')) {
    const [, file] = /^(\S+)\(\d+,\d+\): error /.exec(line) ?? []
    const mutant = besides.get(file ?? '')
    if (mutant) complaints.set(mutant.id, line)
    else if (file !== undefined) throw new Error(line)
  }
  for (const beside of besides.keys()) rmSync(join(tree, beside))
  return complaints
}

const runTests: (
  tree: string,
  options: Parameters<MutantTree['test']>[0],
) => Promise<TestRun> = async (tree, { specs, grep, all = false }) => {
  const reportFile = join(tree, 'mutant-report.json')
  rmSync(reportFile, { force: true })
  const command = [PLAYWRIGHT, 'test', '-c', 'test/playwright.config.ts', '--reporter=json']
  command.push('--workers=1', `--timeout=${LONGEST_TEST_MS}`, ...(all ? [] : ['-x']))
  if (grep !== undefined) command.push('-g', grep)
  const { output, hung } = await run(tree, [...command, ...specs], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
  })
  if (hung) return { failed: [], passed: 0, timedOut: true, fault: null }
  let report: JSONReport
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8')) as JSONReport
  } catch {
    return { failed: [], passed: 0, timedOut: false, fault: output.slice(0, 500) }
  }
  const tests = report.suites.flatMap((suite) => listTests(suite))
  const failed = tests.filter(({ outcome }) => outcome === 'unexpected')
  const passed = tests.filter(({ outcome }) => outcome === 'expected').length
  const noOutcome = report.errors[0]?.message ?? 'every test was skipped'
  return {
    failed,
    passed,
    timedOut: failed.some(({ timedOut }) => timedOut),
    fault: failed.length + passed > 0 ? null : noOutcome,
  }
}

type Tested = { at: string; title: string; outcome: string; timedOut: boolean }

function listTests(suite: JSONReportSuite, lead = ''): Tested[] {
  const own = suite.specs.flatMap(({ title, file, line, tests }) =>
    tests.map(({ status, results }) => ({
      at: `test/${file}:${line}`,
      title: `${lead}${title}`,
      outcome: status,
      timedOut: results.some((result) => result.status === 'timedOut'),
    })),
  )
  const inner = (suite.suites ?? []).flatMap((one) => listTests(one, `${lead}${one.title} `))
  return [...own, ...inner]
}

type Ended = { output: string; hung: boolean }

/** Runs Node in its own process group, which is killed as a whole. */
function run(
  cwd: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let output = ''
    let hung = false
    const child = spawn(process.execPath, command, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    })
    const collect = (chunk: Buffer): void => void (output += chunk.toString())
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const timer = setTimeout(() => {
      hung = true
      if (child.pid !== undefined && process.platform !== 'win32')
        process.kill(-child.pid, 'SIGKILL')
      else child.kill('SIGKILL')
    }, LONGEST_RUN_MS)
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(timer)
      resolve({ output, hung })
    })
  })
}
