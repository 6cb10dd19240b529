// Electron's Notification, which loses its click if the app keeps no reference to it.

import { EventEmitter } from 'node:events'
import type { Notification, NotificationConstructorOptions } from 'electron'
import { collectGarbage } from './collect.js'
import { answer, behaviour, tell } from './host.js'
import { createEvent, strict } from './strict.js'

const shown = new Map<number, WeakRef<NotificationDouble>>()

export class NotificationDouble extends EventEmitter {
  readonly #title: string
  readonly #body: string

  static isSupported(): boolean {
    return behaviour.notifications
  }

  constructor(options: NotificationConstructorOptions = {}) {
    super()
    const { title = '', body = '', ...rest } = options
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) throw new Error(`the stand-in has no notification with ${unknown}`)
    this.#title = title
    this.#body = body
    // oxlint-disable-next-line no-constructor-return -- the app gets the strict view
    return strict('Notification', this)
  }

  /** Silently shows nothing if notifications are not supported, as on Linux. */
  show(): void {
    if (!behaviour.notifications) return
    const id = shown.size + 1
    shown.set(id, new WeakRef(this))
    tell('notify', { id, title: this.#title, body: this.#body })
    this.emit('show', createEvent({}))
  }
}

answer({
  timeOutNotification(id) {
    // On other systems it stays clickable, and no event is sent.
    if (behaviour.platform !== 'win32') return
    shown
      .get(id)
      ?.deref()
      ?.emit('close', createEvent({ reason: 'timedOut' }))
  },
  async clickNotification(id) {
    await collectGarbage()
    const notification = shown.get(id)?.deref()
    if (!notification) return false
    notification.emit('click', createEvent({}))
    notification.emit('close', createEvent({}))
    return true
  },
})

NotificationDouble satisfies {
  isSupported(): boolean
  new (options?: NotificationConstructorOptions): Pick<Notification, 'show'>
}
