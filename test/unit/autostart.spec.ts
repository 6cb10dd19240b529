// Start at login: the entry on Linux, read by the rules of its specifications, and the login items.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import {
  withObstacle,
  findLaunch,
  type Autostart,
  type AutostartState,
  type Launch,
  type ThisProcess,
} from '../../main/autostart/autostart.js'
import {
  ENTRY_MESSAGES,
  ENTRY_REASONS,
  LOGIN_ITEM_MESSAGES,
  OBSTACLES,
} from '../../main/autostart/autostart-messages.js'
import {
  createMacAutostart,
  createWindowsAutostart,
  type LoginItemFacts,
  type LoginItems,
} from '../../main/autostart/login-item.js'
import { DESKTOP_ID } from '../../main/autostart/autostart-entries.js'
import { createLinuxAutostart } from '../../main/autostart/linux.js'
import { ROOT } from '../support/root.js'
import type { LoginItem } from '../stand-in/contract.js'
import { createLoginItems } from '../stand-in/login-items.js'
import { formatCommandLine, parseCommandLine } from '../stand-in/windows-command-line.js'

const FILE = `${DESKTOP_ID}.desktop`
const ON: AutostartState = { on: true, changeable: true, message: null }
const OFF: AutostartState = { on: false, changeable: true, message: null }

type Env = Record<string, string>

type Place = {
  home: string
  /** The path of the user's own entry. */
  entry: string
  /** Makes a program, and returns how to start it. */
  program: (path?: string) => Launch
  autostart: (launch: Launch | null, env?: Env) => Autostart
  /** Writes the user's own entry, or another file in the home directory. */
  write: (text: string, path?: string) => void
  /** The command that a desktop runs at login, by the two specifications. */
  starts: (env?: Env) => readonly string[] | null
}

const test = base.extend<{ place: Place }>({
  // eslint-disable-next-line no-empty-pattern
  place: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'latchkey-autostart-'))
    const entry = join(home, '.config', 'autostart', FILE)
    // Without it, a Latchkey that is installed on this machine for all users would be seen.
    const nowhere = { XDG_CONFIG_DIRS: join(home, 'nowhere') }
    const write = (text: string, path = entry): void => {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    await use({
      home,
      entry,
      write,
      program(path = 'opt/Latchkey/latchkey') {
        const program = join(home, path)
        write('#!/bin/sh\n', program)
        chmodSync(program, 0o755)
        return { program, args: [], installed: true }
      },
      autostart: (launch, env = {}) =>
        createLinuxAutostart({ launch, home, env: { ...nowhere, ...env } }),
      starts: (env = {}) => startedAtLogin({ HOME: home, ...nowhere, ...env }),
    })
    rmSync(home, { recursive: true })
  },
})

/** The command that a desktop runs for the entry. Null if it runs none. */
function startedAtLogin(env: Env): readonly string[] | null {
  const { HOME, XDG_CONFIG_HOME = `${HOME}/.config`, XDG_CONFIG_DIRS = '' } = env
  for (const folder of [XDG_CONFIG_HOME, ...XDG_CONFIG_DIRS.split(':')]) {
    const path = join(folder, 'autostart', FILE)
    if (!existsSync(path)) continue
    const keys = parseEntry(readFileSync(path, 'utf8'))
    if (keys.get('Hidden') === 'true' || keys.get('X-GNOME-Autostart-enabled') === 'false') {
      return null
    }
    expect(keys.get('Type')).toBe('Application')
    const needed = keys.get('TryExec')
    if (needed !== undefined && !existsSync(parseString(needed))) return null
    const command = parseCommand(parseString(keys.get('Exec')!))
    // It runs the command that it is given.
    return command[0] === '/usr/bin/env' ? command.slice(1) : command
  }
  return null
}

/** The keys of the group [Desktop Entry], as they are written. */
function parseEntry(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines[0]).toBe('[Desktop Entry]')
  const end = lines.findIndex((line, at) => at > 0 && line.startsWith('['))
  const pairs = lines.slice(1, end < 0 ? undefined : end).map((line) => {
    const at = line.indexOf('=')
    expect(line.slice(0, at)).toMatch(/^[A-Za-z0-9-]+(\[[\w@.]+\])?$/)
    return [line.slice(0, at), line.slice(at + 1)] as const
  })
  const keys = new Map(pairs)
  expect(keys.size, 'a key must not come twice').toBe(pairs.length)
  return keys
}

/** A text as a desktop reads it that trims values. "The escape sequences \s, \n, \t, \r, and \\ are supported for values of type string." */
function parseString(untrimmed: string): string {
  const value = untrimmed.trim()
  const meant: Record<string, string> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' }
  let text = ''
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] === '\\') {
      at += 1
      expect(meant, `\\${value[at]} is no escape`).toHaveProperty([value[at]!])
      text += meant[value[at]!]
    } else {
      text += value[at]
    }
  }
  return text
}

/** The arguments of a command line, by the rules of "The Exec key". Fails if these forbid it. */
function parseCommand(line: string): string[] {
  const reserved = ' \t\n"\'\\><~|&;$*?#()`'
  const command: string[] = []
  let at = 0
  while (at < line.length) {
    let argument = ''
    if (line[at] === '"') {
      for (at += 1; line[at] !== '"'; at += 1) {
        expect(at, 'the quotes are closed').toBeLessThan(line.length)
        expect('`$', 'escaped in quotes').not.toContain(line[at])
        if (line[at] === '\\') {
          at += 1
          expect('"`$\\', 'may be escaped').toContain(line[at])
        }
        argument += line[at]
      }
      at += 1
    } else {
      for (; at < line.length && line[at] !== ' '; at += 1) {
        expect(reserved, 'reserved outside of quotes').not.toContain(line[at])
        argument += line[at]
      }
    }
    expect(argument.replaceAll('%%', ''), 'a literal % is doubled').not.toContain('%')
    command.push(argument.replaceAll('%%', '%'))
    if (at < line.length) expect(line[at]).toBe(' ')
    at += 1
  }
  expect(command[0], 'a program’s path may not hold =').not.toContain('=')
  return command
}

