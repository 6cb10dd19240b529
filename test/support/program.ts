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

/** Tests take `run`, with flags. Programs still running at the end of a test are killed. */
export const test = base.extend<{
  run: (flags: readonly string[], options?: ProgramOptions) => Promise<Program>
}>({
  // eslint-disable-next-line no-empty-pattern
  run: async ({}, use) => {
    const programs: Program[] = []
    const folders: string[] = []
    await use(async (flags, options = {}) => {
      const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'latchkey-')))
      if (options.dataDir === undefined) folders.push(dataDir)
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
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  },
})
