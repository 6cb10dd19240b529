// Callers on macOS and Windows. All output here is from documentation, and was never seen there.

import { expect, test } from '@playwright/test'
import {
  findSystemCaller,
  parseLsof,
  parseNetstat,
  parsePs,
  parseWindowsProcess,
} from '../../main/net/system-callers.js'

const V4 = { remote: '127.0.0.1:50123', local: '127.0.0.1:1000' }
const V6 = { remote: '[::1]:50123', local: '[::1]:1000' }

/** From documentation: https://lsof.readthedocs.io/en/latest/manpage/#output-for-other-programs */
const LSOF = `p812
u501
f24
n127.0.0.1:1000->127.0.0.1:50123
p4321
u501
f9
n127.0.0.1:50124->127.0.0.1:1000
f11
n127.0.0.1:50123->127.0.0.1:1000
f12
n[::1]:50123->[::1]:1000
`

/** From documentation: https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/netstat */
const NETSTAT = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    127.0.0.1:1000         0.0.0.0:0              ABHÖREN         812
  TCP    127.0.0.1:1000         127.0.0.1:50123        HERGESTELLT     812
  TCP    127.0.0.1:50123        127.0.0.1:1000         HERGESTELLT     4321
  TCP    [::1]:50123            [::1]:1000             HERGESTELLT     4322
`.replaceAll('\n', '\r\n')

test('lsof names the process at the other end, not the one at this end', () => {
  expect(parseLsof(LSOF, V4)).toEqual({ pid: 4321, uid: 501 })
  expect(parseLsof(LSOF, V6)).toEqual({ pid: 4321, uid: 501 })
  expect(parseLsof(LSOF, { ...V4, remote: '127.0.0.1:5012' })).toBeNull()
  expect(parseLsof('', V4)).toBeNull()
})

test('lsof names none if several processes hold the connection', () => {
  const forked = `${LSOF}p4400\nu501\nf11\nn127.0.0.1:50123->127.0.0.1:1000\n`
  expect(parseLsof(forked, V4)).toBeNull()
  expect(parseLsof(forked, V6)).toEqual({ pid: 4321, uid: 501 })
})

test('ps tells when a process started, and its executable', () => {
  expect(
    parsePs('Thu Nov 26 14:10:00 2026     /Applications/My Notes.app/Contents/MacOS/Notes\n'),
  ).toEqual({
    startedAt: 'Thu Nov 26 14:10:00 2026',
    executable: '/Applications/My Notes.app/Contents/MacOS/Notes',
  })
  expect(parsePs('')).toBeNull()
  expect(parsePs('Thu Nov 26 14:10:00 2026     -zsh\n')).toBeNull()
})

test('netstat names the process at the other end in any language', () => {
  expect(parseNetstat(NETSTAT, V4)).toEqual({ pid: 4321, uid: null })
  expect(parseNetstat(NETSTAT, V6)).toEqual({ pid: 4322, uid: null })
  expect(parseNetstat(NETSTAT, { ...V4, remote: '127.0.0.1:5012' })).toBeNull()
})

test('PowerShell tells when a process started, and its executable', () => {
  expect(
    parseWindowsProcess('134088010000000000\r\nC:\\Program Files\\Notes\\notes.exe\r\n'),
  ).toEqual({
    startedAt: '134088010000000000',
    executable: 'C:\\Program Files\\Notes\\notes.exe',
  })
  // Another user's process has no path.
  expect(parseWindowsProcess('134088010000000000\r\n\r\n')).toBeNull()
  expect(parseWindowsProcess('Get-CimInstance : Access denied\r\nC:\\x.exe')).toBeNull()
})

const SOCKET = {
  remoteAddress: '127.0.0.1',
  remotePort: 50_123,
  localAddress: '127.0.0.1',
  localPort: 1000,
}

test('a caller stays uncertain, whatever the tools say', async () => {
  const ran: string[] = []
  const run = (file: string): Promise<string> => {
    ran.push(file)
    return Promise.resolve(file.endsWith('ps') ? 'Thu Nov 26 14:10:00 2026 /opt/notes' : LSOF)
  }
  expect(await findSystemCaller(SOCKET, { platform: 'darwin', run })).toEqual({
    kind: 'uncertain',
    uid: 501,
    process: {
      pid: 4321,
      startedAtTicks: 'Thu Nov 26 14:10:00 2026',
      executable: { path: '/opt/notes', file: '' },
      script: null,
      kind: 'program',
      name: 'notes',
      parents: [],
    },
    doubts: ['untried-system'],
  })
  expect(ran).toEqual(['/usr/sbin/lsof', '/bin/ps'])
})

test('a system that tells nothing leaves all callers untold', async () => {
  const run = (): Promise<string> => Promise.resolve('')
  for (const platform of ['darwin', 'win32', 'freebsd', 'linux'] as const) {
    expect(await findSystemCaller(SOCKET, { platform, run })).toEqual({ kind: 'untold' })
  }
  // The tools of other systems don't exist here.
  if (process.platform === 'linux') {
    expect(await findSystemCaller(SOCKET, { platform: 'win32' })).toEqual({ kind: 'untold' })
  }
})
