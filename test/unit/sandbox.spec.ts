// Obstacles for Chromium's sandbox on Linux, and the commands that remove them.

import { spawnSync } from 'node:child_process'
import { expect, test } from '@playwright/test'
import { findSandboxObstacle, type SandboxDeps } from '../../main/launch/sandbox.js'

type Machine = {
  program?: string
  files?: Record<string, string>
  helper?: { uid: number; mode: number } | null
}

const FETCHED = { uid: 1000, mode: 0o100755 }

function on({
  program = '/home/a/dist/electron',
  files = {},
  helper = FETCHED,
}: Machine): SandboxDeps {
  return { program, read: (path) => files[path] ?? null, stat: () => helper }
}

const APPARMOR = { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1' }

test('a kernel that allows user namespaces for everyone is not an obstacle', () => {
  expect(findSandboxObstacle(on({}))).toBeNull()
  const files = {
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '0',
    '/proc/sys/kernel/unprivileged_userns_clone': '1',
    '/proc/sys/user/max_user_namespaces': '63414',
  }
  expect(findSandboxObstacle(on({ files }))).toBeNull()
})

for (const [key, value] of [
  ['kernel.apparmor_restrict_unprivileged_userns', '1'],
  ['kernel.unprivileged_userns_clone', '0'],
  ['user.max_user_namespaces', '0'],
] as const) {
  test(`${key} = ${value} is named with the state of the helper`, () => {
    const files = { [`/proc/sys/${key.replaceAll('.', '/')}`]: value }
    expect(findSandboxObstacle(on({ files }))?.message).toBe(
      `Chromium's sandbox can't start: this system does not let programs use user namespaces ` +
        `(${key} is ${value}), and /home/a/dist/chrome-sandbox has mode 0755 and owner 1000, but ` +
        'needs 4755 and 0.',
    )
    expect(findSandboxObstacle(on({ files, helper: null }))?.message).toContain(
      'chrome-sandbox is missing.',
    )
  })
}

test('a helper must be both setuid and owned by root', () => {
  expect(
    findSandboxObstacle(on({ files: APPARMOR, helper: { uid: 0, mode: 0o104755 } })),
  ).toBeNull()
  for (const helper of [
    { uid: 0, mode: 0o100755 },
    { uid: 1000, mode: 0o104755 },
  ]) {
    expect(findSandboxObstacle(on({ files: APPARMOR, helper }))).not.toBeNull()
  }
})

/** Runs the commands among the cures in a shell, with tools that only print. */
function tryCures(machine: Machine): string[] {
  const commands = findSandboxObstacle(on(machine))!.cures.filter((line) => line.startsWith('  '))
  return commands.map((command) => {
    const script = `sudo() { if [ "$1" = tee ]; then cat; fi; printf '<%s>' "$@"; }; npm() { printf '<%s>' "$@"; }
${command}`
    const { stdout, status } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
    expect(status).toBe(0)
    return stdout
  })
}

test('the cures are commands that can be pasted, with any path', () => {
  test.skip(process.platform === 'win32', 'there is no sh here')
  const program = `/home/a/it's [mine] $HOME/electron`
  const helper = `/home/a/it's [mine] $HOME/chrome-sandbox`
  const inProfile = String.raw`/home/a/it's \[mine\] $HOME/electron`
  expect(tryCures({ program, files: APPARMOR })).toEqual([
    `<chown><root:root><${helper}><chmod><4755><${helper}>`,
    `abi <abi/4.0>,\nprofile latchkey-source "${inProfile}" flags=(unconfined) {\n  userns,\n}\n` +
      '<tee></etc/apparmor.d/latchkey-source>' +
      '<apparmor_parser><-r></etc/apparmor.d/latchkey-source>',
    '<start><--><--no-sandbox>',
  ])
})

test('an AppArmor profile is suggested only if AppArmor is the obstacle', () => {
  const files = { '/proc/sys/kernel/unprivileged_userns_clone': '0' }
  expect(findSandboxObstacle(on({ files }))?.cures.join()).not.toContain('apparmor')
})
