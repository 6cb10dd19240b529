// A tab of the browser whose request the callback listener is known to have.

import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'

/** Resolves when the listener has the request and knows whose it is. `response` comes when it answers. */
export async function openTab(address: string): Promise<{ response: Promise<IncomingMessage> }> {
  const tab = request(address, { headers: { Expect: '100-continue' } })
  const answered = once(tab, 'response') as Promise<[IncomingMessage]>
  tab.flushHeaders()
  await once(tab, 'continue')
  tab.end()
  // Owners are looked up in the order of the requests, so the tab's is known before this one's.
  await fetch(new URL('/elsewhere', address))
  return { response: answered.then(([response]) => response) }
}
