// Electron's `powerMonitor`: sleep, the screen lock, and shutdown.

import { EventEmitter } from 'node:events'
import { inside } from './app.js'
import { answer, behaviour } from './host.js'
import { createEvent } from './strict.js'

const EVENTS = ['suspend', 'resume', 'lock-screen', 'unlock-screen', 'shutdown'] as const

type Listener = (...args: unknown[]) => void

class PowerMonitorDouble extends EventEmitter {
  /**
   * Linux: whether Electron asks the system to delay shutdown. Otherwise no `shutdown` is sent.
   * Electron counts the listeners when others are added or removed, but not when the first one is added.
   */
  isAskedToWait = false
  isFirst = true

  isLocked = false
  /** Linux: the first call only begins to ask the session bus. */
  isAsked = behaviour.platform !== 'linux'

  /** Tells a locked screen from others only: an idle user takes time that no spec waits for. */
  getSystemIdleState(idleThreshold: number): 'active' | 'locked' {
    inside.needsReady('powerMonitor cannot be used')
    if (!(idleThreshold > 0)) throw new TypeError('Invalid idle threshold, must be greater than 0')
    const answered = this.isAsked && this.isLocked ? 'locked' : 'active'
    this.isAsked = true
    return answered
  }

  setLocked(isLocked: boolean): void {
    if (this.isLocked === isLocked) return
    this.isLocked = isLocked
    // Electron reports this on macOS and Windows only.
    if (behaviour.platform !== 'linux') this.emit(isLocked ? 'lock-screen' : 'unlock-screen')
  }

  override on(event: string, listener: Listener): this {
    inside.needsReady('powerMonitor cannot be used')
    if (!EVENTS.some((known) => known === event)) {
      throw new Error(`the stand-in has no powerMonitor event ${event}`)
    }
    if (event === 'shutdown' && !this.isFirst) this.isAskedToWait = true
    this.isFirst = false
    return super.on(event, listener)
  }

  override off(event: string, listener: Listener): this {
    super.off(event, listener)
    if (event === 'shutdown') this.isAskedToWait = this.listenerCount('shutdown') > 0
    return this
  }

  override addListener(event: string, listener: Listener): this {
    return this.on(event, listener)
  }
}

export const powerMonitorDouble = new PowerMonitorDouble()

answer({
  resume() {
    powerMonitorDouble.emit('suspend')
    powerMonitorDouble.emit('resume')
  },
  lockScreen: () => powerMonitorDouble.setLocked(true),
  unlockScreen() {
    powerMonitorDouble.setLocked(true)
    powerMonitorDouble.setLocked(false)
  },
  shutDown() {
    if (behaviour.platform === 'win32') return false
    if (behaviour.platform === 'linux' && !powerMonitorDouble.isAskedToWait) return false
    const event = createEvent({})
    powerMonitorDouble.emit('shutdown', event)
    return event.defaultPrevented
  },
})
