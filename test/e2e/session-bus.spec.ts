// Whether a desktop shows tray icons, asked of a real session bus.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from '@playwright/test'
import { trayHostDeps } from '../../main/autostart/tray-host.js'
import { createTestClock } from '../support/clock.js'
import { findProgram } from '../support/program-path.js'

test('a bus without a watcher has no host, whichever program asks', async () => {
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
    const found = ['gdbus', 'busctl', 'dbus-send'].map((name) => [name, findProgram(name)] as const)
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

test('without a bus there is no host; without a program to ask with, the answer is unknown', async () => {
  const clock = createTestClock()
  const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', PATH: process.env['PATH'] }
  test.skip(findProgram('gdbus') === null, 'gdbus is not installed')
  expect(await trayHostDeps(clock, env, []).askWatcher()).toBe('')
  expect(await trayHostDeps(clock, { PATH: '/nonexistent' }, []).askWatcher()).toBeNull()
})

function busConfig(folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${join(folder, 'bus')}</listen>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`
}
