// Desktop notifications. Never the only way to learn of something: a system may show none.

import { Notification } from 'electron'
import type { DesktopNotification } from '../present/notification.js'

const MOST_KEPT = 8

/** Shows notices; a click on one runs `onClick` with it. */
export function createNotifier(
  onClick: (notification: DesktopNotification) => void,
): (notification: DesktopNotification) => void {
  // A notification that is garbage-collected loses its click.
  const shown = new Set<Notification>()
  const keep = (notification: Notification): void => {
    shown.add(notification)
    // `close` is not sure to come.
    const [oldest] = shown
    if (shown.size > MOST_KEPT && oldest) shown.delete(oldest)
  }
  return (notice) => {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title: notice.title, body: plain(notice.body) })
    const forget = (): void => void shown.delete(notification)
    notification.once('click', () => {
      forget()
      onClick(notice)
    })
    notification.on('close', ({ reason }) => {
      // Windows keeps one that nobody clicked in its notification center, where a click still counts.
      if (reason !== 'timedOut') forget()
    })
    notification.once('failed', forget)
    keep(notification)
    notification.show()
  }
}

/**
 * On Linux a body is markup: a name with & in it may leave it empty, and a link of the provider's would
 * be one. The title is plain text everywhere.
 *
 * @see https://specifications.freedesktop.org/notification-spec/latest/markup.html
 */
function plain(body: string): string {
  if (process.platform !== 'linux') return body
  return body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
