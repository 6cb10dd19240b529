// Whether the desktop shows tray icons: what is asked, and how long for.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from '@playwright/test'
import { LOGIN_PATIENCE_MS, trayHostDeps, waitForTrayHost } from '../../main/autostart/tray-host.js'
import { createTestClock } from '../support/clock.js'
import { findProgram } from '../support/program-path.js'

type Answers = { watcher: readonly (string | null)[]; xembed?: boolean }

/** What came of it, when, and how often each was asked. The last answer is given again. */
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
  test(`a host that is there is taken at once: ${yes.trim()}`, async () => {
    expect(await waited({ watcher: [yes] })).toMatchObject({ host: 'host', afterMs: 0 })
  })
}

test('a host that comes a little after Latchkey is found', async () => {
  const watcher = ['', '(<false>,)\n', '(<true>,)\n']
  expect(await waited({ watcher })).toMatchObject({ host: 'host', asked: { watcher: 3 } })
})

for (const [what, answer] of [
  ['nobody watches', ''],
  ['a watcher has no host', '(<false>,)\n'],
] as const) {
  test(`a desktop where ${what} has none, after twenty seconds`, async () => {
    const { host, afterMs, asked } = await waited({ watcher: [answer] })
    expect({ host, afterMs }).toEqual({ host: 'none', afterMs: LOGIN_PATIENCE_MS })
    expect(asked.watcher).toBe(11)
  })
}

test('a person who waits for nothing gets the answer at once', async () => {
  expect(await waited({ watcher: [''] }, 0)).toMatchObject({ host: 'none', afterMs: 0 })
  expect(await waited({ watcher: [''], xembed: true }, 0)).toMatchObject({ host: 'xembed' })
})

test('if nobody can be asked, nothing is known', async () => {
  expect(await waited({ watcher: [null] })).toMatchObject({ host: 'unknown', afterMs: 0 })
})

test('an X11 desktop with only the older tray is told apart from one without, and sooner', async () => {
  const { host, afterMs } = await waited({ watcher: [''], xembed: true })
  expect(host).toBe('xembed')
  expect(afterMs).toBeGreaterThanOrEqual(6_000)
  expect(afterMs).toBeLessThan(LOGIN_PATIENCE_MS)
})

test('a host that comes soon after the older tray is preferred to it', async () => {
  const watcher = ['', '', '(<true>,)\n']
  expect(await waited({ watcher, xembed: true })).toMatchObject({
    host: 'host',
    asked: { xembed: 0 },
  })
})

test.describe('on a real session bus', () => {
  test('a bus on which nobody watches is one without a host, whichever program asks', async () => {
    const daemon = findProgram('dbus-daemon')
    test.skip(daemon === null, 'dbus-daemon is not installed')
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
    const config = join(folder, 'bus.conf')
    await writeFile(config, busConfig(folder))
    const bus = spawn(daemon!, [`--config-file=${config}`, '--nofork', '--print-address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      const [address] = (await once(createInterface(bus.stdout), 'line')) as [string]
      const found = ['gdbus', 'busctl', 'dbus-send'].map(
        (name) => [name, findProgram(name)] as const,
      )
      test.skip(
        found.every(([, path]) => path === null),
        'no program to ask a bus with is installed',
      )
      for (const [name, path] of found) {
        if (path === null) continue
        const bin = await mkdtemp(join(folder, 'bin-'))
        await symlink(path, join(bin, name))
        const env = { PATH: bin, DBUS_SESSION_BUS_ADDRESS: address }
        expect(await trayHostDeps(createTestClock(), env, []).askWatcher(), name).toBe('')
      }
    } finally {
      bus.kill()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('no bus is no host, and no program to ask with is nothing known', async () => {
    const clock = createTestClock()
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', PATH: process.env['PATH'] }
    test.skip(findProgram('gdbus') === null, 'gdbus is not installed')
    expect(await trayHostDeps(clock, env, []).askWatcher()).toBe('')
    expect(await trayHostDeps(clock, { PATH: '/nonexistent' }, []).askWatcher()).toBeNull()
  })
})

test('the older tray does not count in a Wayland session, unless Electron is told to use X11', async () => {
  const clock = createTestClock()
  const env = { XDG_SESSION_TYPE: 'wayland', DISPLAY: ':4242' }
  expect(await trayHostDeps(clock, env, []).hasXembedTray()).toBe(false)
  // A display that is not there has no tray either.
  const x11 = ['--ozone-platform=x11']
  expect(await trayHostDeps(clock, env, x11).hasXembedTray()).toBe(false)
})

function busConfig(folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${join(folder, 'bus')}</listen>
  <policy context="default"><allow send_destination="*"/><allow own="*"/></policy>
</busconfig>
`
}
