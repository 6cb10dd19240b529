// The report, which a person sends to the one who helps them.

import type { LatchkeyApi } from '../main/ipc.js'
import { makeCopyButton, onPress } from './button.js'
import { element, make, setText } from './dom.js'
import { announce } from './news.js'
import { REPORT } from './words.js'

export type ReportPage = {
  /** Creates a new report and shows it. */
  create(): Promise<void>
}

export function createReportPage(latchkey: LatchkeyApi): ReportPage {
  const text = element('#report-text')
  text.ariaLabel = REPORT.label
  let made = 0

  const createReport = async (): Promise<void> => {
    const number = ++made
    text.ariaBusy = 'true'
    copy.hidden = true
    setText(text, REPORT.creating)
    const report = await latchkey.createReport().catch((): null => null)
    // Ignore it if a newer report is on its way.
    if (number !== made) return
    text.ariaBusy = null
    setText(text, report ?? REPORT.failed)
    copy.hidden = report === null
    if (text.closest('[hidden]')) return
    announce(report === null ? REPORT.failed : REPORT.ready)
  }
  const copy = makeCopyButton(REPORT.copy, 'main', () => latchkey.runCommand('copy-report'))
  const again = make('button', { type: 'button', className: 'plain' }, [REPORT.again])
  onPress(again, createReport)
  element('#report .actions').append(copy, again)
  return { create: createReport }
}