test('the ID is that of the app’s desktop file, and portals accept it', () => {
  const { desktopName } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    desktopName: string
  }
  expect(desktopName).toBe(FILE)
  // A D-Bus well-known name of several parts.
  expect(DESKTOP_ID).toMatch(/^[a-z]\w*(\.[A-Za-z_]\w*)+$/)
})

const NASTY = [
  'latchkey',
  'with a space',
  ' leading and trailing ',
  'a"quote',
  "an 'apostrophe'",
  'a$dollar ${HOME} $(id)',
  'a`backtick`',
  'a\\backslash\\n \\s\\\\',
  '100% %U %%f',
  'Schlüssel 🔑 鍵',
  '-leading dash',
  '--no-sandbox',
  'semi;colon & <angle> | ~ * ? # ( )',
  '[Desktop Entry]',
  'all "of` it\\$%\\\\" at once',
]

/** Each character that is not a letter, except those that no program's name may contain. */
const EACH = Array.from(' !"#$%&\'()*+,-.:;<>?@[\\]^_`{|}~', (character) => `a${character}b`)

for (const names of [...NASTY.map((name) => [name]), EACH]) {
  test(`${names.map((name) => JSON.stringify(name)).join()}: started with the flag, and recognized again`, ({
    place,
  }) => {
    for (const name of names) {
      const launch = place.program(`${name}/${name}`)
      const autostart = place.autostart(launch)
      expect(autostart.set(true)).toEqual(ON)
      expect(place.starts()).toEqual([launch.program, '--autostart'])
      expect(place.autostart(launch).state()).toEqual(ON)
      expect(autostart.set(false)).toEqual(OFF)
      expect(place.starts()).toBeNull()
    }
  })
}

test('from the source tree, Electron is started with the app’s folder', ({ place }) => {
  const { program } = place.program('node_modules/electron/dist/electron')
  const launch = { program, args: [join(place.home, 'my app')], installed: false }
  expect(place.autostart(launch).set(true)).toEqual(ON)
  expect(place.starts()).toEqual([program, join(place.home, 'my app'), '--autostart'])
  // Another app of the same Electron is not this one.
  expect(place.autostart({ ...launch, args: ['/other'] }).state().on).toBe(false)
})

for (const [what, name, obstacle] of [
  ['a line break', 'a\nExec=evil', OBSTACLES.unwritable],
  ['a tab', 'a\tb', OBSTACLES.unwritable],
  ['bytes that are not text', 'a\ufffdb', OBSTACLES.unwritable],
  ['an equals sign', 'a=b', OBSTACLES.equalsSign],
] as const) {
  test(`a path with ${what} is rejected with a message, and nothing is written`, ({ place }) => {
    const after = place.autostart(place.program(name)).set(true)
    expect(after).toMatchObject({ on: false, changeable: true })
    expect(after.message).toBe(ENTRY_MESSAGES.notTurnedOn(obstacle))
    expect(existsSync(place.entry)).toBe(false)
  })
}

test('desktop-file-validate accepts the entry', ({ place }) => {
  const found = spawnSync('desktop-file-validate', ['--help']).error === undefined
  test.skip(!found, 'desktop-file-validate (desktop-file-utils) is not installed here')
  for (const name of [...NASTY, ...EACH]) {
    place.autostart(place.program(name)).set(true)
    const { stdout, status } = spawnSync('desktop-file-validate', [place.entry], {
      encoding: 'utf8',
    })
    expect({ name, stdout, status }).toEqual({ name, stdout: '', status: 0 })
  }
  // Otherwise its silence would prove nothing.
  place.write('[Desktop Entry]\nType=Application\nName=x\nExec=a$b\n')
  expect(spawnSync('desktop-file-validate', [place.entry]).status).not.toBe(0)
})

test('GLib, by which GNOME, Xfce and others read entries, starts each program', async ({
  place,
}) => {
  const found = spawnSync('gio', ['version']).error === undefined
  test.skip(!found, 'gio (libglib2.0-bin) is not installed here')
  const output = join(place.home, 'output')
  const script = `#!/bin/sh\nprintf '%s\\n' "$0" "$@" > ${output}.new\nmv ${output}.new ${output}\n`
  for (const name of [...NASTY, ...EACH]) {
    const launch = { ...place.program(name), args: [join(place.home, name)] }
    writeFileSync(launch.program, script)
    place.autostart(launch).set(true)
    expect(spawnSync('gio', ['launch', place.entry], { encoding: 'utf8' }).stderr).toBe('')
    await expect.poll(() => existsSync(output)).toBe(true)
    const got = readFileSync(output, 'utf8').split('\n')
    expect(got).toEqual([launch.program, ...launch.args, '--autostart', ''])
    rmSync(output)
    place.autostart(launch).set(false)
  }
})

test('the entry names the app, for the lists of desktops', ({ place }) => {
  place.autostart(place.program()).set(true)
  expect(Object.fromEntries(parseEntry(readFileSync(place.entry, 'utf8')))).toMatchObject({
    Name: 'Latchkey',
    Icon: 'latchkey',
    Terminal: 'false',
    'X-GNOME-Autostart-enabled': 'true',
  })
})

