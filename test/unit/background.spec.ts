// The files that run Latchkey in the background: for systemd, launchd and Windows' task scheduler.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { EXIT } from '../../main/app/exit.js'
import { findProgram } from '../support/program-path.js'
import { ROOT } from '../support/root.js'

const FOLDER = join(ROOT, 'main/assets/background')
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

test('systemd accepts the unit', async () => {
  test.skip(findProgram('systemd-analyze') === null, 'systemd is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-unit-'))
  const path = join(folder, 'latchkey.service')
  // It checks that the program and the manual page are there.
  const unit = read('latchkey.service')
    .replace('/usr/bin/latchkey', process.execPath)
    .replace('man:latchkey(1)', 'man:man(1)')
  writeFileSync(path, unit)
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--user', path], {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: folder },
  })
  await rm(folder, { recursive: true })
  expect([status, stdout, stderr.includes('latchkey.service')]).toEqual([0, '', false])
})

test('the unit does not repeat a start that a person has to help with', () => {
  const unit = read('latchkey.service')
  expect(unit).toMatch(/^Type=exec$/m)
  expect(unit).toMatch(/^Restart=on-failure$/m)
  expect(unit).toContain(`RestartPreventExitStatus=${EXIT.badSettings} ${EXIT.inUse}\n`)
})

test('the unit sets nothing that hides callers, or takes the sandbox from a browser', () => {
  const settings = read('latchkey.service')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => line.split('=')[0]!)
  expect(
    settings.filter((name) => /^(Private|Protect|Restrict|NoNew|System|Lock)/.test(name)),
  ).toEqual([])
})

for (const name of ['app.latchkey.headless.plist', 'latchkey-task.xml']) {
  test(`${name} is well-formed, and its comments say how to turn it on`, () => {
    const xml = read(name)
    expect(xml).toContain('Off until you turn it on')
    const open: string[] = []
    for (const [, end, tag, empty] of xml
      .replaceAll(/<!--[^]*?-->|<[?!][^>]*>/g, '')
      .matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (end === '/') expect(open.pop()).toBe(tag)
      else if (empty !== '/') open.push(tag!)
    }
    expect(open).toEqual([])
  })
}

test('the plist can be read, and runs the app’s headless command', () => {
  test.skip(findProgram('python3') === null, 'python3 is not installed')
  const code =
    'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))'
  const path = join(FOLDER, 'app.latchkey.headless.plist')
  const plist: unknown = JSON.parse(
    execFileSync('python3', ['-c', code, path], { encoding: 'utf8' }),
  )
  expect(plist).toMatchObject({
    Label: 'app.latchkey.headless',
    ProgramArguments: ['/Applications/Latchkey.app/Contents/MacOS/Latchkey', 'headless'],
    KeepAlive: { SuccessfulExit: false },
    Umask: 0o077,
  })
})
