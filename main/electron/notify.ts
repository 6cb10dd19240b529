// Shows desktop notifications. All their information is elsewhere too, as a system may show none.

import { Notification } from 'electron'
import type { DesktopNotification } from '../present/notification.js'

const MOST_KEPT = 8

/** Shows notifications. A click on one calls `onClick` with it. */
export function createNotifier(
  onClick: (notification: DesktopNotification) => void,
): (notification: DesktopNotification) => void {
  // A notification that is garbage-collected loses its click.
  const shown = new Set<Notification>()
  const keep = (notification: Notification): void => {
    shown.add(notification)
    // The event `close` may never come.
    const [oldest] = shown
    if (shown.size > MOST_KEPT && oldest) shown.delete(oldest)
  }
  return (content) => {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title: content.title, body: plain(content.body) })
    const forget = (): void => void shown.delete(notification)
    notification.once('click', () => {
      forget()
      onClick(content)
    })
    notification.on('close', ({ reason }) => {
      // Windows keeps it in its notification center, where it can still be clicked.
      if (reason !== 'timedOut') forget()
    })
    notification.once('failed', forget)
    keep(notification)
    notification.show()
  }
}

/**
 * Escapes the body, which is markup on Linux. A name with & could make it empty, and a link from the
 * provider would be active. The title is plain text on all systems.
 *
 * @see {@link https://specifications.freedesktop.org/notification-spec/latest/markup.html}
 */
function plain(body: string): string {
  if (process.platform !== 'linux') return body
  return body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
