// Packs the app for one platform, around a stub of Electron's distribution, as far as that goes
// without the network: `node dist/modules/test/tools/packing.js linux FOLDER`.

import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from '../support/root.js'

const require = createRequire(import.meta.url)

export type PackedPlatform = 'linux' | 'mac' | 'win'

/** The data that electron-builder would pass to the tools that package the packed app. */
export type Packed = {
  /** The complete configuration, including defaults. */
  config: Record<string, unknown>
  packages: Partial<Record<'deb' | 'rpm', PackageParts>>
  /** The AppImage's desktop entry. */
  appImage: { desktop: string; desktopFileName: string } | null
}

export type PackageParts = {
  /** fpm's arguments. */
  args: readonly string[]
  desktop: string
  /** The script that runs after the installation. */
  afterInstall: string
  /** The script that runs after the removal. */
  afterRemove: string
}

/** Packs in a separate process, because electron-builder uses the current folder. */
export async function pack(platform: PackedPlatform, folder: string): Promise<Packed> {
  const self = join(ROOT, 'dist', 'modules', 'test', 'tools', 'packing.js')
  // On a Mac with a certificate, electron-builder would sign otherwise.
  const env = { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' }
  await promisify(execFile)(process.execPath, [self, platform, folder], { cwd: ROOT, env })
  return JSON.parse(await readFile(join(folder, 'packed.json'), 'utf8')) as Packed
}

/** The place for fuses in Electron's binary: a marker, version 1, nine fuses. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('0'.repeat(9)),
])

async function packHere(platform: PackedPlatform, folder: string): Promise<void> {
  const stub = join(folder, 'electron')
  await mkdir(join(stub, 'resources'), { recursive: true })
  await mkdir(join(stub, 'locales'))
  const { version } = require('electron/package.json') as { version: string }
  await writeFile(join(stub, 'version'), version)
  await STUBS[platform](stub)

  const packages: Packed['packages'] = {}
  let appImage: Packed['appImage'] = null
  let config: Record<string, unknown> = {}
  const { Arch, build, Platform } = require('electron-builder') as typeof import('electron-builder')
  const target = { linux: Platform.LINUX, mac: Platform.MAC, win: Platform.WINDOWS }[platform]
  await build({
    targets: target.createTarget(
      platform === 'linux' ? ['deb', 'rpm', 'AppImage'] : ['dir'],
      Arch.x64,
    ),
    config: {
      electronDist: stub,
      directories: { output: join(folder, 'out') },
      // Resetting the signature requires a macOS tool.
      ...(platform === 'mac' ? { electronFuses: { resetAdHocDarwinSignature: false } } : {}),
      afterPack: ({ packager }) => {
        config = packager.config as Record<string, unknown>
        return Promise.resolve()
      },
    },
    // Returns true, which stops here: the packaging tool is not run.
    effectiveOptionComputed: async (options: unknown) => {
      if (Array.isArray(options)) {
        const [args, desktop] = options as [string[], string]
        const findValue = (flag: string): string => args[args.indexOf(flag) + 1]!
        packages[findValue('--package').endsWith('.deb') ? 'deb' : 'rpm'] = {
          args,
          desktop: await readFile(desktop, 'utf8'),
          afterInstall: await readFile(findValue('--after-install'), 'utf8'),
          afterRemove: await readFile(findValue('--after-remove'), 'utf8'),
        }
      } else {
        appImage = options as NonNullable<Packed['appImage']>
      }
      return true
    },
  })
  const packed: Packed = { config, packages, appImage }
  await writeFile(join(folder, 'packed.json'), JSON.stringify(packed))
}

const STUBS: Readonly<Record<PackedPlatform, (stub: string) => Promise<void>>> = {
  linux: (stub) => writeFile(join(stub, 'electron'), FUSES, { mode: 0o755 }),
  async mac(stub) {
    const contents = join(stub, 'Electron.app', 'Contents')
    const framework = join(contents, 'Frameworks', 'Electron Framework.framework')
    const helper = join(contents, 'Frameworks', 'Electron Helper.app', 'Contents')
    for (const path of [contents, helper]) {
      await mkdir(join(path, 'MacOS'), { recursive: true })
      await writeFile(join(path, 'Info.plist'), PLIST)
    }
    await mkdir(join(contents, 'Resources'))
    await mkdir(framework)
    await writeFile(join(framework, 'Electron Framework'), FUSES, { mode: 0o755 })
    await writeFile(join(contents, 'MacOS', 'Electron'), '', { mode: 0o755 })
    await writeFile(join(helper, 'MacOS', 'Electron Helper'), '', { mode: 0o755 })
  },
  async win(stub) {
    const { NtExecutable, NtExecutableResource, Resource } = createRequire(
      require.resolve('app-builder-lib'),
    )('resedit') as typeof import('resedit')
    const program = NtExecutable.createEmpty()
    const resources = NtExecutableResource.from(program)
    const version = Resource.VersionInfo.createEmpty()
    version.setStringValues({ lang: 0x0409, codepage: 1200 }, { ProductName: 'Electron' })
    version.outputToResourceEntries(resources.entries)
    resources.outputResource(program)
    const bytes = Buffer.from(program.generate())
    await writeFile(join(stub, 'electron.exe'), Buffer.concat([bytes, FUSES]))
  },
}

const PLIST = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CFBundleName</key><string>Electron</string></dict></plist>
`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [platform, folder] = process.argv.slice(2) as [PackedPlatform, string]
  await packHere(platform, folder)
}