test('only the user can read its folder and file, and no other file is left there', ({ place }) => {
  const autostart = place.autostart(place.program())
  autostart.set(true)
  expect(statSync(dirname(dirname(place.entry))).mode & 0o777).toBe(0o700)
  expect(statSync(dirname(place.entry)).mode & 0o777).toBe(0o700)
  expect(statSync(place.entry).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(place.entry))).toEqual([FILE])
  autostart.set(false)
  expect(readdirSync(dirname(place.entry))).toEqual([])
})

test('the file is replaced as a whole and never edited in place', ({ place }) => {
  const autostart = place.autostart(place.program())
  autostart.set(true)
  const before = readFileSync(place.entry, 'utf8').replace('enabled=true', 'enabled=false')
  writeFileSync(place.entry, before)
  const old = join(place.home, 'old')
  linkSync(place.entry, old)
  expect(autostart.set(true)).toEqual(ON)
  expect(readFileSync(old, 'utf8')).toBe(before)
})

test('a write that fails halfway leaves the entry as it was and leaves no other file', ({
  place,
}) => {
  test.skip(process.platform === 'win32', 'a shell is needed to forbid files of any length')
  const launch = place.program()
  place.autostart(launch).set(true)
  const before = readFileSync(place.entry, 'utf8').replace('enabled=true', 'enabled=false')
  place.write(before)
  const ports = JSON.stringify({ launch, home: place.home, env: {} })
  const module = JSON.stringify(
    new URL('../../dist/modules/main/autostart/linux.js', import.meta.url).href,
  )
  const script = `
    import { createLinuxAutostart } from ${module}
    console.log(createLinuxAutostart(${ports}).set(true).message)
  `
  const { stdout } = spawnSync(
    'sh',
    [
      '-c',
      `trap '' XFSZ; ulimit -f 0; "$0" --input-type=module -e "$1" | cat`,
      process.execPath,
      script,
    ],
    { encoding: 'utf8' },
  )
  const folder = dirname(place.entry)
  expect(stdout.trim()).toBe(ENTRY_MESSAGES.notTurnedOn(OBSTACLES.notWritten(folder, 'EFBIG')))
  expect(readFileSync(place.entry, 'utf8')).toBe(before)
  expect(readdirSync(dirname(place.entry))).toEqual([FILE])
})

test('the entry is in XDG_CONFIG_HOME, unless that is relative', ({ place }) => {
  const launch = place.program()
  const elsewhere = { XDG_CONFIG_HOME: join(place.home, 'else where') }
  expect(place.autostart(launch, elsewhere).set(true)).toEqual(ON)
  expect(existsSync(join(elsewhere.XDG_CONFIG_HOME, 'autostart', FILE))).toBe(true)
  expect(existsSync(place.entry)).toBe(false)

  const relative = { XDG_CONFIG_HOME: 'relative' }
  expect(place.autostart(launch, relative).set(true)).toEqual(ON)
  expect(existsSync(place.entry)).toBe(true)
  expect(existsSync('relative')).toBe(false)
})

test('the state is read from the system each time', ({ place }) => {
  const autostart = place.autostart(place.program())
  autostart.set(true)
  rmSync(place.entry)
  expect(autostart.state()).toEqual(OFF)
})

for (const [by, key] of [
  ['Hidden', 'Hidden=true'],
  ['GNOME’s key', 'X-GNOME-Autostart-enabled=false'],
] as const) {
  test(`an entry turned off by ${by} stays off, and is turned on again as it was`, ({ place }) => {
    const launch = place.program()
    const autostart = place.autostart(launch)
    const written = (keys: string): string =>
      `# mine
[Desktop Entry]
Type=Application
Name=My key
Name[de]=Mein Schlüssel
Exec="${launch.program}" --autostart --port 1234
${keys}

[Desktop Action x]
Hidden=false
Name=x
`
    place.write(written(key))
    expect(autostart.state()).toEqual(OFF)
    expect(autostart.repair()).toEqual(OFF)
    expect(readFileSync(place.entry, 'utf8')).toBe(written(key))

    expect(autostart.set(true)).toEqual(ON)
    expect(place.starts()).toEqual([launch.program, '--autostart', '--port', '1234'])
    const text = readFileSync(place.entry, 'utf8')
    for (const line of written('').split('\n')) expect(text).toContain(`${line}\n`)
    expect(text.slice(text.indexOf('[Desktop Action'))).toBe(
      '[Desktop Action x]\nHidden=false\nName=x\n',
    )
  })
}

