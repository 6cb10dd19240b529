// What shows tray icons on a Linux desktop, made up: the app asks for it by `gdbus`, and the stand-in's
// Tray by the same file.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

export type TrayHostDouble = {
  /** What the watcher says; empty while there is none. */
  readonly file: string
  /** The environment in which `gdbus` is this one. */
  readonly env: Readonly<Record<string, string>>
  /** The desktop brings its tray. */
  bring(): Promise<void>
  /** How often the app has asked. */
  timesAsked(): Promise<number>
}

/** A desktop without a tray, in a folder of its own. */
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
