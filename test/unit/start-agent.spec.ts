// The command of the agent that --start starts.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { START_MESSAGES } from '../../main/cli/cli-messages.js'
import { makeHeadlessCommand } from '../../main/cli/start-agent.js'

const NODE = { execPath: '/usr/bin/node', platform: 'linux', env: {}, getuid: () => 1000 } as const
const APP = {
  ...NODE,
  execPath: '/opt/Latchkey/latchkey',
  versions: { ...process.versions, electron: '45.4.1' },
}
const SCREENLESS = ['--ozone-platform=headless', '--disable-gpu']

test('in the source tree, Node runs the headless program', () => {
  const { versions } = process
  const { program, args } = makeHeadlessCommand('/data', { ...NODE, versions })
  expect(program).toBe('/usr/bin/node')
  expect(args).toEqual([expect.stringMatching(/dist.main.headless\.js$/), '--data-dir=/data'])
})

test('in a package, the app runs its own command', () => {
  expect(makeHeadlessCommand('/data', APP)).toEqual({
    program: '/opt/Latchkey/latchkey',
    args: [...SCREENLESS, 'headless', '--data-dir=/data'],
  })
  expect(makeHeadlessCommand('/data', { ...APP, getuid: () => 0 }).args).toEqual([
    ...SCREENLESS,
    '--no-sandbox',
    'headless',
    '--data-dir=/data',
  ])
  expect(makeHeadlessCommand('/data', { ...APP, platform: 'darwin' }).args).toEqual([
    'headless',
    '--data-dir=/data',
  ])
})

test('an AppImage is started by its file, and only if this program is in its mount', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-appimage-'))
  const [APPDIR, APPIMAGE] = [join(folder, 'mount'), join(folder, 'Other.AppImage')]
  writeFileSync(APPIMAGE, '')
  const env = { APPDIR, APPIMAGE }
  const inMount = { ...APP, execPath: join(APPDIR, 'latchkey') }
  expect(makeHeadlessCommand('/data', { ...inMount, env }).program).toBe(APPIMAGE)
  // A terminal that is an AppImage gives its variables to every program.
  expect(makeHeadlessCommand('/data', { ...APP, env }).program).toBe(APP.execPath)
  expect(makeHeadlessCommand('/data', { ...APP, env: { APPIMAGE } }).program).toBe(APP.execPath)
  for (const other of [folder, 'Other.AppImage', join(folder, 'gone')]) {
    const given = { ...inMount, env: { APPDIR, APPIMAGE: other } }
    expect(() => makeHeadlessCommand('/data', given)).toThrow(START_MESSAGES.appImageGone)
  }
  rmSync(folder, { recursive: true })
})
