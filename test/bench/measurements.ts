// The measurements of a run, in their order.

import type { Bench } from './contenders.js'
import { measureCallback } from './measure-callback.js'
import { measureCalls } from './measure-calls.js'
import { measureFirstStart } from './measure-first-start.js'
import { measureIdle } from './measure-idle.js'
import { measureNewConnections } from './measure-new-connections.js'
import { measurePackage } from './measure-package.js'
import { measureRenewal } from './measure-renewal.js'
import { measureStart } from './measure-start.js'
import { measureTokenCommand } from './measure-token-command.js'
import { measureTray } from './measure-tray.js'
import { measureWaiting } from './measure-waiting.js'
import type { Measured } from './samples.js'

/** A measurement takes some figures in one go. */
export type Measurement = { name: string; run: (bench: Bench) => Promise<Measured> }

export const MEASUREMENTS: readonly Measurement[] = [
  { name: 'callback', run: measureCallback },
  { name: 'calls', run: measureCalls },
  { name: 'new-connections', run: measureNewConnections },
  { name: 'start', run: measureStart },
  { name: 'idle', run: measureIdle },
  { name: 'waiting', run: measureWaiting },
  { name: 'renewal', run: measureRenewal },
  { name: 'tray', run: measureTray },
  { name: 'package', run: measurePackage },
  { name: 'first-start', run: measureFirstStart },
  { name: 'token-command', run: measureTokenCommand },
]
