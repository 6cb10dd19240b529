// The desktop driver: starts the app for a spec, on Electron itself where its binary is, else on the
// stand-in, and says which.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseBackEnd, type BackEnd } from './driver/back-end.js'
import type { Desktop, DesktopOptions, Ended } from './driver/desktop.js'
import { launchElectron, runElectron } from './driver/electron.js'
import { launchStandIn } from './driver/stand-in.js'
import { test as base } from './e2e/test.js'

export type { Desktop, DesktopOptions, Ended, MenuLine, Notice } from './driver/desktop.js'
export { expect, SCRIPTED, signInAs } from './e2e/test.js'

type Started = { desktop: Desktop; close(): Promise<void> }

/**
 * Specs take `launch`, which starts the app, and `runToEnd`, for where it is to end by itself. What
 * still runs at the end of a spec is killed.
 */
export const test = base.extend<
  {
    launch: (options?: DesktopOptions) => Promise<Desktop>
    runToEnd: (options?: DesktopOptions) => Promise<Ended>
    folders: { create(): Promise<string> }
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
    for (const folder of made) await rm(folder, { recursive: true, force: true })
  },

  launch: async ({ backEnd, browser, folders }, use, testInfo) => {
    testInfo.annotations.push({ type: 'desktop', description: BACK_END_NAMES[backEnd] })
    const started: Started[] = []
    await use(async (options = {}) => {
      const given = { ...options, dataDir: options.dataDir ?? (await folders.create()) }
      const one =
        backEnd === 'electron' ? await launchElectron(given) : launchStandIn(browser, given)
      started.push(one)
      return one.desktop
    })
    for (const { close } of started) await close()
  },

  runToEnd: async ({ backEnd, browser, folders }, use) => {
    const started: Started[] = []
    await use(async (options = {}) => {
      const given = { ...options, dataDir: options.dataDir ?? (await folders.create()) }
      if (backEnd === 'electron') return runElectron(given)
      const one = launchStandIn(browser, given)
      started.push(one)
      return one.desktop.ended
    })
    for (const { close } of started) await close()
  },
})

const BACK_END_NAMES: Readonly<Record<BackEnd, string>> = {
  electron: 'Electron itself',
  'stand-in': 'the stand-in for Electron',
}
