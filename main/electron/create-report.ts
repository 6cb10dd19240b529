// Creates the diagnosis of this computer that a person can send.

import { app, session } from 'electron'
import type { Http } from '../net/http.js'
import { systemClock } from '../base/clock.js'
import type { Latchkey } from '../app/compose.js'
import { hasDemo } from '../app/demo.js'
import { diagnose, writeReport } from '../diagnose/diagnose.js'
import { formatReport } from '../diagnose/report.js'
import type { Settings } from '../settings/options.js'
import { examineSettings, type Sources } from '../settings/read.js'
import { SAVED_REPORT } from './electron-messages.js'

/** Creates the report, stores it in the data directory if possible, and returns its text. */
export async function createReport(
  { storage, log }: Pick<Latchkey, 'storage' | 'log'>,
  sources: Sources,
  http: Http,
): Promise<string> {
  const findings = examineSettings(sources)
  const routes = await findRoutes(findings.settings)
  const { tier, message } = storage
  const diagnosis = await diagnose({
    version: app.getVersion(),
    clock: systemClock,
    env: sources.env,
    platform: sources.platform,
    home: sources.home ?? '',
    findings,
    http,
    hasDemo: hasDemo(),
    proxyFor: (url) => readProxy(routes.get(url.href) ?? 'DIRECT'),
    storage: { tier, message },
    failures: log.tail(),
  })
  const report = formatReport(diagnosis)
  try {
    const path = writeReport(findings.settings.dataDir, report)
    // The report may be sent to others, so the path must not show the person's name.
    const shown = sources.home === null ? path : path.replace(sources.home, '~')
    return `${report.trimEnd()}\n\n${SAVED_REPORT.alsoIn(shown)}\n`
  } catch {
    // Showing the report is enough.
    return report
  }
}

/** Asks Chromium for the route to each provider, by its address. */
async function findRoutes({ issuer, providers }: Settings): Promise<ReadonlyMap<string, string>> {
  const issuers = [issuer, ...providers.map((provider) => provider.issuer)]
  const urls = new Set(issuers.flatMap((one) => (one === null ? [] : [new URL(one).href])))
  const routes = new Map<string, string>()
  for (const url of urls) routes.set(url, await session.defaultSession.resolveProxy(url))
  return routes
}

/** Reads the proxy from Chromium's answer: `PROXY proxy.example:8080;DIRECT`. */
function readProxy(route: string): { host: string; variable: string } | null {
  const host = /^(?:PROXY|HTTPS|SOCKS\d?) ([^;\s]+)/.exec(route)?.[1]
  return host === undefined ? null : { host, variable: SAVED_REPORT.proxyOrigin }
}
