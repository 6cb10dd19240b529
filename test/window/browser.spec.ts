import { expect, test, type Browser } from '@playwright/test'
import { findBrowser, launchBrowser } from '../support/browser.js'

let browser: Browser
test.beforeAll(async () => {
  browser = await launchBrowser()
})
test.afterAll(() => browser.close())

test('the browser renders letters, not boxes', async () => {
  const page = await browser.newPage()
  const picture = async (text: string): Promise<string> => {
    await page.setContent(`<p style="width: 20em">${text}</p>`)
    return (await page.locator('p').screenshot()).toString('base64')
  }
  const [one, other, accented, blank] = [
    await picture('nnnn'),
    await picture('uuuu'),
    await picture('üüüü'),
    await picture('&nbsp;'),
  ]
  expect(new Set([one, other, accented, blank]).size).toBe(4)
  expect(await picture('nnnn')).toBe(one)
  await page.close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`pages can be shown in ${colorScheme} mode`, async () => {
    const page = await browser.newPage({ colorScheme })
    const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
    expect(isDark).toBe(colorScheme === 'dark')
    await page.close()
  })
}

test('the sandbox is disabled only for root, because Chromium does not support it there', async () => {
  const { args } = await findBrowser()
  expect(args.includes('--no-sandbox')).toBe(process.getuid?.() === 0)
})

test('a configured browser that does not start is an error', async () => {
  process.env['LATCHKEY_BROWSER'] = '/nonexistent/chromium'
  await expect(findBrowser()).rejects.toThrow('LATCHKEY_BROWSER')
  delete process.env['LATCHKEY_BROWSER']
})
