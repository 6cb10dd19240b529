// The command that an installed package's command line requests.

import { expect, test } from '@playwright/test'
import { ownArgs, readCommand } from '../../main/app/packaged-command.js'

for (const [args, command] of [
  [[], null],
  [['--issuer', 'https://a.example', '--sign-in'], null],
  [['--autostart'], null],
  [['hedless'], null],
  [['--client-id', 'headless'], null],
  [['--client-id=help'], null],
  // In main/cli.
  [['help'], null],
  [['--help'], ['--help']],
  [['--json', '--help'], ['--help']],
  [['headless', '--help'], ['--help']],
  [['-h'], ['--help']],
  [['-V'], ['--version']],
  [['--version'], ['--version']],
  [
    ['diagnose', '--json'],
    ['diagnose', '--json'],
  ],
  [
    ['--data-dir', 'a', 'diagnose'],
    ['--data-dir', 'a', 'diagnose'],
  ],
  [['uninstall-data'], ['uninstall-data']],
  [['headless'], []],
  [['headless', '--misspelt'], ['--misspelt']],
  [
    ['--ozone-platform=headless', '--disable-gpu', 'headless', '--port', '0'],
    ['--port', '0'],
  ],
] as const) {
  test(`${JSON.stringify(args)} ${command === null ? 'starts the tray app' : 'is a command'}`, () => {
    expect(readCommand(args)).toEqual(command)
  })
}

test('only arguments that the system or Chromium adds are left out', () => {
  const added = ['--autostart', '--no-sandbox', '-psn_0_1234', '-ToastActivated', '-Embedding']
  expect(ownArgs([...added, '--json', '-issuer', 'word'])).toEqual(['--json', '-issuer', 'word'])
})
