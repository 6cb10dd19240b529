// Runs the headless program as its own process, as other programs run it.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { HEADLESS, startProgram, type Program } from './headless-program.js'

export { HEADLESS, SCRIPTED, type Line, type Program } from './headless-program.js'

export type ProgramOptions = {
  env?: Record<string, string>
  dataDir?: string
  /** A command that runs the program, such as a shell that sets a limit first. */
  through?: readonly string[]
}

/**
 * Tests take `run`, with flags. Programs still running at the end of a test are killed. Folders of
 * `makeFolder` are removed after that: a program could still write into them.
 */
export const test = base.extend<{
  makeFolder: () => Promise<string>
  run: (flags: readonly string[], options?: ProgramOptions) => Promise<Program>
}>({
  // eslint-disable-next-line no-empty-pattern
  makeFolder: async ({}, use) => {
    const folders: string[] = []
    await use(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
      folders.push(folder)
      return folder
    })
    // A program that was told to end may still write its last file.
    const rest = { recursive: true, force: true, maxRetries: 20 }
    for (const folder of folders) await rm(folder, rest)
  },
  run: async ({ makeFolder }, use) => {
    const programs: Program[] = []
    await use(async (flags, options = {}) => {
      const dataDir = options.dataDir ?? (await makeFolder())
      const { env = {}, through = [] } = options
      const command = [...through, process.execPath, HEADLESS, '--data-dir', dataDir, ...flags]
      const program = startProgram(command, { dataDir, env, json: flags.includes('--json') })
      programs.push(program)
      return program
    })
    for (const program of programs) {
      program.process.kill('SIGKILL')
      await program.ended
    }
  },
})