test.describe('another program’s entry', () => {
  const untouched = (place: Place, reason: string, env?: Env): void => {
    const before = snapshot(place.entry)
    const autostart = place.autostart(place.program(), env)
    for (const act of [
      () => autostart.state(),
      () => autostart.repair(),
      () => autostart.set(true),
      () => autostart.set(false),
    ]) {
      const { changeable, message } = act()
      expect(changeable).toBe(false)
      expect(message).toBe(ENTRY_MESSAGES.leftAlone(place.entry, reason))
    }
    expect(snapshot(place.entry)).toEqual(before)
  }

  for (const [what, text, reason] of [
    [
      'that starts another program',
      entry('Exec=/usr/bin/other --autostart'),
      ENTRY_REASONS.otherProgram('/usr/bin/other'),
    ],
    [
      'of the same name elsewhere',
      entry('Exec=/usr/bin/latchkey'),
      ENTRY_REASONS.otherProgram('/usr/bin/latchkey'),
    ],
    ["whose Exec can't be read", entry('Exec="/usr/bin/latchkey'), ENTRY_REASONS.noProgram],
    ['with an unknown escape', entry('Exec=/usr/bin/\\x'), ENTRY_REASONS.noProgram],
    ['with text after the quotes', entry('Exec="/usr/bin/lat"chkey'), ENTRY_REASONS.noProgram],
    ['with no Exec', entry(''), ENTRY_REASONS.noProgram],
    ['with an empty Exec', entry('Exec='), ENTRY_REASONS.noProgram],
    ['without a group', 'Exec=/x\n', ENTRY_REASONS.notEntry],
    ['with a line without a meaning', entry('Exec=/x\nwhat is this'), ENTRY_REASONS.notEntry],
    ['with a key before its group', `Exec=/x\n${entry('Exec=/x')}`, ENTRY_REASONS.notEntry],
    [
      'with quotes left open',
      entry('Exec=/usr/bin/latchkey "--autostart'),
      ENTRY_REASONS.noProgram,
    ],
    ['of another group', '[Other]\n[Desktop Entry]\nExec=/x\n', ENTRY_REASONS.notEntry],
    ['that is something else', 'hello there', ENTRY_REASONS.notEntry],
  ] as const) {
    test(`${what} is left alone, with a message`, ({ place }) => {
      place.write(text)
      untouched(place, reason)
    })
  }

  test('that is a folder is left alone, with a message', ({ place }) => {
    mkdirSync(place.entry, { recursive: true })
    untouched(place, ENTRY_REASONS.notFile)
  })

  test('that is a link is read, and left alone', ({ place }) => {
    const launch = place.program()
    place.autostart(launch).set(true)
    const kept = join(place.home, 'dotfiles')
    renameSync(place.entry, kept)
    symlinkSync(kept, place.entry)
    expect(place.autostart(launch).state()).toMatchObject({ on: true, changeable: false })
    untouched(place, ENTRY_REASONS.isLink)
    place.write(entry(`Exec=${launch.program}\nHidden=true`), kept)
    expect(place.autostart(launch).state()).toMatchObject({ on: false, changeable: false })
    untouched(place, ENTRY_REASONS.isLink)
  })

  for (const [target, reason] of [
    ['/dev/null', ENTRY_REASONS.notFile],
    ['/nonexistent', ENTRY_REASONS.brokenLink],
  ] as const) {
    test(`that is a link to ${target} is left alone, with a message`, ({ place }) => {
      mkdirSync(dirname(place.entry), { recursive: true })
      symlinkSync(target, place.entry)
      untouched(place, reason)
    })
  }

  test('that was moved from elsewhere is not taken over because of its name', ({ place }) => {
    place.write(entry('Exec=/gone/latchkey --autostart'))
    untouched(place, ENTRY_REASONS.otherProgram('/gone/latchkey'))
  })
})

test('an empty file may be overwritten', ({ place }) => {
  place.write('')
  const autostart = place.autostart(place.program())
  expect(autostart.state()).toEqual(OFF)
  expect(autostart.set(true)).toEqual(ON)
  expect(place.starts()).not.toBeNull()
})

test('an entry that the user wrote for this program counts as on, and is not rewritten', ({
  place,
}) => {
  const launch = place.program()
  const bin = join(place.home, 'bin')
  mkdirSync(bin)
  symlinkSync(launch.program, join(bin, 'latchkey'))
  const autostart = place.autostart(launch, { PATH: `/nowhere:${bin}` })
  for (const exec of [
    launch.program,
    `${launch.program} %U`,
    `"${launch.program}" --demo`,
    join(bin, 'latchkey'),
    'latchkey',
    `env LANG=C "${launch.program}" --autostart`,
  ]) {
    place.write(entry(`Exec=${exec}`))
    expect({ exec, ...autostart.state() }).toEqual({ exec, ...ON })
    expect(autostart.repair()).toEqual(ON)
    expect(autostart.set(true)).toEqual(ON)
    expect(readFileSync(place.entry, 'utf8')).toBe(entry(`Exec=${exec}`))
  }
  expect(autostart.set(false)).toEqual(OFF)
})

test('a copy of the entry under another name counts as on, and is turned off too', ({ place }) => {
  const launch = place.program()
  const autostart = place.autostart(launch)
  autostart.set(true)
  const copy = join(dirname(place.entry), 'latchkey (copy).desktop')
  const others = {
    [join(dirname(place.entry), 'other.desktop')]: entry('Exec=/usr/bin/other --autostart'),
    [join(dirname(place.entry), 'notes.txt')]: entry(`Exec=${launch.program}`),
  }
  for (const [path, text] of Object.entries(others)) place.write(text, path)
  renameSync(place.entry, copy)
  expect(autostart.state()).toEqual(ON)
  expect(autostart.set(true)).toEqual(ON)
  expect(existsSync(place.entry)).toBe(false)
  expect(autostart.set(false)).toEqual(OFF)
  expect(parseEntry(readFileSync(copy, 'utf8')).get('Hidden')).toBe('true')

  // Also beside the entry itself, and one that the user wrote for this program: it loses nothing.
  const own = join(dirname(place.entry), 'mine.desktop')
  const written = entry(`Exec=${launch.program} --demo\nX-Mine=1`)
  place.write(written, own)
  autostart.set(true)
  expect(autostart.set(false)).toEqual(OFF)
  expect(existsSync(place.entry)).toBe(false)
  expect(parseEntry(readFileSync(own, 'utf8')).get('X-Mine')).toBe('1')
  expect(parseEntry(readFileSync(own, 'utf8')).get('Hidden')).toBe('true')
  for (const [path, text] of Object.entries(others)) {
    expect(readFileSync(path, 'utf8')).toBe(text)
  }
})

