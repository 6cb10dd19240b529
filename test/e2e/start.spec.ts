// `npm start`, up to Electron's own start. Small programs replace Electron's binary.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { findBinary } from '../../main/launch/binary.js'
import { NOBODY } from '../support/other-user.js'
import { startProxy } from '../support/proxy.js'
import { ROOT } from '../support/root.js'
import { LAUNCH_MESSAGES } from '../../main/launch/launch-messages.js'

const START = join(ROOT, 'dist', 'main', 'start.js')
const IS_ROOT = process.getuid?.() === 0
/** A display that does not exist. */
const SCREEN = ':7654'
const FALLBACK = 'Latchkey starts without its tray, in this terminal.\n'

type Started = {
  process: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves when the headless program serves, which `start` runs if there is no tray. */
  headless: Promise<void>
  ended: Promise<number | null>
}

type StartOptions = {
  flags?: readonly string[]
  env?: Record<string, string>
  /** Runs as a user for whom Electron starts without `--no-sandbox`. */
  unprivileged?: boolean
  /** A command that runs the program, whose own command follows as one argument. */
  through?: readonly string[]
}

const test = base.extend<{
  folder: string
  /** Makes a program that replaces Electron's. */
  electron: (script: string) => Promise<void>
  start: (options?: StartOptions) => Promise<Started>
}>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-start-'))
    await mkdir(join(folder, 'data'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  electron: ({ folder }, use) =>
    use(async (script) => {
      await writeFile(join(folder, 'electron'), `#!/bin/sh\n${script}\n`)
      await chmod(join(folder, 'electron'), 0o755)
    }),
  start: async ({ folder }, use) => {
    const all: Started[] = []
    await use(async (options = {}) => {
      const started = await run(folder, options)
      all.push(started)
      return started
    })
    for (const { process: child, ended } of all) {
      child.kill('SIGKILL')
      await ended
    }
  },
})

async function run(folder: string, options: StartOptions): Promise<Started> {
  const { flags = [], env = {}, unprivileged = false, through = [] } = options
  if (unprivileged && IS_ROOT) {
    for (const path of [folder, join(folder, 'data')]) await chown(path, NOBODY, NOBODY)
  }
  const scripted = ['--data-dir', join(folder, 'data'), '--json', '--no-browser', '--port', '0']
  const command = [process.execPath, START, ...scripted, ...flags]
  const [program, ...args] = through.length > 0 ? [...through, command.join(' ')] : command
  const { WAYLAND_DISPLAY: _, ...inherited } = process.env
  const child = spawn(program!, args, {
    env: {
      ...inherited,
      DISPLAY: SCREEN,
      ELECTRON_OVERRIDE_DIST_PATH: folder,
      HOME: folder,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(unprivileged && IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  let stdout = ''
  let stderr = ''
  const headless = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    if (stdout.includes('"event":"listening"')) headless.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (stderr += chunk))
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve))
  void ended.then((code) =>
    headless.reject(new Error(`it ended with code ${code}\n${stdout}\n${stderr}`)),
  )
  headless.promise.catch(() => undefined)
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    headless: headless.promise,
    ended,
  }
}

test.skip(process.platform !== 'linux', 'what is looked for here is Linux’s')

const WITHOUT_SANDBOX = { flags: ['--no-sandbox'] }

test('a missing library is named, and the headless program starts', async ({ folder, start }) => {
  test.skip(spawnSync('cc', ['--version']).error !== undefined, 'there is no C compiler here')
  const compile = (...args: string[]): void =>
    expect(spawnSync('cc', args, { cwd: folder, encoding: 'utf8' })).toMatchObject({ status: 0 })
  await writeFile(join(folder, 'absent.c'), 'int absent(void) { return 0; }')
  await writeFile(join(folder, 'main.c'), 'int absent(void); int main(void) { return absent(); }')
  compile('-shared', '-o', 'liblatchkey-absent.so', 'absent.c')
  compile('-o', 'electron', 'main.c', 'liblatchkey-absent.so')
  await rm(join(folder, 'liblatchkey-absent.so'))

  const started = await start(WITHOUT_SANDBOX)
  await started.headless
  expect(started.stderr()).toContain(
    `${LAUNCH_MESSAGES.missingLibraries(['liblatchkey-absent.so'])} ${FALLBACK}`,
  )
})

