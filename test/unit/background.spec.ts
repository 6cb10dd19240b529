// The files that run Latchkey in the background: for systemd, launchd and Windows' task scheduler.

import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { EXIT } from '../../main/app/exit.js'
import { findProgram } from '../support/program-path.js'
import { ROOT } from '../support/root.js'

const FOLDER = join(ROOT, 'main/assets/background')
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

test('systemd accepts the unit', async () => {
  test.skip(findProgram('systemd-analyze') === null, 'systemd is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-unit-'))
  const path = join(folder, 'latchkey.service')
  // It checks that the program and the manual page are there.
  const unit = read('latchkey.service')
    .replace('/usr/bin/latchkey', process.execPath)
    .replace('man:latchkey(1)', 'man:man(1)')
  writeFileSync(path, unit)
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--user', path], {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: folder },
  })
  await rm(folder, { recursive: true })
  expect([status, stdout, stderr.includes('latchkey.service')]).toEqual([0, '', false])
})

test('the unit does not repeat a start that a person has to help with', () => {
  const unit = read('latchkey.service')
  expect(unit).toMatch(/^Type=exec$/m)
  expect(unit).toMatch(/^Restart=on-failure$/m)
  expect(unit).toContain(`RestartPreventExitStatus=${EXIT.badSettings} ${EXIT.inUse}\n`)
})

test('the unit sets nothing that hides callers, or takes the sandbox from a browser', () => {
  const settings = read('latchkey.service')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => line.split('=')[0]!)
  expect(
    settings.filter((name) =>
      /^(Private|Protect|Restrict(?!$|Sec|Prevent)|NoNew|System|Lock|.*Paths$|Memory)/.test(name),
    ),
  ).toEqual([])
})

test('no script and no file of a package turns them on', () => {
  const assets = join(ROOT, 'main/assets')
  const scripts = readdirSync(assets).filter((name) => /\.(sh|nsh|cmd)$/.test(name))
  expect(scripts).toEqual(
    expect.arrayContaining(['linux-after-install.sh', 'latchkey.sh', 'installer.nsh']),
  )
  const texts = [
    ...scripts.map((name) => readFileSync(join(assets, name), 'utf8')),
    readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8'),
  ]
  const turnsOn =
    /systemctl|deb-systemd|-preset|\.(wants|requires)\b|launchctl|LaunchAgents|LaunchDaemons|schtasks|ScheduledTask/i
  for (const text of texts) expect(text).not.toMatch(turnsOn)
})

type Element = { name: string; children: Element[]; text: string }

/** Reads XML without entities, CDATA and attributes that matter. Throws if it is not well-formed. */
function parseXml(xml: string): Element {
  const root: Element = { name: '', children: [], text: '' }
  const open = [root]
  const body = xml.replaceAll(/<!--[^]*?-->|<[?!][^>]*>/g, '')
  const parts = [...body.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>|([^<>&]+)/g)]
  expect(parts.map(([part]) => part).join('')).toBe(body)
  for (const [, end, name, empty, text] of parts) {
    if (text !== undefined) open.at(-1)!.text += text.trim()
    else if (end === '/') expect(open.pop()?.name).toBe(name)
    else {
      const element = { name: name!, children: [], text: '' }
      open.at(-1)!.children.push(element)
      if (empty !== '/') open.push(element)
    }
  }
  expect(open).toEqual([root])
  expect(root.children).toHaveLength(1)
  return root.children[0]!
}

for (const name of ['app.latchkey.headless.plist', 'latchkey-task.xml']) {
  test(`${name} is well-formed, and its comments say how to turn it on`, () => {
    const xml = read(name)
    expect(xml).toContain('Off until you turn it on')
    // In a comment, XML allows no two hyphens.
    for (const [, comment] of xml.matchAll(/<!--([^]*?)-->/g)) expect(comment).not.toContain('--')
    expect(() => parseXml(xml)).not.toThrow()
  })
}

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value }

