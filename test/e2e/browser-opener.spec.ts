// Which browser a terminal opens: the user's own opener, or none if it would be invisible.

import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { openBrowser } from '../../main/terminal/browser-opener.js'
import { expect, test as base } from '../support/desktop-test.js'

const test = base.extend<{
  /** Puts a program into a folder of PATH. It writes its name and link to `opened`. */
  install: (name: string) => Promise<void>
  folder: string
  opened: () => Promise<string>
}>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-opener-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  install: ({ folder }, use) =>
    use(async (name) => {
      const path = join(folder, name)
      const script = `#!/bin/sh\nprintf '%s %s\\n' ${name} "$1" >> "${join(folder, 'opened')}"\n`
      await writeFile(path, script)
      await chmod(path, 0o755)
    }),
  opened: ({ folder }, use) =>
    use(() => readFile(join(folder, 'opened'), 'utf8').catch(() => 'nothing')),
})
test.skip(process.platform !== 'linux', 'elsewhere the system opens links')

const NOTHING = {
  DISPLAY: '',
  WAYLAND_DISPLAY: '',
  BROWSER: '',
  WSL_DISTRO_NAME: '',
  WSL_INTEROP: '',
}
const FLAGS = ['--json', '--demo', '--port', '0', '--sign-in']

for (const [where, names, env, expected] of [
  ['on a desktop', ['xdg-open', 'wslview'], { DISPLAY: ':0' }, 'xdg-open'],
  ['in WSL', ['xdg-open', 'wslview'], { WSL_DISTRO_NAME: 'Debian' }, 'wslview'],
  ['in WSL without wslview', ['xdg-open'], { WSL_INTEROP: '/run/x' }, 'xdg-open'],
] as const) {
  test(`the opener in PATH is used ${where}: ${expected}`, async ({
    run,
    install,
    folder,
    opened,
  }) => {
    for (const name of names) await install(name)
    const PATH = [folder, process.env['PATH']].join(delimiter)
    const program = await run(FLAGS, { env: { ...NOTHING, ...env, PATH } })
    const link = await program.link()
    await expect.poll(opened).toBe(`${expected} ${link}\n`)
  })
}

for (const [what, env] of [
  ['without DISPLAY, BROWSER or WSL', {}],
  ['with text browsers in BROWSER only', { BROWSER: 'www-browser:/usr/bin/lynx -x:w3m %s' }],
] as const) {
  test(`${what} nothing is started, and the link is printed at once`, async ({
    run,
    install,
    folder,
    opened,
  }) => {
    for (const name of ['xdg-open', 'wslview', 'www-browser', 'w3m', 'lynx']) await install(name)
    const PATH = [folder, process.env['PATH']].join(delimiter)
    const program = await run(FLAGS, { env: { ...NOTHING, ...env, PATH } })
    await program.link()
    const { status } = await program.line('status', ({ status: { reason } }) => reason !== null)
    expect(status.reason).toBe('No browser could be opened here. Open the link yourself.')
    program.type('quit')
    expect(await program.ended).toBe(0)
    expect(await opened()).toBe('nothing')
  })
}

test('a text browser in BROWSER is not run invisibly on a desktop either', async ({
  run,
  install,
  folder,
  opened,
}) => {
  await install('lynx')
  await install('firefox')
  // Without an opener of the user's own, the bundled one looks for browsers in PATH.
  const program = await run(FLAGS, {
    env: {
      ...NOTHING,
      DISPLAY: ':0',
      BROWSER: 'lynx',
      PATH: [folder, '/usr/bin', '/bin'].join(':'),
    },
  })
  const link = await program.link()
  await expect.poll(opened).toBe(`firefox ${link}\n`)
})

const SYSTEM = ['/usr/bin', '/bin'] as const

test('a browser in BROWSER is opened even without a desktop', async ({
  run,
  install,
  folder,
  opened,
}) => {
  await install('my-browser')
  const PATH = [folder, ...SYSTEM].join(':')
  const program = await run(FLAGS, { env: { ...NOTHING, BROWSER: 'my-browser', PATH } })
  const link = await program.link()
  await expect.poll(opened).toBe(`my-browser ${link}\n`)
})

test('a file that only has an opener’s name is skipped', async ({
  run,
  install,
  folder,
  opened,
}) => {
  await install('xdg-open')
  await mkdir(join(folder, 'directory', 'xdg-open'), { recursive: true })
  await mkdir(join(folder, 'text'))
  await writeFile(join(folder, 'text', 'xdg-open'), 'not a program', { mode: 0o644 })
  const PATH = [join(folder, 'directory'), join(folder, 'text'), folder, ...SYSTEM].join(':')
  const program = await run(FLAGS, { env: { ...NOTHING, DISPLAY: ':0', PATH } })
  const link = await program.link()
  await expect.poll(opened).toBe(`xdg-open ${link}\n`)
})

test('a package, which has no opener of its own, starts none from a relative folder', async ({
  install,
  folder,
  opened,
}) => {
  await install('xdg-open')
  const env = { DISPLAY: ':0', PATH: relative(process.cwd(), folder) }
  const opening = openBrowser('http://127.0.0.1/', env, 'linux', join(folder, 'no-such-opener'))
  await expect(opening).rejects.toThrow('there is no opener')
  expect(await opened()).toBe('nothing')
})

test.describe('on a desktop without a browser', () => {
  const graphical =
    'x-www-browser firefox chromium chromium-browser google-chrome epiphany konqueror'
  const found = [...graphical.split(' '), 'xdg-open']
    .flatMap((name) => SYSTEM.map((directory) => join(directory, name)))
    .find((path) => existsSync(path))
  test.skip(found !== undefined, `${found} is there`)

  for (const [what, names, toSocketPath] of [
    ['no text browser is run invisibly', ['www-browser', 'lynx', 'w3m', 'links'], String],
    [
      'no opener is used from a folder relative to the working directory',
      ['xdg-open'],
      (folder: string) => relative(process.cwd(), folder),
    ],
  ] as const) {
    test(what, async ({ run, install, folder, opened }) => {
      for (const name of names) await install(name)
      const PATH = [toSocketPath(folder), ...SYSTEM].join(':')
      const program = await run(FLAGS, { env: { ...NOTHING, DISPLAY: ':0', PATH } })
      await program.link()
      const { status } = await program.line('status', ({ status: { reason } }) => reason !== null)
      expect(status.reason).toBe('No browser could be opened here. Open the link yourself.')
      expect(await opened()).toBe('nothing')
    })
  }
})