test('a screen that does not answer is named, and the headless program starts', async ({
  electron,
  start,
}) => {
  await electron('exit 1')
  const started = await start(WITHOUT_SANDBOX)
  await started.headless
  expect(started.stderr()).toContain(
    `${LAUNCH_MESSAGES.noScreen([`DISPLAY=${SCREEN}`])} ${FALLBACK}`,
  )
})

test('a screen that answers is not blamed', async ({ electron, start }) => {
  await electron('exit 1')
  // Not the folder of the other specs, which run at the same time.
  const DISPLAY = ':7655'
  const screen = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) =>
    screen.listen(`\0/tmp/.X11-unix/X${DISPLAY.slice(1)}`, resolve),
  )
  try {
    const started = await start({ ...WITHOUT_SANDBOX, env: { DISPLAY } })
    await started.headless
    expect(started.stderr()).toContain(`${LAUNCH_MESSAGES.endedEarly('code 1')} ${FALLBACK}`)
  } finally {
    screen.close()
  }
})

for (const code of [2, 3]) {
  test(`the app's own code ${code} is passed on, and nothing else is started`, async ({
    electron,
    start,
  }) => {
    await electron(`exit ${code}`)
    const started = await start(WITHOUT_SANDBOX)
    expect(await started.ended).toBe(code)
    expect(started.stderr()).toBe('')
    expect(started.stdout()).toBe('')
  })
}

test('if the sandbox ends Electron, the message says how to run once without it', async ({
  electron,
  start,
}) => {
  await electron('kill -TRAP $$')
  const started = await start({ unprivileged: true })
  await started.headless
  expect(started.stderr()).toContain(FALLBACK)
  expect(started.stderr()).toMatch(/\n {4}npm start -- --no-sandbox\n/)
})

test('--no-sandbox and other switches of Chromium reach Electron', async ({
  folder,
  electron,
  start,
}) => {
  await electron(`printf '%s\\n' "$@" > '${folder}/args'`)
  const started = await start({
    flags: [
      '--no-sandbox',
      '--ozone-platform=x11',
      '--issuer',
      'https://a.example',
      '--client-id',
      'b',
    ],
  })
  expect(await started.ended).toBe(0)
  expect((await readFile(join(folder, 'args'), 'utf8')).trimEnd().split('\n')).toEqual([
    '--no-sandbox',
    '--ozone-platform=x11',
    ROOT,
    `--data-dir=${join(folder, 'data')}`,
    '--json',
    '--no-browser',
    '--port=0',
    '--issuer=https://a.example',
    '--client-id=b',
  ])
})

test('a switch that is neither Latchkey’s nor Chromium’s is an error', async ({
  electron,
  start,
}) => {
  await electron('exit 0')
  const started = await start({ flags: ['--no-sandbx'] })
  expect(await started.ended).toBe(2)
  expect(started.stderr()).toMatch(/^latchkey: .*--no-sandbx.*\n$/)
})

test('the superuser is told why there is no tray', async ({ electron, start }) => {
  test.skip(!IS_ROOT, 'for the superuser only')
  await electron('exit 0')
  const started = await start()
  await started.headless
  expect(started.stderr()).toContain(`${LAUNCH_MESSAGES.isRoot} ${FALLBACK}`)
})

test('stopping it early is not reported as a failure', async ({ folder, electron, start }) => {
  await electron(`echo > '${folder}/data/up'; exec sleep 600`)
  const started = await start(WITHOUT_SANDBOX)
  await expect(() => readFile(join(folder, 'data', 'up'))).toPass()
  started.process.kill('SIGTERM')
  expect(await started.ended).toBe(1)
  expect(started.stderr()).toBe('')
})