test('a copy that is a link is left alone, with a message', ({ place }) => {
  const launch = place.program()
  const elsewhere = join(place.home, 'elsewhere.desktop')
  place.write(entry(`Exec=${launch.program}`), elsewhere)
  mkdirSync(dirname(place.entry), { recursive: true })
  symlinkSync(elsewhere, join(dirname(place.entry), 'linked.desktop'))
  const autostart = place.autostart(launch)
  expect(autostart.state()).toEqual(ON)
  const { on, message } = autostart.set(false)
  expect(on).toBe(true)
  expect(message).toBe(
    ENTRY_MESSAGES.notTurnedOff(OBSTACLES.copyIsLink(join(dirname(place.entry), 'linked.desktop'))),
  )
})

test.describe('an entry for all users', () => {
  const shared = (place: Place, folder: string, exec: string): void =>
    place.write(entry(`Exec=${exec}`), join(place.home, folder, 'autostart', FILE))
  const env = (place: Place, ...folders: string[]): Env => ({
    XDG_CONFIG_DIRS: folders.map((folder) => join(place.home, folder)).join(':'),
  })

  test('counts, unless the user’s own entry or a hidden one overrides it', ({ place }) => {
    const launch = place.program()
    shared(place, 'xdg', launch.program)
    const dirs = env(place, 'xdg')
    const autostart = place.autostart(launch, dirs)
    expect(autostart.state()).toEqual(ON)
    expect(autostart.set(true)).toEqual(ON)
    expect(existsSync(place.entry)).toBe(false)

    expect(autostart.set(false)).toEqual(OFF)
    expect(place.starts(dirs)).toBeNull()
    expect(parseEntry(readFileSync(place.entry, 'utf8')).get('Hidden')).toBe('true')
    expect(autostart.repair()).toEqual(OFF)

    expect(autostart.set(true)).toEqual(ON)
    expect(place.starts(dirs)).toEqual([launch.program, '--autostart'])
    expect(autostart.set(false)).toEqual(OFF)
    expect(place.starts(dirs)).toBeNull()
  })

  test('is read from the first folder, and relative folders are ignored', ({ place }) => {
    const launch = place.program()
    shared(place, 'first', '/usr/bin/other')
    shared(place, 'second', launch.program)
    expect(place.autostart(launch, env(place, 'first', 'second')).state()).toEqual(OFF)
    expect(place.autostart(launch, env(place, 'none', 'second')).state()).toEqual(ON)
    expect(place.autostart(launch, { XDG_CONFIG_DIRS: 'second' }).state()).toEqual(OFF)
  })

  test('of another Latchkey gets a message, and can be overridden', ({ place }) => {
    shared(place, 'xdg', '/opt/Latchkey/latchkey')
    const marked = join(place.home, 'xdg', 'autostart', FILE)
    writeFileSync(marked, `${readFileSync(marked, 'utf8')}X-Latchkey-Autostart=true\n`)
    const launch = place.program('Latchkey.AppImage')
    const autostart = place.autostart(launch, env(place, 'xdg'))
    expect(autostart.state()).toMatchObject({ on: false, changeable: true })
    expect(autostart.state().message).toContain('/opt/Latchkey/latchkey')
    expect(autostart.set(true)).toEqual(ON)
    expect(place.starts(env(place, 'xdg'))).toEqual([launch.program, '--autostart'])
  })
})

test.describe('a Latchkey that has moved', () => {
  const moved = (place: Place, from: string, to: string): Launch => {
    const old = place.program(from)
    place.autostart(old).set(true)
    const fresh = place.program(to)
    rmSync(old.program)
    return fresh
  }

  test('is started from its new location, with the arguments that the user added', ({ place }) => {
    const fresh = moved(place, 'Latchkey%201.AppImage', 'Latchkey 2.AppImage')
    const text = readFileSync(place.entry, 'utf8')
    place.write(
      text
        .replace('--autostart', '--autostart %U --port 1')
        .replace('Name=Latchkey', 'Name=My key'),
    )
    const autostart = place.autostart(fresh)
    expect(autostart.state()).toMatchObject({ on: false, changeable: true })
    expect(autostart.state().message).toContain('Latchkey%201.AppImage')
    expect(autostart.repair()).toEqual(ON)
    expect(place.starts()).toEqual([fresh.program, '--autostart', '--port', '1'])
    expect(readFileSync(place.entry, 'utf8')).toContain('Name=My key\n')
  })

  for (const key of ['Hidden=true', 'X-GNOME-Autostart-enabled=false']) {
    test(`stays off if the entry has ${key}`, ({ place }) => {
      const fresh = moved(place, 'a/latchkey', 'b/latchkey')
      const text = readFileSync(place.entry, 'utf8')
      const off = `${text.replace('X-GNOME-Autostart-enabled=true\n', '')}${key}\n`
      place.write(off)
      expect(place.autostart(fresh).repair()).toEqual(OFF)
      expect(readFileSync(place.entry, 'utf8')).toBe(off)
      expect(place.autostart(fresh).set(true)).toEqual(ON)
      expect(place.starts()).toEqual([fresh.program, '--autostart'])
    })
  }

  test('stays off if there is no entry', ({ place }) => {
    expect(place.autostart(place.program()).repair()).toEqual(OFF)
    expect(existsSync(place.entry)).toBe(false)
  })

  test('takes over from an older one that still exists', ({ place }) => {
    place.autostart(place.program('Latchkey 1.AppImage')).set(true)
    const fresh = place.program('Latchkey 2.AppImage')
    expect(place.autostart(fresh).repair()).toEqual(ON)
    expect(place.starts()).toEqual([fresh.program, '--autostart'])
  })

  test('is not replaced by the source tree while it still exists', ({ place }) => {
    const installed = place.program()
    place.autostart(installed).set(true)
    const { program } = place.program('electron')
    const source = place.autostart({ program, args: [place.home], installed: false })
    expect(source.repair()).toMatchObject({ on: false, changeable: true })
    expect(place.starts()).toEqual([installed.program, '--autostart'])
    rmSync(installed.program)
    expect(source.repair()).toEqual(ON)
    expect(place.starts()).toEqual([program, place.home, '--autostart'])
  })

  test('is turned off from its new location', ({ place }) => {
    const fresh = moved(place, 'a/latchkey', 'b/latchkey')
    expect(place.autostart(fresh).set(false)).toEqual(OFF)
    expect(existsSync(place.entry)).toBe(false)
  })

  test('an uninstalled one is skipped by desktops', ({ place }) => {
    const launch = place.program()
    place.autostart(launch).set(true)
    expect(place.starts()).not.toBeNull()
    rmSync(launch.program)
    expect(place.starts()).toBeNull()
  })
})

