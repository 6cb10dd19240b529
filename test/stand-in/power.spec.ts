// Sleep and shutdown, as main/electron learns of them.

import { built, expect, test } from './program.js'

const PRELUDE = `
  import { isScreenLocked, onResume, onScreenLocked, onShutdown } from ${JSON.stringify(built('power.js'))}
  app.on('before-quit', () => say('before-quit'))
  app.on('quit', () => say('quit'))
`

for (const platform of ['linux', 'darwin', 'win32'] as const) {
  test(`${platform}: waking is reported, and so is unlocking the screen if the system reports it`, async ({
    start,
  }) => {
    const program = await start(
      `${PRELUDE}
      app.whenReady().then(() => {
        const stop = onResume((...args) => {
          say(['resumed', ...args])
          if (process.argv.includes('--once')) stop()
        })
        say('listening')
      })
      `,
      { platform },
    )
    await expect.poll(() => program.stdout()).toContain('listening')
    await program.resume()
    await program.unlockScreen()
    await program.quit()
    const times = platform === 'linux' ? 1 : 2
    expect(await program.said()).toEqual([
      'listening',
      ...Array.from({ length: times }, () => ['resumed'] as unknown),
      'before-quit',
      'quit',
    ])
  })
}

for (const platform of ['linux', 'darwin', 'win32'] as const) {
  test(`${platform}: a locked screen is noticed, and not once nothing waits for it`, async ({
    start,
  }) => {
    const program = await start(
      `${PRELUDE}
      app.whenReady().then(() => {
        say(isScreenLocked())
        const stop = onScreenLocked((...args) => {
          stop()
          say(['locked', isScreenLocked(), ...args])
        })
        onResume(() => {
          setTimeout(() => { say(isScreenLocked()); app.quit() }, 1500)
        })
        say('listening')
      })
      `,
      { platform },
    )
    await expect.poll(() => program.stdout()).toContain('listening')
    await program.lockScreen()
    await expect.poll(() => program.stdout()).toContain('locked')
    await program.unlockScreen()
    await program.lockScreen()
    if (platform === 'linux') await program.resume()
    const locked = ['locked', true] as unknown
    expect(await program.said()).toEqual([false, 'listening', locked, true, 'before-quit', 'quit'])
  })
}

test('linux: the first question about the screen only begins to ask the desktop', async ({
  start,
}) => {
  const program = await start(
    `${PRELUDE}
    app.whenReady().then(() => {
      powerMonitor.on('suspend', () => { say([isScreenLocked(), isScreenLocked()]); app.quit() })
      say('listening')
    })
    `,
    { platform: 'linux' },
  )
  await expect.poll(() => program.stdout()).toContain('listening')
  await program.lockScreen()
  await program.resume()
  expect((await program.said())[1]).toEqual([false, true])
})

test('a removed listener is no longer called', async ({ start }) => {
  const program = await start(
    `${PRELUDE}
    app.whenReady().then(() => {
      const ends = [onResume(() => { say('resumed'); for (const end of ends) end() }), onShutdown(() => say('shutdown'))]
      say('listening')
    })
    `,
    { platform: 'darwin' },
  )
  await expect.poll(() => program.stdout()).toContain('listening')
  await program.resume()
  await program.resume()
  await program.unlockScreen()
  expect(await program.shutDown()).toBe(false)
  expect(await program.said()).toEqual(['listening', 'resumed', 'before-quit', 'quit'])
})

test('a shutdown waits until the app has ended in order', async ({ start }) => {
  for (const platform of ['linux', 'darwin'] as const) {
    const program = await start(
      `${PRELUDE}
      app.whenReady().then(() => {
        onShutdown(() => { say('shutdown'); app.quit() })
        say('listening')
      })
      `,
      { platform },
    )
    await expect.poll(() => program.stdout()).toContain('listening')
    expect(await program.shutDown()).toBe(true)
    expect(await program.said()).toEqual(['listening', 'shutdown', 'before-quit', 'quit'])
    expect((await program.ended).code).toBe(0)
  }
})

test('linux: a shutdown is not reported to the very first listener, but to one that was added after another', async ({
  start,
}) => {
  const listen = (first: string): string => `
    app.whenReady().then(() => {
      ${first}
      powerMonitor.on('shutdown', (event) => { event.preventDefault(); say('shutdown'); app.quit() })
      say('listening')
    })
  `
  const deaf = await start(listen(''), { platform: 'linux' })
  await expect.poll(() => deaf.stdout()).toContain('listening')
  expect(await deaf.shutDown()).toBe(false)
  expect(await deaf.said()).toEqual(['listening'])

  const program = await start(listen("powerMonitor.on('suspend', () => undefined)"), {
    platform: 'linux',
  })
  await expect.poll(() => program.stdout()).toContain('listening')
  expect(await program.shutDown()).toBe(true)
  expect(await program.said()).toEqual(['listening', 'shutdown'])
})
