// How the tray app starts, and what there is to see of it then.

import { createTrayHost } from '../driver/tray-host.js'
import { at, expect, headlineOf, test, type Desktop } from '../driver.js'

const FAST = { intervals: [25, 50, 100] }

async function untilHeadline(app: Desktop, headline: string): Promise<void> {
  await expect.poll(() => headlineOf(app), FAST).toBe(headline)
}

test.describe('at login, on Linux', () => {
  test('a tray that the desktop brings after Latchkey has its icon, and no window opens', async ({
    launch,
    provider,
    folders,
  }) => {
    const trayHost = await createTrayHost(await folders.create())
    const flags = [...at(provider), '--autostart']
    const app = await launch({ flags, platform: 'linux', trayHost })
    await expect.poll(() => trayHost.timesAsked(), FAST).toBeGreaterThan(0)
    expect(await app.menu()).toBeNull()
    await trayHost.bring()
    await untilHeadline(app, 'Not signed in')
    expect(await app.windowCount()).toBe(0)
  })

  test('without a tray the window opens, and a sign-in works meanwhile', async ({
    launch,
    provider,
    folders,
  }) => {
    const trayHost = await createTrayHost(await folders.create())
    const flags = [...at(provider), '--autostart', '--sign-in']
    const app = await launch({ flags, platform: 'linux', trayHost })
    await app.takeUrl()
    expect(await app.windowCount()).toBe(0)
    expect(await (await app.window()).title()).toBe('Latchkey')
    expect(await app.menu()).toBeNull()
  })

  test('a second start opens the window at once, also while the tray is waited for', async ({
    launch,
    provider,
    folders,
  }) => {
    const trayHost = await createTrayHost(await folders.create())
    const flags = [...at(provider), '--autostart']
    const app = await launch({ flags, platform: 'linux', trayHost })
    await expect.poll(() => trayHost.timesAsked(), FAST).toBeGreaterThan(0)
    expect((await app.launchAgain()).code).toBe(0)
    expect(await (await app.window()).title()).toBe('Latchkey')
    expect((await app.quit()).code).toBe(0)
  })
})

test('a person who starts it without a tray sees the window at once, and nobody is asked', async ({
  launch,
  provider,
  folders,
}) => {
  const trayHost = await createTrayHost(await folders.create())
  const app = await launch({ flags: at(provider), platform: 'linux', trayHost })
  expect(await (await app.window()).title()).toBe('Latchkey')
  expect(await trayHost.timesAsked()).toBe(0)
})

test.describe('a click on the icon', () => {
  for (const platform of ['linux', 'win32'] as const) {
    test(`opens the window (${platform})`, async ({ launch, provider }) => {
      const app = await launch({ flags: at(provider), platform })
      await app.window()
      await app.closeWindow()
      await app.clickTray()
      expect(await (await app.window()).title()).toBe('Latchkey')
    })
  }

  test('opens only the menu on macOS', async ({ launch, provider }) => {
    const app = await launch({ flags: at(provider), platform: 'darwin' })
    await app.window()
    await app.closeWindow()
    await app.clickTray()
    // Answered after the click.
    await untilHeadline(app, 'Not signed in')
    expect(await app.windowCount()).toBe(0)
  })

  test('while the keyring asks for its password does not quit', async ({ launch, provider }) => {
    const app = await launch({ flags: at(provider), keyring: 'asking', platform: 'linux' })
    await untilHeadline(app, 'Latchkey is starting')
    await app.clickTray()
    await untilHeadline(app, 'Latchkey is starting')
    await app.choose('Quit')
    expect((await app.ended).code).toBe(0)
  })
})
