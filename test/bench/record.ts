// The record of the last complete run, from which the table in docs/figures.md is made.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const summary = z.strictObject({
  samples: z.int().positive(),
  min: z.number(),
  q1: z.number(),
  median: z.number(),
  q3: z.number(),
  max: z.number(),
})

const record = z.strictObject({
  /** UTC. */
  date: z.iso.datetime(),
  commit: z.string(),
  /** True: with fewer rounds. */
  quick: z.boolean(),
  minutes: z.number(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.int().positive(),
    memoryGb: z.number(),
    system: z.string(),
    kernel: z.string(),
    /** The load average of a minute when the run began: other work makes the figures worse. */
    loadBefore: z.number(),
    /** The IPv4 sockets of all programs: to learn who owns a connection, Latchkey reads their list. */
    socketsBefore: z.int().nonnegative(),
  }),
  /** By the names of programs. */
  versions: z.record(z.string(), z.string()),
  /** By figures, then by the names of programs. */
  figures: z.record(z.string(), z.record(z.string(), summary)),
})

export type BenchRecord = z.output<typeof record>

const RECORD_FILE = 'test/bench/last-run.json'

export function readRecord(root: string): BenchRecord {
  return record.parse(JSON.parse(readFileSync(join(root, RECORD_FILE), 'utf8')))
}

export function writeRecord(root: string, run: BenchRecord): void {
  writeFileSync(join(root, RECORD_FILE), `${JSON.stringify(record.parse(run), null, 2)}\n`)
}