/** @see {@link http://www.apple.com/DTDs/PropertyList-1.0.dtd} */
function toValue({ name, children, text }: Element): Value {
  if (name === 'true' || name === 'false') return name === 'true'
  if (name === 'integer') return Number(text)
  if (name === 'string') return text
  if (name === 'array') return children.map(toValue)
  expect(name).toBe('dict')
  expect(children.length % 2).toBe(0)
  const keys = children.filter((_, index) => index % 2 === 0)
  for (const key of keys) expect(key.name).toBe('key')
  expect(new Set(keys.map((key) => key.text)).size).toBe(keys.length)
  return Object.fromEntries(keys.map((key, index) => [key.text, toValue(children[index * 2 + 1]!)]))
}

test('the plist runs the app’s headless command, and has only keys that launchd knows', () => {
  const plist = parseXml(read('app.latchkey.headless.plist'))
  expect([plist.name, plist.children.length]).toEqual(['plist', 1])
  // launchd.plist(5) has all of them, with these types.
  expect(toValue(plist.children[0]!)).toEqual({
    Label: 'app.latchkey.headless',
    ProgramArguments: ['/Applications/Latchkey.app/Contents/MacOS/Latchkey', 'headless'],
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 60,
    ProcessType: 'Standard',
    AbandonProcessGroup: true,
    Umask: 0o077,
    HardResourceLimits: { Core: 0 },
  })
})

/**
 * The children that each element of a task may have. Those of a trigger are a sequence, in this order.
 * @see {@link https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema}
 */
const TASK_SCHEMA: Readonly<Record<string, readonly string[]>> = {
  Task: ['RegistrationInfo', 'Triggers', 'Settings', 'Data', 'Principals', 'Actions'],
  RegistrationInfo: ['Description'],
  Triggers: ['LogonTrigger'],
  LogonTrigger: [
    'Enabled',
    'StartBoundary',
    'EndBoundary',
    'Repetition',
    'ExecutionTimeLimit',
    'UserId',
    'Delay',
  ],
  Principals: ['Principal'],
  Principal: ['UserId', 'LogonType', 'GroupId', 'DisplayName', 'RunLevel'],
  Settings: [
    'MultipleInstancesPolicy',
    'DisallowStartIfOnBatteries',
    'StopIfGoingOnBatteries',
    'ExecutionTimeLimit',
    'Priority',
    'RestartOnFailure',
  ],
  RestartOnFailure: ['Interval', 'Count'],
  Actions: ['Exec'],
  Exec: ['Command', 'Arguments', 'WorkingDirectory'],
}

function checkTask({ name, children, text }: Element): void {
  const allowed = TASK_SCHEMA[name] ?? []
  const names = children.map((child) => child.name)
  expect(new Set(names).size, name).toBe(names.length)
  expect(allowed, name).toEqual(expect.arrayContaining(names))
  if (name === 'LogonTrigger') {
    expect(names).toEqual(allowed.filter((one) => names.includes(one)))
  }
  // An element has either text or children.
  expect([name, text !== '']).toEqual([name, allowed.length === 0])
  for (const child of children) checkTask(child)
}

test('the task has only what the schema of the task scheduler allows', () => {
  checkTask(parseXml(read('latchkey-task.xml')))
})

test('the task runs the app’s headless command as the user, without a limit and with normal priority', () => {
  const xml = read('latchkey-task.xml')
  for (const line of [
    String.raw`<Command>%LOCALAPPDATA%\Programs\latchkey\Latchkey.exe</Command>`,
    '<Arguments>headless</Arguments>',
    '<LogonType>InteractiveToken</LogonType>',
    '<RunLevel>LeastPrivilege</RunLevel>',
    '<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '<Priority>5</Priority>',
  ]) {
    expect(xml).toContain(line)
  }
  expect(xml.match(/<UserId>USER<\/UserId>/g)).toHaveLength(2)
})