test.describe('an entry that cannot be written gets a message', () => {
  test('if the configuration folder is a file', ({ place }) => {
    const file = join(place.home, 'file')
    place.write('', file)
    const after = place.autostart(place.program(), { XDG_CONFIG_HOME: file }).set(true)
    expect(after).toMatchObject({ on: false, changeable: true })
    expect(after.message).toBe(
      ENTRY_MESSAGES.notTurnedOn(OBSTACLES.notFolder(join(file, 'autostart'))),
    )
  })

  test('if the folder is not writable', ({ place }) => {
    const root = process.getuid?.() === 0
    test.skip(root && process.platform !== 'linux', 'root may write everywhere here')
    const folder = root ? '/sys' : join(place.home, 'locked')
    if (!root) mkdirSync(folder, { mode: 0o500 })
    const after = place.autostart(place.program(), { XDG_CONFIG_HOME: folder }).set(true)
    expect(after).toMatchObject({ on: false, changeable: true })
    expect(after.message).toBe(
      ENTRY_MESSAGES.notTurnedOn(OBSTACLES.readOnly(join(folder, 'autostart'))),
    )
  })

  test('if the AppImage is gone', ({ place }) => {
    const autostart = place.autostart(null)
    for (const state of [autostart.state(), autostart.set(true), autostart.repair()]) {
      expect(state).toMatchObject({ on: false, changeable: false })
      expect(state.message).toBe(ENTRY_MESSAGES.appImageGone)
    }
    expect(existsSync(place.entry)).toBe(false)
  })
})

test.describe('this Latchkey is started again', () => {
  const mount = '/tmp/.mount_LatchkAbCdEf'
  const facts = (more: Partial<ThisProcess>): ThisProcess => ({
    execPath: '/opt/Latchkey/latchkey',
    appPath: '/opt/Latchkey/resources/app.asar',
    isPackaged: true,
    env: {},
    ...more,
  })

  test('by its own file if it is installed', () => {
    expect(findLaunch(facts({}))).toEqual({
      program: '/opt/Latchkey/latchkey',
      args: [],
      installed: true,
    })
  })

  test('by Electron and the app’s folder if it runs from the source tree', () => {
    const tree = { execPath: '/src/electron', appPath: '/src', isPackaged: false }
    expect(findLaunch(facts(tree))).toEqual({
      program: '/src/electron',
      args: ['/src'],
      installed: false,
    })
  })

  test('by the image and not from its mount if it is an AppImage', ({ place }) => {
    const { program } = place.program('Latchkey.AppImage')
    const env = { APPIMAGE: program, APPDIR: mount }
    expect(findLaunch(facts({ execPath: `${mount}/latchkey`, env }))).toEqual({
      program,
      args: [],
      installed: true,
    })
  })

  test('not by an AppImage that only started it, such as an editor’s', ({ place }) => {
    const { program } = place.program('Editor.AppImage')
    for (const APPDIR of ['/tmp/.mount_EditorX', '/opt/Latch', '', 'opt']) {
      const launch = findLaunch(facts({ env: { APPIMAGE: program, APPDIR } }))
      expect(launch?.program).toBe('/opt/Latchkey/latchkey')
    }
    expect(findLaunch(facts({ env: { APPIMAGE: program } }))?.program).toBe(
      '/opt/Latchkey/latchkey',
    )
  })

  test('not at all if the AppImage is gone or is not a file', ({ place }) => {
    const folder = place.home
    const looping = join(folder, 'looping')
    symlinkSync(looping, looping)
    for (const APPIMAGE of ['/gone', looping, basename(folder), folder, '', undefined]) {
      const env = { APPDIR: mount, ...(APPIMAGE === undefined ? {} : { APPIMAGE }) }
      expect(findLaunch(facts({ execPath: `${mount}/latchkey`, env }))).toBeNull()
    }
  })
})

