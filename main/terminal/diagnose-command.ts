// Runs `diagnose`: prints the diagnosis, and saves it as a report to share.

import { explainFailure } from '../app/exit.js'
import { hasDemo } from '../app/demo.js'
import { systemClock } from '../base/clock.js'
import { findHome } from '../base/home.js'
import { maskSecrets } from '../base/key-form.js'
import { complain, print, writeLine, writeText } from '../base/output.js'
import { jsonLine } from '../base/printable.js'
import { examineSettings } from '../settings/read.js'
import { openDataDirectory } from '../storage/private-directory.js'
import { chooseStorage } from '../storage/choose-storage.js'
import { COMMAND_MESSAGES } from './terminal-messages.js'

/** Diagnoses what works on this computer. The report is printed even if it can't be saved. */
export async function runDiagnose(args: readonly string[], version: string): Promise<void> {
  const [
    { diagnose, writeReport },
    { formatReport, formatShortReport },
    { createHttp },
    { proxyFor },
    { readFailures },
  ] = await Promise.all([
    import('../diagnose/diagnose.js'),
    import('../diagnose/report.js'),
    import('../net/http.js'),
    import('../net/proxy.js'),
    import('../storage/log.js'),
  ])
  const { env, platform } = process
  const home = findHome()
  const findings = examineSettings({ args, env, platform, home })
  const { dataDir, keepWithoutKeyring, json } = findings.settings
  const passphrase = env['LATCHKEY_PASSPHRASE'] || null
  const { tier, message } = chooseStorage({
    dataDir,
    keyring: null,
    passphrase,
    keepWithoutKeyring,
  })
  const diagnosis = await diagnose({
    version,
    clock: systemClock,
    env,
    platform,
    home: home ?? '',
    findings,
    http: createHttp(),
    hasDemo: hasDemo(),
    proxyFor: (url) => proxyFor(url, env),
    storage: { tier, message },
    failures: readFailures(dataDir),
  })
  const report = formatReport(diagnosis)
  if (json) writeLine(maskSecrets(jsonLine(diagnosis)))
  else print(formatShortReport(diagnosis).trimEnd())
  try {
    openDataDirectory(dataDir)
    const path = writeReport(dataDir, report)
    writeText('stderr', COMMAND_MESSAGES.reportSaved(path))
  } catch (thrown) {
    complain(COMMAND_MESSAGES.reportNotSaved(explainFailure(thrown).message))
  }
}
