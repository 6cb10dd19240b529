// The app as electron-builder packs it for each platform, around stubs of Electron's distributions,
// because neither Electron nor the packaging tools can be fetched everywhere.

import { execFile, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { extractAll, extractFile, getRawHeader, listPackage, statFile } from '@electron/asar'
import fuses from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { build } from 'esbuild'
import { DESKTOP_ID } from '../../main/autostart/autostart-entries.js'
import { AGENT_MESSAGES, USAGE_MESSAGES } from '../../main/cli/cli-messages.js'
import { formatCommand, formatCommands } from '../../main/cli/command-help.js'
import { COMMANDS, findCommand } from '../../main/cli/commands-table.js'
import { formatHelp, INSTALLED } from '../../main/settings/help.js'
import { MOST_ARCHIVE_MB } from '../bench/figures.js'
import { toBehaviour } from '../driver/behaviour.js'
import type { DesktopOptions } from '../driver/desktop.js'
import { pack, type PackageParts, type Packed, type PackedPlatform } from '../tools/packing.js'
import { ROOT } from '../support/root.js'
import { BEHAVIOUR_VARIABLE } from '../stand-in/contract.js'

const { FuseV1Options, getCurrentFuseWire } = fuses

/** Each platform's files, in its packed folder. */
const PLACES = {
  linux: { asar: 'linux-unpacked/resources/app.asar', program: 'linux-unpacked/latchkey' },
  mac: { asar: 'mac/Latchkey.app/Contents/Resources/app.asar', program: 'mac/Latchkey.app' },
  win: { asar: 'win-unpacked/resources/app.asar', program: 'win-unpacked/Latchkey.exe' },
} as const

const TRAY = ['signed-out', 'waiting', 'signed-in', 'attention'].map((state) => `tray-${state}`)
const TRAY_ICONS: Readonly<Record<PackedPlatform, readonly string[]>> = {
  linux: TRAY.flatMap((name) =>
    ['light', 'light@2x', 'dark', 'dark@2x'].map((suffix) => `${name}-${suffix}.png`),
  ),
  mac: TRAY.flatMap((name) => [`${name}Template.png`, `${name}Template@2x.png`]),
  win: TRAY.flatMap((name) => [`${name}-light.ico`, `${name}-dark.ico`]),
}

let folder: string
let packed: Packed
const bothPackages = (): PackageParts[] => [packed.packages.deb!, packed.packages.rpm!]
const out = (path: string): string => join(folder, 'out', path)

/** Packs for a platform, for the tests of one group. */
function packFor(platform: PackedPlatform): void {
  test.describe.configure({ mode: 'default' })
  test.skip(process.platform === 'win32' && platform === 'mac', 'not packed on Windows')
  test.beforeAll(async () => {
    test.setTimeout(300_000)
    folder = await mkdtemp(join(tmpdir(), 'latchkey-package-'))
    packed = await pack(platform, folder)
  })
  test.afterAll(() => rm(folder, { recursive: true, force: true }))
}

for (const platform of ['linux', 'mac', 'win'] as const) {
  test.describe(`for ${platform}`, () => {
    packFor(platform)
    const asar = (): string => out(PLACES[platform].asar)

    test('the archive holds only the app’s own files from the source tree', () => {
      const own = filesIn(asar()).filter((path) => !path.startsWith('/node_modules'))
      expect(own.toSorted()).toEqual(
        [
          ...OWN,
          '/main/assets/icon.png',
          ...TRAY_ICONS[platform].map((name) => `/main/assets/${name}`),
        ].toSorted(),
      )
    })

    test('beside the archive is the schema of settings.json, for editors', async () => {
      const schema = join(dirname(asar()), 'settings.schema.json')
      expect(await readFile(schema, 'utf8')).toBe(
        await readFile(join(ROOT, 'main/assets/settings.schema.json'), 'utf8'),
      )
    })

    test('its packages are in the built files, and their licences beside the archive', async () => {
      expect(filesIn(asar()).filter((path) => path.includes('node_modules'))).toEqual([])
      const notices = await readFile(join(dirname(asar()), 'third-party-notices.txt'), 'utf8')
      const sections = notices.split(`\n${'-'.repeat(80)}\n\n`).slice(1)
      const names = sections.map((section) => /^(\S+) \d[\w.-]* \(\S+\)\n\n/.exec(section)?.[1])
      expect(names).toEqual(PACKAGES)
      for (const section of sections) {
        expect(section).toMatch(/copyright/i)
        expect(section).toMatch(/permission|Permission/)
      }
    })

    test('B10: the archive is no larger than the limit of its figure', () => {
      expect(statSync(asar()).size / 1e6).toBeLessThanOrEqual(MOST_ARCHIVE_MB)
    })

    test('S33: the fuses prevent use of the app as Node, and load code only from its own archive', async () => {
      const wire = await getCurrentFuseWire(out(PLACES[platform].program))
      const [off, on] = ['0', '1'].map((character) => character.charCodeAt(0))
      expect(wire[FuseV1Options.RunAsNode]).toBe(off)
      expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(off)
      expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(off)
      expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(on)
      expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(on)
      expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(off)
    })

    // Electron doesn't check the archive on Linux.
    if (platform !== 'linux') {
      test('S33: the program knows the archive’s hash, and the archive the hash of each file', async () => {
        const { headerString } = getRawHeader(asar())
        const hash = createHash('sha256').update(headerString).digest('hex')
        expect(await archiveHash(platform)).toBe(hash)
        const files = filesIn(asar()).map((path) => statFile(asar(), path.slice(1)))
        for (const file of files) {
          expect(file).toMatchObject({ integrity: { algorithm: 'SHA256' } })
          expect(file).not.toHaveProperty('unpacked')
        }
      })
    }

    if (platform === 'linux') linuxTests(asar)
    if (platform === 'mac') macTests()
    if (platform === 'win') windowsTests()
  })
}

function linuxTests(asar: () => string): void {
  test('the built files load each other and electron, and nothing else', async () => {
    const place = join(folder, 'extracted')
    extractAll(asar(), place)
    // All that Electron loads in the main process, from the entry on.
    const { metafile } = await build({
      entryPoints: [join(place, 'dist/main/index.js')],
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      metafile: true,
      write: false,
    })
    const loaded = Object.entries(metafile.inputs)
    // esbuild names its own helpers so.
    const external = loaded
      .flatMap(([, { imports }]) => imports.filter((found) => found.external))
      .filter(({ path }) => path !== '<runtime>')
    expect(new Set(external.map(({ path }) => path))).toEqual(new Set(['electron']))
    expect(loaded.map(([path]) => basename(path)).toSorted()).toEqual([
      'axios.js',
      'electron-store.js',
      'index.js',
      'open.js',
      'ws.js',
    ])
    // electron-store.js needs Electron.
    for (const part of ['dist/main/axios.js', 'dist/main/open.js', 'dist/main/ws.js']) {
      const script = `await import(${JSON.stringify(pathToFileURL(join(place, part)).href)})`
      await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    }
  })

  test('the packed package.json names the app and holds no scripts', () => {
    const content = JSON.parse(extractFile(asar(), 'package.json').toString()) as object
    expect(content).toMatchObject({
      name: 'latchkey',
      // Menus, keyrings and notifications call the app so: electron-builder's own does not get here.
      productName: 'Latchkey',
      main: 'dist/main/index.js',
      type: 'module',
      homepage: 'https://latchkey.app',
      // Windows, notifications and portals find the desktop file by it.
      desktopName: `${DESKTOP_ID}.desktop`,
    })
    expect(content).not.toHaveProperty('devDependencies')
    expect(content).not.toHaveProperty('scripts')
  })

  test('deb and rpm name their content, maintainer and home page', () => {
    for (const { args } of bothPackages()) {
      expect(findValue(args, '--name')).toBe('latchkey')
      expect(findValue(args, '--maintainer')).toMatch(/^The Latchkey authors <\S+@latchkey\.app>$/)
      expect(findValue(args, '--vendor')).toBe('The Latchkey authors')
      expect(findValue(args, '--url')).toBe('https://latchkey.app')
      expect(findValue(args, '--license')).toBe('MIT')
      expect(findValue(args, '--description')).toContain('sign in once in your own browser')
      expect(args).toContain(`${out('linux-unpacked')}/=/opt/Latchkey`)
    }
    const [deb, rpm] = bothPackages().map(({ args }) => args)
    expect(findValue(deb!, '--description')).toMatch(/^Sign in once, let your other apps use it\n /)
    expect(findValue(rpm!, '--rpm-summary')).toBe('Sign in once, let your other apps use it')
    expect(rpm).toContain('--rpm-tag=Recommends: libsecret')
    expect(findValue(deb!, '--package')).toBe(out('latchkey-0.1.0-linux-amd64.deb'))
    // Their own lists of Electron's dependencies. The one for deb includes libsecret.
    for (const target of ['linux', 'deb', 'rpm']) {
      expect(packed.config[target]).not.toHaveProperty('depends')
    }
  })

  test('deb and rpm contain the completions, the manual page and the unit, which is off', () => {
    const [deb, rpm] = bothPackages().map(({ args }) =>
      args.filter((arg) => arg.startsWith('main/assets/')).map((arg) => arg.split('=')),
    )
    const both = {
      'main/assets/latchkey.sh': '/usr/bin/latchkey',
      'main/assets/background/latchkey.service': '/usr/lib/systemd/user/latchkey.service',
      'main/assets/latchkey.1': '/usr/share/man/man1/latchkey.1',
      'main/assets/completions/latchkey.bash': '/usr/share/bash-completion/completions/latchkey',
      'main/assets/completions/latchkey.fish': '/usr/share/fish/vendor_completions.d/latchkey.fish',
    }
    const zsh = 'main/assets/completions/_latchkey'
    const forDeb = { ...both, [zsh]: '/usr/share/zsh/vendor-completions/_latchkey' }
    const forRpm = { ...both, [zsh]: '/usr/share/zsh/site-functions/_latchkey' }
    expect(Object.fromEntries(deb!)).toEqual(forDeb)
    expect(Object.fromEntries(rpm!)).toEqual(forRpm)
    for (const source of Object.keys(forDeb)) expect(existsSync(join(ROOT, source))).toBe(true)
    const token = join(dirname(asar()), 'bin', 'latchkey-token')
    expect(statSync(token).mode & 0o111).toBe(0o111)
    for (const script of ['linux-after-install.sh', 'latchkey.sh']) {
      expect(readFileSync(join(ROOT, 'main/assets', script), 'utf8')).not.toContain('systemctl')
    }
  })

  test('deb and rpm contain icons of all sizes, under the desktop entry’s icon name', () => {
    for (const { args, desktop } of bothPackages()) {
      expect(readKey(desktop, 'Icon')).toBe('latchkey')
      for (const size of [16, 22, 24, 32, 48, 64, 96, 128, 256, 512]) {
        const target = `=/usr/share/icons/hicolor/${size}x${size}/apps/latchkey.png`
        const source = args.find((argument) => argument.endsWith(target))?.slice(0, -target.length)
        expect(source && readFileSync(source).readUInt32BE(16)).toBe(size)
      }
    }
  })

  test('the desktop entry has the name that windows, notifications and portals use', () => {
    for (const { args, desktop } of bothPackages()) {
      const target = `=/usr/share/applications/${DESKTOP_ID}.desktop`
      expect(args.some((argument) => argument.endsWith(target))).toBe(true)
      expect(readKey(desktop, 'StartupWMClass')).toBe(DESKTOP_ID)
      expect(readKey(desktop, 'Exec')).toBe('/opt/Latchkey/latchkey %U')
    }
    expect(packed.appImage?.desktopFileName).toBe(`${DESKTOP_ID}.desktop`)
    expect(readKey(packed.appImage!.desktop, 'StartupWMClass')).toBe(DESKTOP_ID)
    for (const desktop of [packed.packages.deb!.desktop, packed.appImage!.desktop]) {
      expect(readKey(desktop, 'Name')).toBe('Latchkey')
      expect(readKey(desktop, 'Categories')).toBe('Utility;')
      expect(readKey(desktop, 'Terminal')).toBe('false')
    }
  })

  test('the sandbox is on if the system has one', () => {
    const entries = [...bothPackages(), packed.appImage!].map(({ desktop }) => desktop)
    for (const desktop of entries) expect(readKey(desktop, 'Exec')).not.toContain('no-sandbox')
    expect(readKey(packed.appImage!.desktop, 'Exec')).toBe('AppRun %U')
  })

  test('desktop-file-validate accepts the desktop entries', () => {
    const found = spawnSync('desktop-file-validate', ['--help']).error === undefined
    test.skip(!found, 'desktop-file-validate (desktop-file-utils) is not installed here')
    for (const { desktop } of [...bothPackages(), packed.appImage!]) {
      const path = join(folder, `${DESKTOP_ID}.desktop`)
      writeFileSync(path, desktop)
      expect(spawnSync('desktop-file-validate', [path], { encoding: 'utf8' }).stdout).toBe('')
    }
  })

  test('an upgraded package keeps its AppArmor profile, a removed one does not', () => {
    test.skip(!existsSync('/bin/bash'), 'there is no bash here')
    const root = join(folder, 'root')
    const profile = join(root, 'etc', 'apparmor.d', 'latchkey')
    for (const path of ['etc/apparmor.d', 'bin']) mkdirSync(join(root, path), { recursive: true })
    // A separate PATH, so that no tool changes this machine.
    symlinkSync('/bin/rm', join(root, 'bin', 'rm'))
    const [deb, rpm] = bothPackages().map(({ afterRemove }) => afterRemove)
    const isGone = (script: string, argument: string): boolean => {
      writeFileSync(profile, '')
      const own = script.replaceAll(/'(?=\/etc\/)/g, `'${root}`)
      const run = spawnSync('/bin/bash', ['--norc', '-c', own, 'postrm', argument], {
        env: { PATH: join(root, 'bin') },
        encoding: 'utf8',
      })
      expect(run).toMatchObject({ status: 0, stderr: '' })
      return !existsSync(profile)
    }
    expect(isGone(rpm!, '1')).toBe(false)
    expect(isGone(rpm!, '0')).toBe(true)
    expect(isGone(deb!, 'upgrade')).toBe(false)
    expect(isGone(deb!, 'remove')).toBe(true)
  })

  test('installing sets up the sandbox and leaves the command line alone', () => {
    for (const { afterInstall } of bothPackages()) {
      expect(afterInstall).not.toContain("/usr/bin/latchkey'")
      expect(afterInstall).not.toContain('update-alternatives')
      expect(afterInstall).toContain("chmod 4755 '/opt/Latchkey/chrome-sandbox'")
      expect(afterInstall).toContain("profile='/etc/apparmor.d/latchkey'")
      expect(spawnSync('/bin/bash', ['-n'], { input: afterInstall }).status).toBe(0)
    }
  })

  commandLineTests(asar)
}

/** The commands of the installed package, with its own script, and its own app on the stand-in. */
function commandLineTests(asar: () => string): void {
  const place = (): string => join(folder, 'installed')
  const script = (): string => join(place(), 'latchkey.sh')

  /** The installed script, with another program instead of the app. */
  async function install(program: string): Promise<void> {
    mkdirSync(place(), { recursive: true })
    const source = bothPackages()
      .map(({ args }) => args.find((arg) => arg.endsWith('=/usr/bin/latchkey')))
      .map((arg) => join(ROOT, arg!.split('=')[0]!))
    expect(new Set(source).size).toBe(1)
    const text = await readFile(source[0]!, 'utf8')
    expect(text).toContain('app=/opt/Latchkey/latchkey\n')
    writeFileSync(script(), text.replace('/opt/Latchkey/latchkey', join(place(), 'program')), {
      mode: 0o755,
    })
    writeFileSync(join(place(), 'program'), `#!/bin/sh\n${program}\n`, { mode: 0o755 })
  }

  async function installApp(
    options: Pick<DesktopOptions, 'platform'> = {},
  ): Promise<Record<string, string | undefined>> {
    const app = join(folder, 'app')
    if (!existsSync(app)) extractAll(asar(), app)
    const run = join(ROOT, 'dist', 'modules', 'test', 'stand-in', 'run.js')
    await install(`exec '${process.execPath}' '${run}' "$@"`)
    const behaviour = toBehaviour(app, { ...options, isPackaged: true })
    // No screen, as on a server.
    const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env
    return { ...env, [BEHAVIOUR_VARIABLE]: JSON.stringify(behaviour) }
  }

  test('the script gives commands no screen, and the app the current one', async () => {
    await install(`printf '%s\\n' "$@"`)
    const isRoot = process.getuid?.() === 0
    const run = (args: string[], env: Record<string, string>) => {
      const { status, stdout, stderr } = spawnSync(script(), args, {
        env: { PATH: process.env['PATH'], ...env },
        encoding: 'utf8',
      })
      return { status, args: stdout.trimEnd().split('\n'), stderr }
    }
    const screenless = [
      '--ozone-platform=headless',
      '--disable-gpu',
      ...(isRoot ? ['--no-sandbox'] : []),
    ]
    for (const args of [
      ['help'],
      ['version'],
      ['diagnose', '--json'],
      ['headless', '--port', '0'],
      ['--json', '--version'],
      ['--help'],
      ['-V'],
      ['uninstall-data'],
      ['status', '--json'],
      ['token', '--json'],
      ['use', 'k3vq7mzd'],
    ]) {
      for (const env of [{}, { DISPLAY: ':0' }]) {
        expect(run(args, env)).toEqual({ status: 0, args: [...screenless, ...args], stderr: '' })
      }
    }
    const app = ['--issuer', 'a b', '--sign-in']
    expect(run(app, { DISPLAY: ':0' })).toEqual({ status: 0, args: app, stderr: '' })
    expect(run(app, { WAYLAND_DISPLAY: 'wayland-0' })).toEqual({ status: 0, args: app, stderr: '' })
    const refused = run(app, {})
    expect(refused).toMatchObject({ status: 1, args: [''] })
    expect(refused.stderr).toMatch(/^latchkey: .*latchkey headless\n$/)
  })

  test('help, version and diagnose print the same as in the source tree, and end', async () => {
    const env = await installApp()
    const run = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(script(), args, { env, encoding: 'utf8' })
      return { status, stdout, stderr }
    }
    for (const word of ['version', '--version']) {
      expect(run(word)).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' })
    }
    const done = (text: string) => ({ status: 0, stdout: `${text}\n`, stderr: '' })
    for (const args of [['--help'], ['-h'], ['headless', '--help'], ['diagnose', '-h']]) {
      expect(run(...args)).toEqual(done(formatHelp(INSTALLED)))
    }
    expect(run('help')).toEqual(done(formatCommands()))
    for (const command of COMMANDS) {
      expect(run('help', command.name)).toEqual(done(formatCommand(command)))
    }
    const token = done(formatCommand(findCommand('token')!))
    for (const args of [
      ['token', '--help'],
      ['token', '--scope', '-h', '-h'],
      ['--help', 'token'],
      ['--json', 'token', '-h'],
    ]) {
      expect(run(...args)).toEqual(token)
    }
    expect(run('help', 'tokn')).toMatchObject({ status: 2, stdout: '' })
    expect(run('tokn')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `latchkey: ${USAGE_MESSAGES.unknownCommand('tokn', 'token')}\n`,
    })
    expect(run('--data-dir', '/nonexistent', 'status')).toMatchObject({ status: 3, stdout: '' })
    const dataDir = join(folder, 'diagnosed')
    const diagnosis = run('diagnose', '--json', '--data-dir', dataDir)
    expect(diagnosis.status).toBe(0)
    expect(JSON.parse(diagnosis.stdout)).toMatchObject({ version: '0.1.0' })
    // A package has none.
    expect(diagnosis.stdout).toContain('Set --issuer and --client-id.')
    expect(diagnosis.stdout).not.toContain('--demo')
    expect(run('headless', '--misspelt', '--data-dir', dataDir)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'latchkey: There is no flag --misspelt. See --help for all flags.\n',
    })
  })

  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    // On Windows, Electron's own standard input is at its end.
    test(`git-credential reads git's request, and tells git why there is no token (${platform})`, async () => {
      const env = await installApp({ platform })
      const dataDir = join(folder, 'asked')
      const ask = (host: string) =>
        spawnSync(script(), ['git-credential', 'get', '--data-dir', dataDir], {
          env: { ...env, LATCHKEY_GIT_HOSTS: 'git.example.com=work' },
          input: `protocol=https\nhost=${host}\n\n`,
          encoding: 'utf8',
        })
      expect(ask('git.example.com')).toMatchObject({
        status: 3,
        stdout: '',
        stderr: `latchkey: ${AGENT_MESSAGES.none(dataDir)}\n`,
      })
      expect(ask('other.example.com')).toMatchObject({ status: 0, stdout: '', stderr: '' })
    })
  }

  test('headless serves until it is stopped, and a second one ends with a message', async () => {
    const env = await installApp()
    const args = [
      'headless',
      '--json',
      '--no-browser',
      '--port',
      '0',
      '--data-dir',
      join(folder, 'served'),
    ]
    const child = spawn(script(), args, {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const ended = once(child, 'close')
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value as string)
      const { event, url } = (await next()) as { event: string; url: string }
      expect(event).toBe('listening')
      expect(await (await fetch(`${url}/.well-known/health`)).text()).toBe('ok')
      expect(spawnSync(script(), args, { env, encoding: 'utf8' })).toMatchObject({
        status: 3,
        stdout: '',
      })
      expect(await next()).toMatchObject({ event: 'status', status: { state: 'signed-out' } })
      child.stdin.write('quit\n')
      expect(await ended).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  })
}

function macTests(): void {
  const contents = (path: string): string => out(join('mac/Latchkey.app/Contents', path))

  test('the app is an agent without a Dock icon, under its own name', async () => {
    const plist = await readFile(contents('Info.plist'), 'utf8')
    const value = (key: string): string | undefined =>
      new RegExp(`<key>${key}</key>\\s*<(?:string>([^<]*)<|(true|false)/)`)
        .exec(plist)
        ?.slice(1)
        .find((found) => found !== undefined)
    expect(value('LSUIElement')).toBe('true')
    expect(value('CFBundleIdentifier')).toBe('app.latchkey.desktop')
    expect(value('CFBundleName')).toBe('Latchkey')
    expect(value('CFBundleExecutable')).toBe('Latchkey')
    expect(value('LSApplicationCategoryType')).toBe('public.app-category.utilities')
    expect(value('CFBundleIconFile')).toBe('icon.icns')
    expect(plist).toContain('<key>ElectronAsarIntegrity</key>')
  })

  test('its command line starts the app, even through a link', async () => {
    test.skip(process.platform === 'win32', 'there is no sh here')
    const program = contents('MacOS/Latchkey')
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$0" "$@"\n`, { mode: 0o755 })
    const links = join(folder, 'links')
    mkdirSync(links)
    symlinkSync(contents('Resources/bin/latchkey'), join(links, 'first'))
    symlinkSync('first', join(links, 'latchkey'))
    for (const path of [contents('Resources/bin/latchkey'), join(links, 'latchkey')]) {
      const { stdout } = spawnSync(path, ['diagnose', '--data-dir', 'a b'], { encoding: 'utf8' })
      expect(stdout).toBe(`${realpathSync(program)}\ndiagnose\n--data-dir\na b\n`)
    }
  })

  test('it has the drawn icon', async () => {
    expect(await readFile(contents('Resources/icon.icns'))).toEqual(
      await readFile(join(ROOT, 'main/assets/icon.icns')),
    )
  })

  test('it is hardened, with only the entitlement that V8 needs', async () => {
    const mac = packed.config['mac'] as Record<string, unknown>
    expect(mac).toMatchObject({ hardenedRuntime: true, target: ['dmg', 'zip'] })
    for (const key of ['entitlements', 'entitlementsInherit']) {
      const plist = await readFile(join(ROOT, String(mac[key])), 'utf8')
      const keys = [...plist.matchAll(/<key>([^<]*)<\/key>/g)].map((found) => found[1])
      expect(keys).toEqual(['com.apple.security.cs.allow-jit'])
    }
    // If this is left out, the app is notarized if the environment holds the credentials.
    expect(mac).not.toHaveProperty('notarize')
    expect(mac).not.toHaveProperty('identity')
  })
}

function windowsTests(): void {
  test('the program has the icon, a name and a version', async () => {
    const { Data, NtExecutable, NtExecutableResource, Resource } = loadResedit()
    const program = NtExecutable.from(await readFile(out(PLACES.win.program)))
    const { entries } = NtExecutableResource.from(program)
    const [version] = Resource.VersionInfo.fromEntries(entries)
    const [language] = version!.getAllLanguagesForStringValues()
    expect(version!.getStringValues(language!)).toMatchObject({
      FileDescription: 'Latchkey',
      ProductName: 'Latchkey',
      CompanyName: 'The Latchkey authors',
      FileVersion: '0.1.0',
    })
    const [group] = Resource.IconGroupEntry.fromEntries(entries)
    const drawn = Data.IconFile.from(await readFile(join(ROOT, 'main/assets/icon.ico')))
    expect(group!.icons.map(({ width }) => width)).toEqual(drawn.icons.map(({ width }) => width))
  })

  test('its command line waits for the app, and has its exit code', async () => {
    const script = await readFile(out('win-unpacked/bin/latchkey.cmd'), 'utf8')
    const lines = script.split('\r\n').filter((line) => line !== '' && !line.startsWith('rem '))
    expect(lines).toEqual(['@echo off', '"%~dp0..\\Latchkey.exe" %*', 'exit /b %ERRORLEVEL%'])
    expect(existsSync(out('win-unpacked/bin/../Latchkey.exe'))).toBe(true)
  })

  test('it is installed for one user without questions, and uninstalling keeps the settings', () => {
    expect(packed.config['win']).toMatchObject({ target: 'nsis' })
    // Anything but asInvoker would ask for an administrator.
    expect(packed.config['win']).not.toHaveProperty('requestedExecutionLevel')
    expect(packed.config['nsis']).toMatchObject({
      oneClick: true,
      perMachine: false,
      deleteAppDataOnUninstall: false,
      shortcutName: 'Latchkey',
      include: 'main/assets/installer.nsh',
    })
  })

  test('uninstalling removes the start at login, and updating does not', () => {
    const found = spawnSync('makensis', ['-VERSION']).error === undefined
    test.skip(!found, 'makensis (nsis) is not installed here')
    const script = join(folder, 'test.nsi')
    // As electron-builder's own script defines it.
    writeFileSync(
      script,
      `
      Unicode true
      !define LOGICLIB_VERBOSITY 4
      !include LogicLib.nsh
      !define APP_ID "app.latchkey.desktop"
      Var updated
      !macro _isUpdated _a _b _t _f
        !if "\${_t}" == ""
          !echo "only when updating"
        !else
          !echo "not when updating"
        !endif
        StrCmp $updated "1" \`\${_t}\` \`\${_f}\`
      !macroend
      !define isUpdated \`"" isUpdated ""\`
      !include "${join(ROOT, 'main/assets/installer.nsh')}"
      OutFile "${join(folder, 'test.exe')}"
      Section
        StrCpy $updated "0"
        WriteUninstaller "$TEMP\\uninstall.exe"
      SectionEnd
      Section un.install
        StrCpy $updated "0"
        !insertmacro customUnInstall
      SectionEnd
      `,
    )
    const { stdout, status } = spawnSync('makensis', ['-WX', '-V4', script], { encoding: 'utf8' })
    expect({ status, stdout: status === 0 ? '' : stdout }).toEqual({ status: 0, stdout: '' })
    const steps = /(only|not) when updating|(?<=DeleteRegValue: HKCU\\.*\\)\w+\\app\.latchkey.*/g
    expect(stdout.match(steps)).toEqual([
      'not when updating',
      'Run\\app.latchkey.desktop',
      'Run\\app.latchkey.desktop',
    ])
  })
}

/** The hash of the archive's header where Electron looks for it. */
async function archiveHash(platform: 'mac' | 'win'): Promise<string | undefined> {
  if (platform === 'mac') {
    const plist = await readFile(out('mac/Latchkey.app/Contents/Info.plist'), 'utf8')
    const key =
      '<key>ElectronAsarIntegrity</key>\\s*<dict>\\s*<key>Resources/app.asar</key>\\s*<dict>.*?'
    return new RegExp(`${key}<key>hash</key>\\s*<string>(\\w+)<`, 's').exec(plist)?.[1]
  }
  const { NtExecutable, NtExecutableResource } = loadResedit()
  const program = NtExecutable.from(await readFile(out(PLACES.win.program)))
  const { entries } = NtExecutableResource.from(program)
  const found = entries.find(({ type, id }) => type === 'INTEGRITY' && id === 'ELECTRONASAR')
  const list = JSON.parse(Buffer.from(found!.bin).toString()) as { file: string; value: string }[]
  return list.find(({ file }) => file === 'resources\\app.asar')?.value
}

function loadResedit(): typeof import('resedit') {
  const builder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'))
  return builder('resedit') as typeof import('resedit')
}

function filesIn(archive: string): string[] {
  return listPackage(archive, { isPack: false })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !('files' in statFile(archive, path.slice(1))))
}

