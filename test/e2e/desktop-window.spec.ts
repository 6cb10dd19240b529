// The window as a window: its icon, its context menu, and zoom.

import type { Page } from '@playwright/test'
import { at, expect, FREE_PORT, test, type Desktop } from '../driver.js'

const FAST = { intervals: [25, 50, 100] }

/** The form for a provider, in the window. */
async function providerForm(app: Desktop): Promise<Page> {
  const window = await app.window()
  await expect(window.getByRole('heading')).toHaveText('No provider is set up yet')
  return window
}

test('the window has the app’s icon, which a source tree and an AppImage give it nowhere else', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  await app.window()
  expect((await app.windowFacts()).hasIcon).toBe(true)
})

test('a right click in a field offers what can be done there, and on text only to copy', async ({
  launch,
}) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await providerForm(app)
  const issuer = window.getByLabel('Issuer', { exact: false }).first()
  const enabled = async (target: Parameters<Desktop['rightClick']>[0]): Promise<string[]> =>
    (await app.rightClick(target)).filter((line) => line.enabled).map(({ label }) => label)

  await issuer.fill('https://login.example.com')
  expect((await app.rightClick(issuer)).map(({ label }) => label)).toEqual([
    'Cut',
    'Copy',
    'Paste',
    '',
    'Select all',
  ])
  expect(await enabled(issuer)).toEqual(['Paste', 'Select all'])
  // The page may move the focus once more as its settings arrive, and the selection is gone then.
  const selected = async (): Promise<string[]> => {
    await issuer.selectText()
    return enabled(issuer)
  }
  await expect.poll(selected, FAST).toEqual(['Cut', 'Copy', 'Paste', 'Select all'])
  await app.chooseInPage('Copy')
  expect(await app.clipboard()).toBe('https://login.example.com')

  const heading = window.getByRole('heading').first()
  await heading.selectText()
  expect((await app.rightClick(heading)).map(({ label }) => label)).toEqual([
    'Copy',
    '',
    'Select all',
  ])
})

test('Ctrl with plus, minus, 0 and the wheel zoom within bounds', async ({ launch, provider }) => {
  const app = await launch({ flags: at(provider), platform: 'linux' })
  await app.window()
  const level = async (): Promise<number> => (await app.windowFacts()).zoomLevel
  expect(await level()).toBe(0)
  await app.pressControl('+')
  await app.pressControl('=')
  expect(await level()).toBe(1)
  await app.pressControl('-')
  expect(await level()).toBe(0.5)
  await app.turnWheel('in')
  await app.turnWheel('in')
  await app.turnWheel('out')
  expect(await level()).toBe(1)
  await app.pressControl('0')
  expect(await level()).toBe(0)
  await app.pressControl('c')
  expect(await level()).toBe(0)
  for (let count = 0; count < 30; count += 1) await app.pressControl('+')
  expect(await level()).toBe(5)
  for (let count = 0; count < 30; count += 1) await app.turnWheel('out')
  expect(await level()).toBe(-3)
})
