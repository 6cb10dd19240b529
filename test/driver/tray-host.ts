// A fake tray of a Linux desktop. The app asks about it through `gdbus`; the stand-in's Tray reads
// the same file.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

export type TrayHostDouble = {
  /** The watcher's answer. Empty while there is no watcher. */
  readonly file: string
  /** The environment that finds the fake `gdbus`. */
  readonly env: Readonly<Record<string, string>>
  /** Shows the desktop's tray. */
  bring(): Promise<void>
  /** How often the app has asked. */
  timesAsked(): Promise<number>
}

/** Makes a desktop without a tray, in its own folder. */
export async function createTrayHost(folder: string): Promise<TrayHostDouble> {
  const bin = join(folder, 'bin')
  const file = join(folder, 'watcher')
  const asked = join(folder, 'asked')
  await mkdir(bin)
  await writeFile(file, '')
  await writeFile(asked, '')
  const script = [
    '#!/bin/sh',
    `echo "$*" >> '${asked}'`,
    `test -s '${file}' && exec cat '${file}'`,
    'echo "Error: GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown" >&2',
    'exit 1',
  ]
  await writeFile(join(bin, 'gdbus'), `${script.join('\n')}\n`, { mode: 0o755 })
  return {
    file,
    env: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, DISPLAY: '' },
    bring: () => writeFile(file, '(<true>,)\n'),
    timesAsked: async () => (await readFile(asked, 'utf8')).split('\n').length - 1,
  }
}
