// Which back end the specs of the tray app run on, and how their run is prepared.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { chooseBackEnd, electronBinary } from '../driver/back-end.js'
import { wrappersFor } from '../tools/on-electron.js'

const NAMES = ['LATCHKEY_E2E', 'ELECTRON_OVERRIDE_DIST_PATH'] as const

const test = base.extend<{ setUp: (env: Record<string, string>) => void; distribution: string }>({
  // eslint-disable-next-line no-empty-pattern
  setUp: async ({}, use) => {
    const before = NAMES.map((name) => [name, process.env[name]] as const)
    for (const name of NAMES) delete process.env[name]
    await use((env) => void Object.assign(process.env, env))
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  },

  // eslint-disable-next-line no-empty-pattern
  distribution: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-electron-'))
    const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
    const path = join(folder, names[process.platform as never] ?? 'electron')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, '')
    await use(folder)
    await rm(folder, { recursive: true })
  },
})

test('plain `npm test` uses the stand-in, even if Electron’s binary is installed', ({
  setUp,
  distribution,
}) => {
  setUp({ ELECTRON_OVERRIDE_DIST_PATH: distribution })
  expect(electronBinary()).toHaveProperty('path')
  expect(chooseBackEnd()).toMatchObject({ backEnd: 'stand-in' })
  setUp({ LATCHKEY_E2E: 'stand-in' })
  expect(chooseBackEnd()).toMatchObject({ backEnd: 'stand-in' })
})

test('LATCHKEY_E2E=electron uses Electron, and fails if its binary is missing', ({
  setUp,
  distribution,
}) => {
  setUp({ LATCHKEY_E2E: 'electron', ELECTRON_OVERRIDE_DIST_PATH: distribution })
  expect(chooseBackEnd()).toMatchObject({ backEnd: 'electron' })
  setUp({ ELECTRON_OVERRIDE_DIST_PATH: join(distribution, 'gone') })
  expect(() => chooseBackEnd()).toThrow('ELECTRON_OVERRIDE_DIST_PATH points to')
})

test('an invalid LATCHKEY_E2E is rejected with a message', ({ setUp }) => {
  setUp({ LATCHKEY_E2E: 'electorn' })
  expect(() => chooseBackEnd()).toThrow('"electorn"; it can be electron or stand-in')
})

test.describe('on Electron itself, the run starts', () => {
  const all = (): boolean => true

  test('directly, if there is a desktop, and on Windows and macOS', () => {
    const env = { DISPLAY: ':0', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' }
    expect(wrappersFor({ platform: 'linux', env, has: all })).toEqual([])
    expect(wrappersFor({ platform: 'win32', env: {}, has: all })).toEqual([])
    expect(wrappersFor({ platform: 'darwin', env: {}, has: all })).toEqual([])
  })

  test('with its own screen and bus, if Linux has none', () => {
    expect(wrappersFor({ platform: 'linux', env: {}, has: all })).toEqual([
      'xvfb-run',
      '--auto-servernum',
      'dbus-run-session',
      '--',
    ])
    const env = { WAYLAND_DISPLAY: 'wayland-0' }
    expect(wrappersFor({ platform: 'linux', env, has: () => false })).toEqual([])
  })

  test('not at all if no screen is available, with a message', () => {
    const none = (): boolean => false
    expect(() => wrappersFor({ platform: 'linux', env: {}, has: none })).toThrow('install xvfb')
  })
})
