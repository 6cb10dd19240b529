// The command of the agent that --start starts.

import { expect, test } from '@playwright/test'
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
  const env = { APPIMAGE: '/home/alice/Latchkey.AppImage' }
  expect(makeHeadlessCommand('/data', { ...APP, env }).program).toBe(env.APPIMAGE)
})
