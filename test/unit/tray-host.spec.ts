// Finding out whether the desktop shows tray icons: the questions, and the time for the answers.

import { expect, test } from '@playwright/test'
import { LOGIN_PATIENCE_MS, trayHostDeps, waitForTrayHost } from '../../main/autostart/tray-host.js'
import { createTestClock } from '../support/clock.js'

type Answers = { watcher: readonly (string | null)[]; xembed?: boolean }

/** Returns the result, the time, and how often each was asked. The last answer is repeated. */
async function waited(answers: Answers, patienceMs = LOGIN_PATIENCE_MS) {
  const clock = createTestClock()
  const startMs = clock.nowMs()
  const asked = { watcher: 0, xembed: 0 }
  const host = await waitForTrayHost('linux', patienceMs, {
    clock,
    askWatcher() {
      const answer = answers.watcher[Math.min(asked.watcher, answers.watcher.length - 1)]!
      asked.watcher += 1
      setImmediate(() => clock.advance(2_000))
      return Promise.resolve(answer)
    },
    hasXembedTray() {
      asked.xembed += 1
      return Promise.resolve(answers.xembed ?? false)
    },
  })
  expect(clock.pending()).toBe(0)
  return { host, afterMs: clock.nowMs() - startMs, asked }
}

test('Windows and macOS have a tray', async () => {
  const refuse = (): never => {
    throw new Error('asked')
  }
  const deps = { clock: createTestClock(), askWatcher: refuse, hasXembedTray: refuse }
  expect(await waitForTrayHost('win32', LOGIN_PATIENCE_MS, deps)).toBe('host')
  expect(await waitForTrayHost('darwin', LOGIN_PATIENCE_MS, deps)).toBe('host')
})

for (const yes of ['(<true>,)\n', 'b true\n', '   variant       boolean true\n']) {
  test(`an existing host is found at once: ${yes.trim()}`, async () => {
    expect(await waited({ watcher: [yes] })).toMatchObject({ host: 'host', afterMs: 0 })
  })
}

test('a host that starts a little after Latchkey is found', async () => {
  const watcher = ['', '(<false>,)\n', '(<true>,)\n']
  expect(await waited({ watcher })).toMatchObject({ host: 'host', asked: { watcher: 3 } })
})

for (const [what, answer] of [
  ['there is no watcher', ''],
  ['a watcher has no host', '(<false>,)\n'],
] as const) {
  test(`if ${what}, the result after twenty seconds is that there is no tray`, async () => {
    const { host, afterMs, asked } = await waited({ watcher: [answer] })
    expect({ host, afterMs }).toEqual({ host: 'none', afterMs: LOGIN_PATIENCE_MS })
    expect(asked.watcher).toBe(11)
  })
}

test('without patience, the result comes at once', async () => {
  expect(await waited({ watcher: [''] }, 0)).toMatchObject({ host: 'none', afterMs: 0 })
  expect(await waited({ watcher: [''], xembed: true }, 0)).toMatchObject({ host: 'xembed' })
})

test('without a program to ask with, the result is unknown', async () => {
  expect(await waited({ watcher: [null] })).toMatchObject({ host: 'unknown', afterMs: 0 })
})

test('an X11 desktop with only the older tray is distinguished from one without a tray, and sooner', async () => {
  const { host, afterMs } = await waited({ watcher: [''], xembed: true })
  expect(host).toBe('xembed')
  expect(afterMs).toBeGreaterThanOrEqual(6_000)
  expect(afterMs).toBeLessThan(LOGIN_PATIENCE_MS)
})

test('a host that starts soon after the older tray is preferred', async () => {
  const watcher = ['', '', '(<true>,)\n']
  expect(await waited({ watcher, xembed: true })).toMatchObject({
    host: 'host',
    asked: { xembed: 0 },
  })
})

test('the older tray does not count in a Wayland session, unless Electron is told to use X11', async () => {
  const clock = createTestClock()
  const env = { XDG_SESSION_TYPE: 'wayland', DISPLAY: ':4242' }
  expect(await trayHostDeps(clock, env, []).hasXembedTray()).toBe(false)
  // A missing display has no tray either.
  const x11 = ['--ozone-platform=x11']
  expect(await trayHostDeps(clock, env, x11).hasXembedTray()).toBe(false)
})
