// The driver's command line for Electron, started on the stand-in: Playwright's loader, the entry that
// records what the app does, and the app's own folder.

import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { DesktopOptions } from '../driver/desktop.js'
import { toArgs } from '../driver/electron.js'
import { launchStandIn } from '../driver/stand-in.js'
import { at, expect, readHeadline, signInAs, test as base, type Desktop } from '../driver/driver.js'
import { findSessionFile, listSessionFiles } from '../support/session-file.js'
import { ROOT } from '../support/root.js'

const LOADER = join(
  dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')),
  'lib/server/electron/loader.js',
)

/** How Playwright begins the command line of an app that it drives, and the script that reports on the app. */
const byPlaywright = (observer: string): string[] => [
  '-r',
  LOADER,
  '-r',
  observer,
  '--no-sandbox',
  '--inspect=0',
  '--remote-debugging-port=0',
]

/** How the driver begins the command line of an app that it does not inspect. */
const alone = (observer: string): string[] => ['--no-sandbox', '-r', observer]

/** Runs in the app's process: reports the app's name and the first link that it opens. */
const OBSERVER = `
  const { writeSync } = require('node:fs')
  const say = (value) => writeSync(1, JSON.stringify(value) + '\\n')
  setImmediate(async () => {
    const { app } = require('electron')
    await app.whenReady()
    const { LATCHKEY_STAND_IN: seen } = process.env
    say({ name: app.getName(), version: app.getVersion(), path: app.getAppPath(), argv: process.argv.slice(1), seen })
    say({ opened: await globalThis.latchkeyObserved.takeOpened() })
  })
`

type Facts = { name: string; version: string; path: string; argv: string[]; seen?: string }
type Entered = Desktop & { facts(): Promise<Facts>; opened(): Promise<string> }

const test = base.extend<{
  enter: (begin: (observer: string) => string[], options: DesktopOptions) => Promise<Entered>
}>({
  enter: async ({ browser, folders }, use) => {
    const ends: (() => Promise<void>)[] = []
    await use(async (begin, options) => {
      const dataDir = await folders.create()
      const observer = join(await folders.create(), 'observer.cjs')
      await writeFile(observer, OBSERVER)
      const given = { ...options, dataDir, env: { XDG_CONFIG_HOME: await folders.create() } }
      const args = [...begin(observer), ...toArgs(given)]
      const { desktop, close } = launchStandIn(browser, { ...given, args })
      ends.push(close)
      const said = async (index: number): Promise<unknown> => {
        const lines = (): string[] => desktop.stdout().split('\n').slice(0, -1)
        await expect.poll(() => lines().length).toBeGreaterThan(index)
        return JSON.parse(lines()[index]!)
      }
      return {
        ...desktop,
        facts: async () => (await said(0)) as Facts,
        opened: async () => ((await said(1)) as { opened: string }).opened,
      }
    })
    for (const end of ends) await end()
  },
})

for (const [by, begin] of [
  ['Playwright', byPlaywright],
  ['the driver alone', alone],
] as const) {
  test(`started by ${by}, Electron runs the app’s own folder, and the app finds its own flags`, async ({
    enter,
    provider,
  }) => {
    const flags = at(provider)
    const app = await enter(begin, { flags })
    const { productName: name, version } = JSON.parse(
      await readFile(join(ROOT, 'package.json'), 'utf8'),
    ) as { productName: string; version: string }
    const facts = await app.facts()
    expect(facts).toEqual({
      name,
      version,
      path: ROOT,
      argv: [ROOT, '--data-dir', app.dataDir, ...flags],
    })
  })
}

test.describe('the keyring is as the spec demands:', () => {
  const signIn = async (app: Entered, page: Parameters<typeof signInAs>[0]): Promise<void> => {
    await expect.poll(() => readHeadline(app)).toBe('Not signed in')
    await app.choose('Sign in')
    await signInAs(page, await app.opened(), 'Alice Adams')
    await expect.poll(() => readHeadline(app)).toBe('Signed in as Alice Adams')
  }

  test('available, though Playwright turns off Chromium’s own', async ({
    enter,
    page,
    provider,
  }) => {
    const app = await enter(byPlaywright, { flags: at(provider) })
    await signIn(app, page)
    const file = await readFile(findSessionFile(app.dataDir), 'utf8')
    expect(JSON.parse(file)).toMatchObject({ tier: 'keyring' })
  })

  for (const [what, options] of [
    ['missing', { keyring: 'missing' }],
    ['turned off by the spec’s own switch', { flags: ['--password-store=basic'] }],
  ] as const) {
    test(what, async ({ enter, page, provider }) => {
      test.skip(process.platform !== 'linux', 'the switch is for Linux')
      const flags = [...at(provider), ...('flags' in options ? options.flags : [])]
      const app = await enter(byPlaywright, { ...options, flags })
      await signIn(app, page)
      await expect((await app.window()).getByRole('main')).toContainText('keyring')
      expect(listSessionFiles(app.dataDir)).toEqual([])
    })
  }
})
