// How Electron reads its command line: first the modules to require, then the app, which is a
// folder or a file. Its package.json contains its name (Electron's default_app/main.ts).

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

export type AppPackage = {
  /** The app's name and version. Electron's own if the app has no package.json. */
  name: string
  version: string
  path: string
  /** The file to run. */
  main: string
}

/** Finds the modules and the app in a command line. Switches belong to Chromium or the app. */
export function readCommandLine(args: readonly string[]): { modules: string[]; file: string } {
  const modules: string[] = []
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!
    if (arg === '-r' || arg === '--require') {
      at += 1
      modules.push(args[at] ?? '')
    } else if (!arg.startsWith('-')) {
      return { modules, file: arg }
    }
  }
  throw new Error('the command line names no app')
}

export function readPackage(file: string): AppPackage {
  const path = resolve(file)
  const main = createRequire(import.meta.url).resolve(path)
  const manifest = join(path, 'package.json')
  if (!existsSync(manifest)) {
    return { name: 'Electron', version: process.versions.node, path: dirname(main), main }
  }
  const { name, productName, version } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    name?: string
    productName?: string
    version?: string
  }
  return {
    name: productName ?? name ?? 'Electron',
    version: version ?? process.versions.node,
    path,
    main,
  }
}
