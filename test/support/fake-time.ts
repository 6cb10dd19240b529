// Another time for a whole program, by libfaketime, which answers in the system's place: it can be set
// while the program runs. What counts time that passes goes on as it is.

import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type FakeTime = {
  /** The environment in which a program has this time. */
  env: Record<string, string>
  /** Sets the program's clock so many milliseconds ahead of the machine's; negative: behind. */
  setAhead(ms: number): void
}

/** Why there is no other time here; null if there is. */
export function whyNoFakeTime(): string | null {
  if (process.platform !== 'linux') return 'libfaketime is looked for on Linux only'
  return findLibrary() === null ? 'libfaketime is not installed (Debian: faketime)' : null
}

/** Makes one that shows the machine's time at first. It keeps a file in the folder. */
export function createFakeTime(folder: string): FakeTime {
  const library = findLibrary()
  if (library === null) throw new Error(whyNoFakeTime() ?? '')
  const path = join(folder, 'fake-time')
  const setAhead = (ms: number): void => {
    // In one step, for the program reads it each time that it looks at the clock.
    writeFileSync(`${path}.next`, `${ms < 0 ? '' : '+'}${ms / 1000}\n`)
    renameSync(`${path}.next`, path)
  }
  setAhead(0)
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: path,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    setAhead,
  }
}

/** Removes the shared memory that libfaketime leaves behind where its program was killed. */
export function removeFakeTimeOf(pid: number): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) {
    rmSync(join('/dev/shm', name), { force: true })
  }
}

/** The one that is safe for threads, where Debian, Fedora and Arch have it. */
function findLibrary(): string | null {
  const places = ['/usr/lib64/faketime', '/usr/lib/faketime']
  if (existsSync('/usr/lib')) {
    const architectures = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'))
    places.push(...architectures.map((name) => join('/usr/lib', name, 'faketime')))
  }
  const paths = places.map((place) => join(place, 'libfaketimeMT.so.1'))
  return paths.find((path) => existsSync(path)) ?? null
}
