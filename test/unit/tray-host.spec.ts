import { expect, test } from '@playwright/test'
import { hasTrayHost } from '../../main/tray-host.js'
import { createTestClock } from '../clock.js'

test('Windows and macOS have a tray', async () => {
  const ask = (): Promise<string> => Promise.reject(new Error('asked'))
  expect(await hasTrayHost('win32', createTestClock(), ask)).toBe(true)
  expect(await hasTrayHost('darwin', createTestClock(), ask)).toBe(true)
})

for (const [what, answer, found] of [
  ['shows icons', '(<true>,)\n', true],
  ['cannot be asked, so that nothing is known,', null, true],
] as const) {
  test(`a Linux desktop that ${what} counts as one with a tray`, async () => {
    expect(await hasTrayHost('linux', createTestClock(), () => Promise.resolve(answer))).toBe(found)
  })
}

for (const [what, answer] of [
  ['nobody watches', ''],
  ['a watcher has no host', '(<false>,)\n'],
] as const) {
  test(`a Linux desktop where ${what} has none, once it had the time to bring one`, async () => {
    const clock = createTestClock()
    let asked = 0
    const found = hasTrayHost('linux', clock, () => {
      asked += 1
      setImmediate(() => clock.advance(2_000))
      return Promise.resolve(answer)
    })
    expect(await found).toBe(false)
    expect(asked).toBe(11)
    expect(clock.pending()).toBe(0)
  })
}

test('a tray that comes a little after Latchkey is found', async () => {
  const clock = createTestClock()
  const answers = ['', '(<false>,)\n', '(<true>,)\n']
  const found = hasTrayHost('linux', clock, () => {
    setImmediate(() => clock.advance(2_000))
    return Promise.resolve(answers.shift()!)
  })
  expect(await found).toBe(true)
})
