// The log file: its lines, its size limit, and disks that can't be written to.

import { expect, test as base } from '@playwright/test'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLatchkey } from '../../main/app/compose.js'
import { reportError } from '../../main/app/report-error.js'
import { createLogger, readFailures, type Logger } from '../../main/storage/log.js'
import type { LogRecord } from '../../main/present/log-record.js'
import { examineSettings } from '../../main/settings/read.js'
import type { LogLevel } from '../../main/base/log-level.js'
import { LOG_MESSAGES } from '../../main/storage/storage-messages.js'
import { createMemoryConsents } from '../../main/storage/consent-store.js'
import { createMemoryAccounts } from '../../main/storage/memory-accounts.js'
import { createTestClock } from '../support/clock.js'
import { mountFullDisk } from '../support/full-disk.js'

const STARTED_MS = Date.UTC(2026, 0, 2, 3, 4, 5)

const test = base.extend<{
  directory: string
  complaints: string[]
  open: (level?: LogLevel) => Logger
}>({
  // eslint-disable-next-line no-empty-pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-log-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  // eslint-disable-next-line no-empty-pattern
  complaints: async ({}, use) => use([]),
  open: ({ directory, complaints }, use) =>
    use((level = 'info') =>
      createLogger({
        directory,
        level,
        clock: createTestClock(STARTED_MS),
        complain: (line) => void complaints.push(line),
      }),
    ),
})

const failed = (code: 'token-error' | 'port-taken' = 'token-error'): LogRecord => ({
  level: 'error',
  event: 'sign-in-ended',
  result: 'failed',
  code,
})
const RECORDS: Readonly<Record<LogLevel, LogRecord>> = {
  error: failed(),
  warn: { level: 'warn', event: 'session-ended' },
  info: { level: 'info', event: 'signed-out' },
  debug: { level: 'debug', event: 'renewal-started' },
}

const read = (directory: string): string => readFileSync(join(directory, 'latchkey.log'), 'utf8')
const readLines = (directory: string): unknown[] =>
  read(directory)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

test('it has one JSON object per line, with the time, and only its owner can read it', ({
  directory,
  open,
}) => {
  const log = open()
  log.record(RECORDS.info)
  log.record(RECORDS.error)
  expect(readLines(directory)).toEqual([
    { at: '2026-01-02T03:04:05.000Z', level: 'info', event: 'signed-out' },
    { at: '2026-01-02T03:04:05.000Z', ...RECORDS.error },
  ])
  expect(statSync(join(directory, 'latchkey.log')).mode & 0o777).toBe(0o600)
})

test('a later start appends to it', ({ directory, open }) => {
  open().record(RECORDS.info)
  open().record(RECORDS.warn)
  expect(readLines(directory)).toMatchObject([{ event: 'signed-out' }, { event: 'session-ended' }])
})

for (const [level, held] of [
  ['error', ['error']],
  ['warn', ['error', 'warn']],
  ['info', ['error', 'warn', 'info']],
  ['debug', ['error', 'warn', 'info', 'debug']],
] as const) {
  test(`at level ${level} it holds ${held.join(', ')}`, ({ directory, open }) => {
    const log = open(level)
    for (const record of Object.values(RECORDS)) log.record(record)
    expect(readLines(directory).map((line) => (line as LogRecord).level)).toEqual(held)
  })
}

test('it is rotated at 1 MiB, and one older log is kept', ({ directory, open }) => {
  const log = open()
  const at = Array.from({ length: 500 }, (_, line) => `main/agent/agent.js:${line}:1`)
  const long: LogRecord = {
    level: 'info',
    event: 'error',
    name: 'Error',
    code: null,
    at,
    cause: null,
  } as never
  log.record(failed('port-taken'))
  for (let count = 0; count < 350; count++) log.record(long)
  log.record(failed())

  expect(readdirSync(directory).toSorted()).toEqual(['latchkey.log', 'latchkey.old.log'])
  for (const name of readdirSync(directory)) {
    const { size, mode } = statSync(join(directory, name))
    expect(size).toBeLessThan(1024 * 1024 + 20_000)
    expect(mode & 0o777).toBe(0o600)
  }
  // The oldest records went with the file that contained them.
  expect(log.tail()).toHaveLength(1)
  expect(log.tail()[0]).toContain('token-error')
})

