// The fixture for specs of the window's page.

import { test as base, type Browser, type BrowserContextOptions, type Page } from '@playwright/test'
import type { WindowStatus } from '../../main/ipc.js'
import { launchBrowser } from './browser.js'
import { openWindow, type Answers, type Opened } from './window.js'

export { expect } from './expect.js'

/** Specs use `open`. The opened windows are closed after the test. */
export const test = base.extend<
  { open: (answers: Answers | WindowStatus, options?: BrowserContextOptions) => Promise<Opened> },
  { chromium: Browser }
>({
  chromium: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launchBrowser()
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],

  open: async ({ chromium }, use) => {
    const pages: Page[] = []
    await use(async (answers, options) => {
      const given = 'version' in answers ? { status: answers } : answers
      const opened = await openWindow(chromium, given, options)
      pages.push(opened.page)
      return opened
    })
    await Promise.all(pages.map((page) => page.close()))
  },
})