test.describe('flags that a start at login keeps', () => {
  const FLAGS = ['--data-dir=/srv/my "data" 100%', '--port=5000']

  test('follow the flag that marks such a start', ({ place }) => {
    const launch = { ...place.program(), flags: FLAGS }
    expect(place.autostart(launch).set(true)).toEqual(ON)
    expect(place.starts()).toEqual([launch.program, '--autostart', ...FLAGS])
  })

  test('replace those of the same names, and leave the arguments that the user added', ({
    place,
  }) => {
    const { program } = place.program()
    const own = '--no-sandbox --autostart --port 4000 --data-dir=/old --json'
    place.write(entry(`Exec=${program} ${own}\nHidden=true\nX-Latchkey-Autostart=true`))
    expect(place.autostart({ program, args: [], installed: true, flags: FLAGS }).set(true)).toEqual(
      ON,
    )
    expect(place.starts()).toEqual([program, '--no-sandbox', '--autostart', ...FLAGS, '--json'])
  })

  test('stay as they are while it is on, whatever flags this start has', ({ place }) => {
    const launch = place.program()
    place.autostart({ ...launch, flags: FLAGS }).set(true)
    const before = readFileSync(place.entry, 'utf8')
    const other = place.autostart({ ...launch, flags: ['--port=4000'] })
    expect(other.repair()).toEqual(ON)
    expect(other.set(true)).toEqual(ON)
    expect(readFileSync(place.entry, 'utf8')).toBe(before)
  })

  test('are kept if the program has moved', ({ place }) => {
    const old = place.program()
    place.autostart({ ...old, flags: FLAGS }).set(true)
    rmSync(old.program)
    const moved = place.program('opt/elsewhere/latchkey')
    expect(place.autostart({ ...moved, flags: ['--port=4000'] }).repair()).toEqual(ON)
    expect(place.starts()).toEqual([moved.program, '--autostart', ...FLAGS])
  })

  test('that no entry can contain are an obstacle, with a message', ({ place }) => {
    const launch = { ...place.program(), flags: ['--data-dir=/srv/a\nb'] }
    const state = place.autostart(launch).set(true)
    expect(state).toMatchObject({ on: false, changeable: true })
    expect(state.message).toBe(ENTRY_MESSAGES.notTurnedOn(OBSTACLES.unwritable))
    expect(existsSync(place.entry)).toBe(false)
  })
})

test.describe('on Windows', () => {
  const ID = 'app.latchkey.desktop'
  const launch: Launch = { program: 'C:\\Our Programs\\Latchkey.exe', args: [], installed: true }
  const COMMAND = `"${launch.program}" --autostart`

  test('the login item is a value in the registry, with the program in quotes and the flag', () => {
    const { run, autostart } = windows(launch)
    expect(autostart.state()).toEqual(OFF)
    expect(autostart.set(true)).toEqual(ON)
    expect([...run.values()]).toEqual([{ name: ID, command: COMMAND, enabled: true }])
    expect(autostart.repair()).toEqual(ON)
    expect(autostart.set(false)).toEqual(OFF)
    expect(run.size).toBe(0)
  })

  test('an entry that was turned off in Task Manager is off, with a message, and can be turned on here', () => {
    const { run, autostart } = windows(launch)
    autostart.set(true)
    run.set(ID, { ...run.get(ID)!, enabled: false })
    expect(autostart.state()).toMatchObject({ on: false, changeable: true })
    expect(autostart.state().message).toBe(LOGIN_ITEM_MESSAGES.disabledInWindows)
    expect(autostart.repair().on).toBe(false)
    expect(run.get(ID)!.enabled).toBe(false)
    expect(autostart.set(true)).toEqual(ON)
    expect(run.get(ID)!.enabled).toBe(true)
  })

  test('an entry without the flag, as older versions wrote it, is repaired at the start', () => {
    const { run, autostart } = windows(launch)
    run.set(ID, { name: ID, command: `"${launch.program}"`, enabled: true })
    expect(autostart.state()).toEqual(ON)
    expect(autostart.repair()).toEqual(ON)
    expect(run.get(ID)!.command).toBe(COMMAND)
  })

  test('an entry keeps its flags if a later start has other flags', () => {
    const flags = ['--data-dir=D:\\My Data', '--port=5000']
    const { run, autostart } = windows({ ...launch, flags })
    expect(autostart.set(true)).toEqual(ON)
    const { command } = run.get(ID)!
    const args = ['--autostart', ...flags]
    expect(parseCommandLine(command)).toEqual({ program: launch.program, args })

    const other = windows(launch, { run })
    expect(other.autostart.state()).toEqual(ON)
    expect(other.autostart.repair()).toEqual(ON)
    expect(run.get(ID)!.command).toBe(command)
  })

  test('an administrator’s entry gets a message, and is left alone', () => {
    const { run, autostart } = windows(launch)
    run.set('Policy', { name: 'Policy', command: COMMAND, scope: 'machine', enabled: true })
    for (const state of [autostart.state(), autostart.set(false), autostart.repair()]) {
      expect(state).toMatchObject({ on: true, changeable: false })
      expect(state.message).toBe(LOGIN_ITEM_MESSAGES.otherEntry('Policy'))
    }
    expect(run.size).toBe(1)
  })

  for (const [program, folder] of [
    ['C:\\electron.exe', 'C:\\my app'],
    [
      'C:\\My Projects\\latchkey\\node_modules\\electron\\dist\\electron.exe',
      'C:\\My Projects\\latchkey',
    ],
    ['C:\\electron.exe', 'C:\\'],
    ['C:\\a b\\electron.exe', '\\\\server\\share\\a b\\'],
    ['C:\\Schlüssel\\electron.exe', "C:\\100% & 'co'"],
  ] as const) {
    test(`from the source tree, the system starts ${program} with ${folder}`, () => {
      const { run, autostart } = windows({ program, args: [folder], installed: false })
      run.set('Other', { name: 'Other', command: `"${program}" C:\\x`, enabled: true })
      expect(autostart.state()).toEqual(OFF)
      expect(autostart.set(true)).toEqual(ON)
      expect(parseCommandLine(run.get(ID)!.command)).toEqual({
        program,
        args: [folder, '--autostart'],
      })
      expect(autostart.set(false)).toEqual(OFF)
      expect([...run.keys()]).toEqual(['Other'])
    })
  }

  test('from the source tree, an entry that starts another program is off, and is replaced', () => {
    const source = { program: 'C:\\electron.exe', args: ['C:\\my app'], installed: false }
    const { run, autostart } = windows(source)
    // As it was written with quotes of its own: Electron looks for a folder with quotes in its name.
    const command = formatCommandLine('"C:\\electron.exe"', ['"C:\\my app"', '--autostart'])
    run.set(ID, { name: ID, command, enabled: true })
    expect(autostart.state()).toEqual(OFF)
    expect(autostart.set(true)).toEqual(ON)
    expect(parseCommandLine(run.get(ID)!.command).args).toEqual(['C:\\my app', '--autostart'])
  })

  test('entries are found for a program whose path contains a space', () => {
    const { run, autostart } = windows(launch)
    run.set('Policy', { name: 'Policy', command: COMMAND, scope: 'machine', enabled: true })
    run.set('Short', { name: 'Short', command: 'C:\\Our', enabled: true })
    expect(autostart.state().message).toBe(LOGIN_ITEM_MESSAGES.otherEntry('Policy'))
    run.delete('Policy')
    expect(autostart.state()).toEqual(OFF)
  })

  test('a change that Windows rejects gets a message', () => {
    const { autostart } = windows(launch, { refuses: true })
    expect(autostart.set(true)).toMatchObject({ on: false, changeable: true })
    expect(autostart.set(true).message).toBe(LOGIN_ITEM_MESSAGES.rejectedByWindows)
  })

  /** The registry's Run keys, with Electron's rules for them. */
  function windows(
    of: Launch,
    { refuses = false, run = new Map<string, LoginItem>() } = {},
  ): { run: Map<string, LoginItem>; autostart: Autostart } {
    const registry = (): ReturnType<typeof createLoginItems> =>
      createLoginItems({
        platform: 'win32',
        items: [...run.values()],
        openedAtLogin: false,
        appUserModelId: () => ID,
        onSet(items) {
          run.clear()
          for (const item of items) run.set(item.name, item)
        },
      })
    const loginItems: LoginItems = {
      get: (options) => registry().get(options) as LoginItemFacts,
      set: (settings) => void (refuses || registry().set(settings)),
    }
    return { run, autostart: createWindowsAutostart({ launch: of, loginItems }, ID) }
  }
})

