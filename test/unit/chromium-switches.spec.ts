// Chromium's switches and Latchkey's flags on one command line.

import { expect, test } from '@playwright/test'
import { splitSwitches } from '../../main/settings/chromium-switches.js'
import { examineSettings, helpText } from '../../main/settings/options.js'

test('Chromium’s switches are taken out, with their values, and nothing else is', () => {
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

test('a name is matched as a whole, and nothing behind -- is a switch', () => {
  const args = ['--no-sandboxes', '-no-sandbox', 'no-sandbox', '--', '--no-sandbox']
  expect(splitSwitches(args)).toEqual({ own: args, chromium: [] })
})

test('no flag of Latchkey’s is taken for one of Chromium’s', () => {
  const flags = [...helpText().matchAll(/^ {2}(--[a-z-]+)/gm)].map((found) => found[1]!)
  expect(flags.length).toBeGreaterThan(20)
  expect(splitSwitches(flags)).toEqual({ own: flags, chromium: [] })
})

test('what is left of a misspelt switch is an error', () => {
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
