// The desktop driver starts the app for a spec, on the stand-in or on Electron, and says on which.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestInfo } from '@playwright/test'
import { chooseBackEnd, type BackEnd } from './back-end.js'
import type { Desktop, DesktopOptions, Ended } from './desktop.js'
import { launchElectron, runElectron } from './electron.js'
import { launchStandIn } from './stand-in.js'
import { expect, test as base } from '../support/desktop-test.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

export type {
  Desktop,
  DesktopOptions,
  Ended,
  Keyring,
  LoginItem,
  MenuLine,
  Notice,
} from './desktop.js'
export { expect, SCRIPTED, signInAs } from '../support/desktop-test.js'

/** Flags for any free port, so that specs can run side by side. */
export const FREE_PORT = ['--port', '0'] as const

/** Flags for a free port and a provider. */
export function at({ issuer, clientId }: RunningProvider): string[] {
  return [...FREE_PORT, '--issuer', issuer, '--client-id', clientId]
}

/** Reads the menu's first line, which shows the state. */
export async function readHeadline(app: Desktop): Promise<string | undefined> {
  return (await app.menu())?.[0]?.label
}

type Folders = { create(): Promise<string> }

type LaunchOptions = DesktopOptions & {
  /** An earlier run that has ended. The new run has the same options, data directory and system. */
  after?: Desktop
}

type Started = { desktop: Desktop; later?: readonly Desktop[]; close(): Promise<void> }

/**
 * Specs take `launch`, which starts the app, and `runToEnd`, for an app that ends by itself. Apps
 * still running at the end of a spec are killed. `provider` belongs to the spec.
 */
export const test = base.extend<
  {
    launch: (options?: LaunchOptions) => Promise<Desktop>
    runToEnd: (options?: DesktopOptions) => Promise<Ended>
    folders: Folders
    provider: RunningProvider
  },
  { backEnd: BackEnd }
>({
  backEnd: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const { backEnd, why } = chooseBackEnd()
      console.log(`desktop specs run on ${BACK_END_NAMES[backEnd]}: ${why}`)
      await use(backEnd)
    },
    { scope: 'worker' },
  ],

  // eslint-disable-next-line no-empty-pattern
  folders: async ({}, use) => {
    const made: string[] = []
    await use({
      async create() {
        const folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
        made.push(folder)
        return folder
      },
    })
    // A program that was told to end may still write its last file.
    const rest = { recursive: true, force: true, maxRetries: 20 }
    for (const folder of made) await rm(folder, rest)
  },

  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    const provider = await startProvider()
    await use(provider)
    await provider.close()
  },

  launch: async ({ backEnd, browser, folders }, use, testInfo) => {
    testInfo.annotations.push({ type: 'desktop', description: BACK_END_NAMES[backEnd] })
    const started: (Started & { given: DesktopOptions })[] = []
    await use(async ({ after, ...options } = {}) => {
      skipWhereUnknown(testInfo, backEnd, options)
      const before = started.find(({ desktop }) => desktop === after)?.given
      const given = await completed(
        { ...before, ...(after && { loginItems: await after.loginItems() }), ...options },
        folders,
      )
      const one =
        backEnd === 'electron' ? await launchElectron(given) : launchStandIn(browser, given)
      started.push({ ...one, given })
      if ('ready' in one) await one.ready
      return one.desktop
    })
    for (const { close } of started) await close()
    for (const desktop of started.flatMap((one) => [one.desktop, ...(one.later ?? [])])) {
      const { stdout, stderr } = await desktop.ended
      const output = `${stdout}${stderr}`
      if (testInfo.status !== testInfo.expectedStatus && output !== '') {
        await testInfo.attach('output', { body: output, contentType: 'text/plain' })
      }
      // The app continues after an unhandled error. A spec must not.
      expect(stderr).not.toContain('unexpected error')
    }
  },

  runToEnd: async ({ backEnd, browser, folders }, use, testInfo) => {
    const started: Started[] = []
    await use(async (options = {}) => {
      skipWhereUnknown(testInfo, backEnd, options)
      const given = await completed(options, folders)
      if (backEnd === 'electron') return runElectron(given)
      const one = launchStandIn(browser, given)
      started.push(one)
      return one.desktop.ended
    })
    for (const { close } of started) await close()
  },
})

/** Electron can't pretend to run on another system, or on a desktop with another tray. */
function skipWhereUnknown(testInfo: TestInfo, backEnd: BackEnd, options: DesktopOptions): void {
  const { platform = process.platform } = options
  testInfo.skip(
    backEnd === 'electron' && platform !== process.platform,
    `Electron itself runs on ${process.platform} here, and this is about ${platform}`,
  )
  testInfo.skip(
    backEnd === 'electron' && options.trayHost !== undefined,
    'Electron itself asks the desktop that it runs on for its tray',
  )
  testInfo.skip(
    options.restarts !== undefined && (backEnd === 'electron' || process.platform === 'win32'),
    'only the stand-in, where there is a shell, can be followed to the run that it starts itself',
  )
}

/** Uses a data directory and desktop settings of the spec's own, unless it names others. */
async function completed(
  options: DesktopOptions,
  folders: Folders,
): Promise<DesktopOptions & { dataDir: string }> {
  return {
    ...options,
    dataDir: options.dataDir ?? (await folders.create()),
    env: { XDG_CONFIG_HOME: await folders.create(), ...options.env },
  }
}

const BACK_END_NAMES: Readonly<Record<BackEnd, string>> = {
  electron: 'Electron itself',
  'stand-in': 'the stand-in for Electron',
}
