// The report: what a person sends to whoever helps them.

import type { LatchkeyApi } from '../main/ipc.js'
import { makeCopyButton, onPress } from './button.js'
import { element, make, setText } from './dom.js'
import { announce } from './news.js'

export type ReportPage = {
  /** Makes a new report, and shows it. */
  make(): Promise<void>
}

export function createReportPage(latchkey: LatchkeyApi): ReportPage {
  const text = element('#report-text')
  let made = 0

  const makeReport = async (): Promise<void> => {
    const number = ++made
    text.ariaBusy = 'true'
    copy.hidden = true
    setText(text, 'Looking at this computer and at your provider…')
    const report = await latchkey.makeReport().catch((): null => null)
    // Left and opened anew meanwhile: that one is on its way.
    if (number !== made) return
    text.ariaBusy = null
    setText(text, report ?? 'The report could not be made.')
    copy.hidden = report === null
    if (text.closest('[hidden]')) return
    announce(report === null ? 'The report could not be made.' : 'The report is ready.')
  }
  const copy = makeCopyButton('Copy the report', 'main', () => latchkey.runCommand('copy-report'))
  const again = make('button', { type: 'button', className: 'plain' }, ['Make it anew'])
  onPress(again, makeReport)
  element('#report .actions').append(copy, again)
  return { make: makeReport }
}
