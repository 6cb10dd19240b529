// The embedded demo provider, which is part of the source tree and not of a packaged app.

import { errnoOf } from './errno.js'
import { SettingsError } from './settings.js'

export type DemoProvider = {
  issuer: string
  clientId: string
  close(): Promise<void>
}

/** Starts the demo provider on a free port. Fails with a {@link SettingsError} where it is absent. */
export async function startDemoProvider(): Promise<DemoProvider> {
  const path = new URL('../test/provider.js', import.meta.url).href
  let module: { startProvider(): Promise<DemoProvider> }
  try {
    module = (await import(path)) as typeof module
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ERR_MODULE_NOT_FOUND') throw thrown
    throw new SettingsError(
      'The demo provider comes with the source tree only. Set --issuer and --client-id to sign in ' +
        'at a provider of yours.',
    )
  }
  return module.startProvider()
}