test('a signal that comes as soon as the app runs stops the app, too', async ({
  folder,
  electron,
  start,
}) => {
  await electron(`echo $$ > '${folder}/data/pid'; kill -TERM $PPID; exec sleep 600`)
  const started = await start(WITHOUT_SANDBOX)
  expect(await started.ended).toBe(1)
  expect(started.stderr()).toBe('')
  const pid = Number(await readFile(join(folder, 'data', 'pid'), 'utf8'))
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('a folder without Electron is named, and nothing is fetched', async ({ folder, start }) => {
  const started = await start(WITHOUT_SANDBOX)
  await started.headless
  expect(started.stderr()).toContain(
    `There is no ${folder}/electron, which ELECTRON_OVERRIDE_DIST_PATH points to. ${FALLBACK}`,
  )
})

test('ELECTRON_OVERRIDE_DIST_PATH works on each system before anything is fetched', ({
  folder,
}) => {
  const env = { ELECTRON_OVERRIDE_DIST_PATH: '/opt/electron' }
  const pathOn = (platform: NodeJS.Platform): string => findBinary(env, platform, folder).path
  expect(pathOn('linux')).toBe('/opt/electron/electron')
  expect(pathOn('win32')).toBe('/opt/electron/electron.exe')
  expect(pathOn('darwin')).toBe('/opt/electron/Electron.app/Contents/MacOS/Electron')
})

test.describe('fetching Electron', () => {
  test.skip(
    () => findBinary({}, process.platform).found,
    'Electron’s binary is here, so nothing is fetched',
  )

  let mirror: Server
  let asked: string[]
  let hold: Promise<void>
  test.beforeEach(async () => {
    asked = []
    hold = Promise.resolve()
    mirror = createHttpServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(200, { 'content-length': 3_000_000 })
      response.write(Buffer.alloc(2_000_000))
      void hold.then(() => response.end(Buffer.alloc(1_000_000)))
    }).listen(0, '127.0.0.1')
    await once(mirror, 'listening')
  })
  test.afterEach(() => {
    mirror.closeAllConnections()
    mirror.close()
  })
  const mirrorAt = (host: string): string =>
    `http://${host}:${(mirror.address() as AddressInfo).port}/`
  const fetching = (folder: string, env: Record<string, string> = {}): Record<string, string> => ({
    ELECTRON_OVERRIDE_DIST_PATH: '',
    ELECTRON_MIRROR: mirrorAt('127.0.0.1'),
    electron_config_cache: join(folder, 'cache'),
    ...env,
  })

  test('the last line of the error is shown', async ({ folder, start }) => {
    const started = await start({ ...WITHOUT_SANDBOX, env: fetching(folder) })
    await started.headless
    expect(asked).toEqual([expect.stringMatching(/^\/v[\d.]+\/electron-v[\d.]+-linux-\w+\.zip$/)])
    expect(started.stderr()).toMatch(
      /^Downloading Electron \(only once\)…\nElectron's binary could not be downloaded: .*[Cc]hecksum.*\. Latchkey starts without/,
    )
  })

  test('on a terminal it shows the progress', async ({ folder, start }) => {
    const { resolve, promise } = Promise.withResolvers<void>()
    hold = promise
    test.skip(spawnSync('script', ['--version']).error !== undefined, 'there is no `script` here')
    const started = await start({
      ...WITHOUT_SANDBOX,
      env: fetching(folder),
      through: ['script', '--quiet', '--return', '/dev/null', '--command'],
    })
    await expect(() =>
      expect(started.stdout()).toContain('\rDownloading Electron (only once)… 2 of about 120 MB'),
    ).toPass()
    resolve()
    await started.headless
  })

  test('it uses the proxy from the environment', async ({ folder, start }) => {
    const proxy = await startProxy({
      reach: {
        [new URL(mirrorAt('electron.invalid')).host]: (mirror.address() as AddressInfo).port,
      },
    })
    const env = fetching(folder, {
      ELECTRON_MIRROR: mirrorAt('electron.invalid'),
      ALL_PROXY: proxy.origin,
      NO_PROXY: '',
      no_proxy: '',
    })
    const started = await start({ ...WITHOUT_SANDBOX, env })
    await started.headless
    await proxy.close()
    expect(proxy.seen.map(({ target }) => target)).toEqual([new URL(env['ELECTRON_MIRROR']!).host])
    expect(asked).toHaveLength(1)
  })
})
