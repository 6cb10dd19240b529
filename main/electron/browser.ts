// Opens links in the user's browser. No other file does.

import { shell } from 'electron'
import { isLoopback } from '../net/loopback.js'

/**
 * Opens an https link, or an http link on this computer. Rejects for any other link, and if the system
 * reports a failure. Linux may report none.
 */
export async function openBrowser(link: string): Promise<void> {
  const url = new URL(link)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw new Error(`not a link for a browser: ${url.protocol}`)
  }
  await shell.openExternal(url.href)
}
