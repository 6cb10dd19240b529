// Chromium's switches and Latchkey's flags on the same command line.

import { expect, test } from '@playwright/test'
import { splitSwitches } from '../../main/settings/chromium-switches.js'
import { examineSettings } from '../../main/settings/read.js'
import { formatHelp } from '../../main/settings/help.js'

test('Chromium’s switches and their values are separated from everything else', () => {
  const args = [
    '--no-sandbox',
    '--demo',
    '--proxy-server=http://a:1',
    '--no-sandbx',
    '--port',
    '0',
    'x',
  ]
  expect(splitSwitches(args)).toEqual({
    own: ['--demo', '--no-sandbx', '--port', '0', 'x'],
    chromium: ['--no-sandbox', '--proxy-server=http://a:1'],
  })
})

test('a switch must match completely, and arguments after -- are not switches', () => {
  const args = ['--no-sandboxes', '-no-sandbox', 'no-sandbox', '--', '--no-sandbox']
  expect(splitSwitches(args)).toEqual({ own: args, chromium: [] })
})

test('none of Latchkey’s flags counts as a switch of Chromium', () => {
  const flags = [...formatHelp().matchAll(/^ {2}(--[a-z-]+)/gm)].map((found) => found[1]!)
  expect(flags.length).toBeGreaterThan(20)
  expect(splitSwitches(flags)).toEqual({ own: flags, chromium: [] })
})

test('a misspelled switch is an error', () => {
  const { own } = splitSwitches(['--no-sandbox', '--ozone-platfrom=x11'])
  const sources = {
    args: own,
    env: {},
    platform: 'linux',
    home: '/home/a',
    readFile: () => undefined,
  }
  expect(examineSettings(sources as never).problems).toEqual([
    expect.stringContaining('--ozone-platfrom'),
  ])
})
