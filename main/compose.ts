// What both programs share: the agent and the local service, wired over the ports they hand in.

import type { AxiosAdapter } from 'axios'
import { startService, type Service } from './api/server.js'
import { createAgent, type Agent } from './auth/agent.js'
import type { ProviderSettings } from './auth/attempt.js'
import { createHttp } from './auth/http.js'
import { createCallbackListener } from './auth/loopback.js'
import type { Clock } from './clock.js'
import type { Settings } from './settings.js'
import type { Vault } from './vault.js'

export type LatchkeyPorts = {
  settings: Settings
  /** The provider to sign in at; null where none is configured. */
  provider: { issuer: string; clientId: string } | null
  clock: Clock
  vault: Vault
  /** Electron's way to the network; absent: plain Node's. */
  adapter?: AxiosAdapter
  /** Sends the person's browser to a link. Rejects where no browser could be opened. */
  openBrowser(link: string): Promise<void>
}

export type Latchkey = {
  agent: Agent
  service: Service
  /** Calls off every sign-in and closes every port. */
  close(): Promise<void>
}

/** Starts the service and makes the agent. Fails with an AuthError where no port could be had. */
export async function createLatchkey(ports: LatchkeyPorts): Promise<Latchkey> {
  const { settings, clock, vault } = ports
  const { scope, audience, prompt, maxAge } = settings
  const provider: ProviderSettings | null = ports.provider && {
    ...ports.provider,
    scope,
    audience,
    prompt,
    maxAgeS: maxAge,
  }
  const service = await startService(settings.port)
  const agent = createAgent({
    provider,
    loginTimeoutMs: settings.loginTimeout * 1000,
    http: createHttp(ports.adapter ? { adapter: ports.adapter } : {}),
    clock,
    listener: createCallbackListener({ clock, redirectPorts: settings.redirectPort }),
    vault,
    openBrowser: ports.openBrowser,
  })
  return {
    agent,
    service,
    async close() {
      await agent.close()
      await service.close()
    },
  }
}
