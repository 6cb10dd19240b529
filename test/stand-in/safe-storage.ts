// Electron's `safeStorage`, with the driver's fake keyring for this run.

import { appDouble } from './app.js'
import { answer, behaviour } from './host.js'
import { createSafeStorage } from './keyring.js'

let { keyring } = behaviour

export const safeStorageDouble = createSafeStorage({
  platform: behaviour.platform,
  keyring: () => keyring,
  isReady: () => appDouble.isReady(),
  passwordStore: () => appDouble.commandLine.getSwitchValue('password-store'),
})

answer({ setKeyring: (next) => void (keyring = next) })
