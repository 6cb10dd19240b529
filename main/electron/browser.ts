// The one place that hands a link to the person's browser.

import { shell } from 'electron'
import { isLoopback } from '../net/http.js'

/** Opens an https link, or an http one on this machine. Rejects anything else, and
 * where the system says that it failed; on Linux it may say nothing. */
export async function openBrowser(link: string): Promise<void> {
  const url = new URL(link)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw new Error(`not a link for a browser: ${url.protocol}`)
  }
  await shell.openExternal(url.href)
}
