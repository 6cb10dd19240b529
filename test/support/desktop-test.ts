// End to end: the program as its own process, and a user in a real Chromium.

import type { Browser, Page } from '@playwright/test'
import { launchBrowser } from './browser.js'
import { test as base } from './program.js'

export { expect } from './expect.js'
export { SCRIPTED } from './program.js'

export const test = base.extend<object, { browser: Browser }>({
  browser: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launchBrowser()
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
})

/** Signs in on the embedded provider's page. */
export async function signInAs(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link)
  await page.getByRole('button', { name: `Sign in as ${name}` }).click()
}