/** The argument after a flag. */
function findValue(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag)
  return at < 0 ? undefined : args[at + 1]
}

function readKey(desktop: string, key: string): string | undefined {
  return new RegExp(`^${key}=(.*)$`, 'm').exec(desktop)?.[1]
}

const OWN: readonly string[] = [
  '/LICENSE',
  '/dist/main/axios.js',
  '/dist/main/electron-store.js',
  '/dist/main/index.js',
  '/dist/main/index.js.map',
  '/dist/main/open.js',
  '/dist/main/preload.cjs',
  '/dist/main/ws.js',
  '/dist/renderer/renderer.js',
  '/package.json',
  '/renderer/forms.css',
  '/renderer/index.html',
  '/renderer/style.css',
]

/** axios, electron-store, jose, open, ws and zod, with what they need, as far as it is used. */
const PACKAGES: readonly string[] = `
  agent-base async-function async-generator-function asynckit
  atomically axios bundle-name call-bind-apply-helpers combined-stream conf debounce-fn debug
  default-browser default-browser-id define-lazy-prop delayed-stream dot-prop dunder-proto
  electron-store env-paths es-define-property es-errors es-object-atoms es-set-tostringtag
  follow-redirects form-data function-bind generator-function get-intrinsic
  get-proto gopd has-flag has-symbols has-tostringtag hasown https-proxy-agent is-docker
  is-in-ssh is-inside-container is-safe-filename is-wsl jose math-intrinsics
  mime-types mimic-function ms open powershell-utils proxy-from-env run-applescript semver
  stubborn-fs stubborn-utils supports-color uint8array-extras ws wsl-utils zod
`
  .trim()
  .split(/\s+/)