test.describe('on macOS', () => {
  const launch: Launch = { program: '/Applications/L.app/L', args: [], installed: true }

  test('the app itself is the login item', () => {
    const { calls, autostart } = mac({})
    expect(autostart.state()).toEqual(OFF)
    expect(autostart.set(true)).toEqual(ON)
    expect(autostart.set(true)).toEqual(ON)
    expect(autostart.repair()).toEqual(ON)
    expect(autostart.set(false)).toEqual(OFF)
    expect(autostart.set(false)).toEqual(OFF)
    expect(calls).toEqual([true, false])
  })

  test('without the user’s consent, it is off, and the message says where to give it', () => {
    const { calls, autostart } = mac({ registered: 'requires-approval' })
    for (const state of [autostart.set(true), autostart.set(true), autostart.state()]) {
      expect(state).toMatchObject({ on: false, changeable: true })
      expect(state.message).toBe(LOGIN_ITEM_MESSAGES.needsConsent)
    }
    expect(calls).toEqual([true])
    expect(autostart.set(false)).toEqual(OFF)
    expect(calls).toEqual([true, false])
  })

  test('a change that macOS rejects gets a message', () => {
    const after = mac({ registered: 'not-found' }).autostart.set(true)
    expect(after).toMatchObject({ on: false, changeable: true })
    expect(after.message).toBe(LOGIN_ITEM_MESSAGES.moveToApplications)
  })

  test('before macOS 13 there is no status', () => {
    const { autostart } = mac({ statuses: false })
    expect(autostart.set(true)).toEqual(ON)
    expect(autostart.set(false)).toEqual(OFF)
  })

  test('from the source tree it is not offered, because it would start Electron alone', () => {
    const { calls, autostart } = mac({ installed: false })
    expect(autostart.set(true)).toMatchObject({ on: false, changeable: false })
    expect(autostart.set(true).message).toBe(LOGIN_ITEM_MESSAGES.notInstalled)
    expect(calls).toEqual([])
  })

  function mac({ registered = 'enabled', statuses = true, installed = true }): {
    calls: boolean[]
    autostart: Autostart
  } {
    const calls: boolean[] = []
    const loginItems: LoginItems = {
      get(): LoginItemFacts {
        const status = calls.at(-1) ? registered : 'not-registered'
        return { openAtLogin: status === 'enabled', ...(statuses ? { status } : {}) }
      },
      set: ({ openAtLogin }) => void calls.push(openAtLogin),
    }
    return {
      calls,
      autostart: createMacAutostart({ launch: { ...launch, installed }, loginItems }),
    }
  }
})

/** An entry that the user wrote. */
function entry(lines: string): string {
  return `[Desktop Entry]\nType=Application\nName=Latchkey\n${lines}\n`
}

function snapshot(path: string): unknown {
  const folder = dirname(path)
  return readdirSync(folder, { withFileTypes: true }).map((file) => [
    file.name,
    file.isSymbolicLink(),
    file.isFile() ? readFileSync(join(folder, file.name), 'utf8') : null,
  ])
}

test('if a start at login would fail, it can be turned off but not on, with a message', () => {
  let on = true
  const asked: boolean[] = []
  const state = () => ({ on, changeable: true, message: null })
  const inner: Autostart = {
    state,
    set(next) {
      asked.push(next)
      on = next
      return state()
    },
    repair: state,
  }
  const autostart = withObstacle(inner, 'No sandbox.')
  expect(autostart.repair()).toEqual({ on: true, changeable: true, message: 'No sandbox.' })
  expect(autostart.set(false)).toEqual({ on: false, changeable: false, message: 'No sandbox.' })
  expect(autostart.set(true)).toEqual({ on: false, changeable: false, message: 'No sandbox.' })
  expect(asked).toEqual([false])
})