test('its tail has the last failures, including those in the old log', ({ directory, open }) => {
  const earlier = JSON.stringify({ at: 'before', ...failed('port-taken') })
  writeFileSync(join(directory, 'latchkey.old.log'), `${earlier}\n{"level":"err`)
  const log = open('debug')
  expect(log.tail()).toEqual([earlier])
  for (const record of Object.values(RECORDS)) log.record(record)
  expect(log.tail().map((line) => (JSON.parse(line) as LogRecord).event)).toEqual([
    'sign-in-ended',
    'sign-in-ended',
    'session-ended',
  ])
  for (let count = 0; count < 50; count++) log.record(RECORDS.warn)
  expect(log.tail()).toHaveLength(20)
})

test('other lines are not failures, and a missing log has none', ({ directory }) => {
  expect(readFailures(directory)).toEqual([])
  const path = join(directory, 'latchkey.log')
  writeFileSync(path, 'null\n[]\n"error"\n{"level":"fatal"}\n{\n\n{"level":"warn","event":"x"}\r\n')
  expect(readFailures(directory)).toEqual(['{"level":"warn","event":"x"}'])
})

test('nothing is written after it is closed', ({ directory, open }) => {
  const log = open()
  log.record(RECORDS.info)
  const before = read(directory)
  log.close()
  log.record(RECORDS.error)
  expect(read(directory)).toBe(before)
})

test('a full disk is reported once and changes nothing else', ({ directory, complaints }) => {
  const disk = mountFullDisk(directory)
  test.skip(disk === null, 'only root can mount a disk to fill')
  const path = join(disk!.path, 'latchkey.log')
  const log = createLogger({
    directory: disk!.path,
    level: 'info',
    clock: createTestClock(STARTED_MS),
    complain: (line) => void complaints.push(line),
  })
  for (let count = 0; count < 3; count++) log.record(RECORDS.error)
  expect(complaints).toEqual([LOG_MESSAGES.cannotWrite(path, 'ENOSPC')])
  expect(log.tail()).toEqual([])
  disk!.unmount()
})

test('a log that cannot be opened is reported once', ({ directory, complaints, open }) => {
  const path = join(directory, 'latchkey.log')
  mkdirSync(path) // Not by permissions, because root may write to any file.
  const log = open()
  for (let count = 0; count < 3; count++) log.record(RECORDS.error)
  expect(complaints).toEqual([LOG_MESSAGES.notRegular(path)])
})

test('S46: a link that replaces the log is not followed, and is reported once', ({
  directory,
  complaints,
  open,
}) => {
  const log = open()
  const [path, elsewhere] = [join(directory, 'latchkey.log'), join(directory, 'elsewhere')]
  writeFileSync(elsewhere, 'kept')
  symlinkSync(elsewhere, path)
  for (let count = 0; count < 3; count++) log.record(RECORDS.error)
  expect(readFileSync(elsewhere, 'utf8')).toBe('kept')
  expect(complaints).toEqual([LOG_MESSAGES.cannotWrite(path, 'ELOOP')])
})

/** Captures what is printed while `act` runs. */
async function printedBy(act: () => unknown): Promise<string> {
  let printed = ''
  const originals = [process.stdout.write, process.stderr.write] as const
  const watch = (text: string | Uint8Array): boolean => (printed += String(text)) !== ''
  process.stdout.write = watch
  process.stderr.write = watch
  try {
    await act()
  } finally {
    ;[process.stdout.write, process.stderr.write] = originals
  }
  return printed
}

test('it never prints', async ({ open }) => {
  const printed = await printedBy(() => {
    const log = open('debug')
    for (const record of Object.values(RECORDS)) log.record(record)
  })
  expect(printed).toBe('')
})

test('S38: an unexpected error goes to stderr, and to the log without its message', async ({
  directory,
}) => {
  const args = ['--data-dir', directory, '--port', '0']
  const latchkey = await createLatchkey({
    settings: examineSettings({ args, env: {}, platform: 'linux', home: directory }).settings,
    version: '1.2.3',
    clock: createTestClock(),
    storage: {
      accountStore: createMemoryAccounts(),
      consentStore: createMemoryConsents(),
      tier: 'memory',
      message: null,
    },
    openBrowser: () => Promise.resolve(),
  })
  const error = Object.assign(new TypeError('canary'), { code: 'ERR_SOME' })
  const printed = await printedBy(() => reportError(error))
  expect(printed).toContain('latchkey: unexpected error: TypeError: canary')
  await latchkey.close()
  expect(readLines(directory)).toMatchObject([
    { event: 'started', version: '1.2.3', url: latchkey.service.url },
    { event: 'error', level: 'error', name: 'TypeError', code: 'ERR_SOME' },
    { event: 'stopped' },
  ])
  expect(read(directory)).not.toContain('canary')

  // The log is closed by now, so errors go to stderr only.
  const before = read(directory)
  expect(await printedBy(() => reportError(error))).toContain('TypeError')
  expect(read(directory)).toBe(before)
})
