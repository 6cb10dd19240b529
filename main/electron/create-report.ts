// The report on what works here and what does not, which a person can send.

import { app, session } from 'electron'
import type { Http } from '../net/http.js'
import { systemClock } from '../base/clock.js'
import type { Latchkey } from '../app/compose.js'
import { hasDemo } from '../app/demo.js'
import { diagnose, writeReport } from '../diagnose/diagnose.js'
import { formatReport } from '../diagnose/report.js'
import { examineSettings, type Sources } from '../settings/read.js'

/** Makes the report, keeps it in the data directory where it can, and gives its text. */
export async function createReport(
  { storage, log }: Pick<Latchkey, 'storage' | 'log'>,
  sources: Sources,
  http: Http,
): Promise<string> {
  const findings = examineSettings(sources)
  const { issuer } = findings.settings
  const way = issuer === null ? 'DIRECT' : await session.defaultSession.resolveProxy(issuer)
  const { tier, note } = storage
  const diagnosis = await diagnose({
    version: app.getVersion(),
    clock: systemClock,
    env: sources.env,
    platform: sources.platform,
    home: sources.home ?? '',
    findings,
    http,
    hasDemo: hasDemo(),
    proxyFor: () => proxyOf(way),
    storage: { tier, note },
    failures: log.tail(),
  })
  const report = formatReport(diagnosis)
  try {
    const path = writeReport(findings.settings.dataDir, report)
    // It is to be sent: without the person's name in their home's path.
    const shown = sources.home === null ? path : path.replace(sources.home, '~')
    return `${report.trimEnd()}\n\nThis report is in ${shown} too.\n`
  } catch {
    // It is on the screen, which is what was asked for.
    return report
  }
}

/** The proxy in what Chromium says of the way: `PROXY proxy.example:8080;DIRECT`. */
function proxyOf(way: string): { host: string; variable: string } | null {
  const host = /^(?:PROXY|HTTPS|SOCKS\d?) ([^;\s]+)/.exec(way)?.[1]
  return host === undefined ? null : { host, variable: "the system's settings" }
}
