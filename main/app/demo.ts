// Starts the embedded demo provider. Only the source tree contains it, packaged apps do not.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { APP_FOLDER } from '../base/app-folder.js'
import { readErrno } from '../base/errno.js'
import { SettingsError } from '../base/settings-error.js'
import { START_MESSAGES } from './app-messages.js'

export type DemoProvider = {
  issuer: string
  clientId: string
  close(): Promise<void>
}

const PROVIDER = pathToFileURL(join(APP_FOLDER, 'dist/demo/provider.js'))

/** True in the source tree. Packages leave out the demo provider because it needs its own libraries. */
export function hasDemo(): boolean {
  return existsSync(PROVIDER)
}

/** Starts the demo provider on a free port. Rejects with a {@link SettingsError} if it is absent. */
export async function startDemoProvider(): Promise<DemoProvider> {
  let module: { startProvider(): Promise<DemoProvider> }
  try {
    module = (await import(PROVIDER.href)) as typeof module
  } catch (thrown) {
    if (readErrno(thrown) !== 'ERR_MODULE_NOT_FOUND') throw thrown
    throw new SettingsError(START_MESSAGES.noDemo)
  }
  return module.startProvider()
}
