// Gives a whole program another time, through libfaketime, and can change it while the program
// runs. Timers are not affected.

import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type FakeTime = {
  /** The environment of a program that has this time. */
  env: Record<string, string>
  /** Sets the program's clock this many milliseconds ahead of the machine's. Negative: behind. */
  setAhead(ms: number): void
}

/** Says why no other time is available here. Null if it is. */
export function whyNoFakeTime(): string | null {
  if (process.platform !== 'linux') return 'libfaketime is looked for on Linux only'
  return findLibrary() === null ? 'libfaketime is not installed (Debian: faketime)' : null
}

/** Makes a fake time that starts at the machine's time. It keeps a file in the folder. */
export function createFakeTime(folder: string): FakeTime {
  const library = findLibrary()
  if (library === null) throw new Error(whyNoFakeTime() ?? '')
  const path = join(folder, 'fake-time')
  const setAhead = (ms: number): void => {
    // In one step, because the program reads the file whenever it reads the clock.
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

/** Removes the shared memory that libfaketime leaves behind if its program is killed. */
export function removeFakeTime(pid: number): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) {
    rmSync(join('/dev/shm', name), { force: true })
  }
}

/** Finds the thread-safe library in the places that Debian, Fedora and Arch use. */
function findLibrary(): string | null {
  const places = ['/usr/lib64/faketime', '/usr/lib/faketime']
  if (existsSync('/usr/lib')) {
    const architectures = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'))
    places.push(...architectures.map((name) => join('/usr/lib', name, 'faketime')))
  }
  const paths = places.map((place) => join(place, 'libfaketimeMT.so.1'))
  return paths.find((path) => existsSync(path)) ?? null
}
