// Electron's `safeStorage`, over the keyring that the driver made up for this run.

import { appDouble } from './app.js'
import { behaviour } from './host.js'
import { createSafeStorage } from './keyring.js'

export const safeStorageDouble = createSafeStorage({
  platform: behaviour.platform,
  keyring: behaviour.keyring,
  isReady: () => appDouble.isReady(),
  passwordStore: appDouble.commandLine.getSwitchValue('password-store'),
})
