// Finds a Chromium for the tests, even on machines without one, and launches it.

import { chromium, type Browser } from '@playwright/test'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, lstat, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './run-folder.js'

export type FoundBrowser = {
  executablePath: string
  args: string[]
  /** Additions to the browser's environment. */
  env: Record<string, string>
}

const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const NO_SANDBOX = '--no-sandbox'

const run = promisify(execFile)

/**
 * Launches a headless browser: the given one, or the one that `findBrowser` finds. The caller
 * closes it. If the system denies ordinary users a sandbox (containers, AppArmor on Ubuntu 23.10
 * and later), the browser runs without one: the tests open only pages of this project.
 */
export async function launchBrowser(found = findBrowser()): Promise<Browser> {
  const { executablePath, args, env } = await found
  const launch = (chromiumSandbox: boolean): Promise<Browser> =>
    chromium.launch({ executablePath, args, chromiumSandbox, env: { ...process.env, ...env } })
  if (args.includes(NO_SANDBOX)) return launch(false)
  return launch(true).catch((error: unknown) => {
    if (/sandbox/i.test(String(error))) return launch(false)
    throw error
  })
}

/**
 * Returns the first browser that starts: the one that LATCHKEY_BROWSER names, Playwright's own, the
 * system's, or the one in @sparticuz/chromium, which is unpacked once per machine and user.
 */
export async function findBrowser(): Promise<FoundBrowser> {
  const named = process.env['LATCHKEY_BROWSER']
  const args = argsHere()
  if (named) {
    if (await starts(named)) return { executablePath: named, args, env: {} }
    throw new Error(`LATCHKEY_BROWSER names ${named}, which does not start.`)
  }
  for (const executablePath of [chromium.executablePath(), ...systemBrowsers()]) {
    if (existsSync(executablePath) && (await starts(executablePath))) {
      return { executablePath, args, env: {} }
    }
  }
  return findPackagedBrowser()
}

function argsHere(): string[] {
  // Chromium refuses to start as root with its sandbox.
  return process.getuid?.() === 0 ? [NO_SANDBOX, ...ARGS] : ARGS
}

function systemBrowsers(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  )
}

// Existing is not enough: Ubuntu's chromium-browser is a stub, and a library may be missing.
async function starts(executablePath: string, env: Record<string, string> = {}): Promise<boolean> {
  return run(executablePath, ['--version'], { env: { ...process.env, ...env } }).then(
    () => true,
    () => false,
  )
}

/** The browser in @sparticuz/chromium, for Linux. FONTCONFIG_PATH points to its own fonts. */
export async function findPackagedBrowser(): Promise<FoundBrowser> {
  const args = argsHere()
  const folder = await unpackBrowser()
  const executablePath = join(folder, 'chromium')
  const fonts = { FONTCONFIG_PATH: join(folder, 'fonts') }
  if (await starts(executablePath)) return { executablePath, args, env: fonts }
  // The package includes libnss3 and related libraries. Use the system's if there are any: they are
  // newer.
  const libraries = { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') }
  if (await starts(executablePath, libraries)) {
    return { executablePath, args, env: { ...fonts, ...libraries } }
  }
  throw new Error(
    'No browser for the tests: install Chromium, or run `npx playwright install chromium`, ' +
      'or name one in LATCHKEY_BROWSER.',
  )
}

/**
 * Unpacks @sparticuz/chromium and returns the folder. Several processes may do so at once: each
 * unpacks into a folder of its own, the first to finish renames it, and the others use that one.
 */
async function unpackBrowser(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const { version } = JSON.parse(
    await readFile(join(dirname(entry), '..', 'package.json'), 'utf8'),
  ) as { version: string }
  const owner = process.getuid?.() ?? ''
  const folder = join(cacheFolder(), `latchkey-chromium-${version}-${owner}`)
  if (await isOurs(folder)) return folder

  const fresh = await mkdtemp(`${folder}-`)
  try {
    // In a separate process, because the package uses TMPDIR and changes the environment.
    const unpack = `import('@sparticuz/chromium').then(({ default: it }) => it.executablePath())`
    await run(process.execPath, ['--input-type=module', '--eval', unpack], {
      cwd: import.meta.dirname,
      // Any Lambda name makes the package unpack its libraries too.
      env: { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    })
    await writeFile(join(fresh, 'fonts', 'fonts.conf'), fontConfiguration(folder))
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!(await isOurs(folder))) throw error
  }
  return folder
}

// Run nothing from a guessable place in a shared folder unless this user put it there.
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  if (!found) return false
  if (!found.isDirectory() || found.uid !== process.getuid?.() || found.mode & 0o022) {
    throw new Error(`${folder} is in the way and does not belong to this user. Remove it.`)
  }
  await access(join(folder, 'chromium'))
  return true
}

// The package's own file looks in /tmp/fonts. Prefer the system's fonts if there are any.
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(folder, 'fonts', 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}
