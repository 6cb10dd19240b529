// A program that is killed while it takes a data directory never blocks the next one.

import { expect, test } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DirectoryInUse } from '../../main/storage/directory-in-use.js'
import { lockDirectory } from '../../main/storage/directory-lock.js'
import { LOCK_MESSAGES } from '../../main/storage/storage-messages.js'

const BUILT = new URL('../../dist/modules/main/storage/directory-lock.js', import.meta.url).href

/**
 * Kills itself before the nth call that changes the file system while taking the directory. If there
 * are fewer calls, it prints `taken` and waits. With `links: false`, the file system has no links.
 */
const PROGRAM = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { directory, at, links } = JSON.parse(process.argv[1])
  let count = 0
  let armed = false
  const changes = ['openSync', 'writeSync', 'ftruncateSync', 'fsyncSync', 'linkSync', 'renameSync',
    'rmSync', 'readdirSync']
  for (const name of changes) {
    const real = fs[name]
    fs[name] = (...args) => {
      if (armed && ++count === at) process.kill(process.pid, 'SIGKILL')
      if (name === 'linkSync' && !links) {
        throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
      }
      return real(...args)
    }
  }
  syncBuiltinESMExports()
  const { lockDirectory } = await import(${JSON.stringify(BUILT)})
  process.stdin.resume()
  armed = true
  await lockDirectory(directory).then(() => console.log('taken'), (e) => console.log(e.message))
`

type Options = { directory: string; at: number; links: boolean }

function start(options: Options): ChildProcess {
  return spawn(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, JSON.stringify(options)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
}

/** `killed`, or the output. */
async function run(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  const line = once(lines, 'line').then(([text]) => String(text))
  const ended = once(child, 'exit').then(() => 'killed')
  return Promise.race([line, ended])
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

for (const links of [true, false]) {
  for (const before of ['an empty directory', 'one whose owner was killed']) {
    test(`S39: killed at any point in ${before}, ${links ? 'with' : 'without'} links, it does not block the next start`, async () => {
      let at = 1
      for (; ; at += 1) {
        const directory = await mkdtemp(join(tmpdir(), 'own-'))
        if (before !== 'an empty directory') {
          const first = start({ directory, at: -1, links })
          expect(await run(first)).toBe('taken')
          await kill(first)
        }
        const child = start({ directory, at, links })
        const result = await run(child)
        if (result === 'killed') {
          const taken = await lockDirectory(directory).catch((thrown: Error) => thrown)
          // Without links, an empty lock may belong to a program that is about to fill it.
          if (!links && taken instanceof DirectoryInUse) {
            expect(taken.message).toContain(LOCK_MESSAGES.ownerStarting)
          } else if (taken instanceof Error) {
            throw taken
          } else {
            await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
            await taken.release()
          }
        }
        await kill(child)
        await rm(directory, { recursive: true })
        if (result === 'taken') break
        expect(result).toBe('killed')
      }
      expect(at).toBeGreaterThan(5)
    })
  }
}

test('S39: of several programs that start at once while others are killed, one gets the directory', async () => {
  for (let round = 0; round < 10; round += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'own-'))
    const doomed = [1, 3, 5].map((n) => start({ directory, at: n + round, links: true }))
    const others = Array.from({ length: 3 }, () => start({ directory, at: -1, links: true }))
    const results = await Promise.all([...doomed, ...others].map(run))
    const taken = results.filter((result) => result === 'taken')
    expect(taken.length, results.join('\n')).toBeLessThanOrEqual(1)
    if (taken.length === 0) await (await lockDirectory(directory)).release()
    else await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
    await Promise.all([...doomed, ...others].map(kill))
    await rm(directory, { recursive: true })
  }
})
