// The window's page: shows the status as it is told, and passes on what a person asks for.

import type { LatchkeyApi, WindowStatus } from '../main/ipc.js'
import { guardPresses, makeCopyButton } from './button.js'
import { element, setText, showText } from './dom.js'
import { createViews, type ViewName } from './navigation.js'
import { announce, setProblem, UNREADABLE } from './news.js'
import { createPasteForm } from './paste.js'
import { createProviderForm } from './provider.js'
import { createRemovalPage } from './removal.js'
import { createReportPage } from './report.js'
import { createSettingsPage } from './settings.js'
import { createStateView } from './state.js'
import { needsProvider, NO_ANSWER, NO_PROVIDER, viewOf, type Action, type View } from './view.js'

declare global {
  interface Window {
    readonly latchkey: LatchkeyApi
  }
}

const { latchkey } = window
let shown: WindowStatus | null = null
let announced: string | null = null
let tick: number | undefined

const views = createViews({ shown: frameProvider, opened })
const stateView = createStateView(act, createPasteForm(latchkey), () => {
  views.open('settings')
  settings.focusKeeping()
})
const settings = createSettingsPage(latchkey)
const report = createReportPage(latchkey)
const removal = createRemovalPage({
  latchkey,
  isShown: () => views.shown() === 'removal',
  leave: () => views.back(),
})
const provider = createProviderForm({
  latchkey,
  async saved() {
    show(await latchkey.readStatus())
    // Who has gone on to another view meanwhile is left there.
    if (views.shown() === 'provider') views.leave()
    if (views.shown() === 'provider') await provider.fill()
    if (views.shown() === 'settings') await settings.fill()
    announce('Saved.', { shown: true })
  },
})

guardPresses()
element('#open-settings').addEventListener('click', () => views.open('settings'))
element('#open-provider').addEventListener('click', () => views.open('provider'))
element('#open-report').addEventListener('click', () => views.open('report'))
element('#open-removal').addEventListener('click', () => views.open('removal'))
const copyService = makeCopyButton('Copy', 'quiet', () => latchkey.runCommand('copy-service-url'))
copyService.ariaLabel = 'Copy the address of the local service'
element('#service-line').append(copyService)

latchkey.onStatusChanged(show)
latchkey.readStatus().then(
  // Every change is told, so what was told meanwhile is not older than this answer.
  (status) => shown ?? show(status),
  () => {
    // Nothing else on the page would work either.
    document.body.classList.add('bare')
    stateView.draw(NO_ANSWER)
    views.setHome('state')
    announce(NO_ANSWER.announcement)
  },
)

/** What the buttons of the state do. */
async function act(action: Action): Promise<void> {
  if (action === 'open-report') views.open('report')
  else await latchkey.runCommand(action)
}

/** What a view needs that begins anew. */
function opened(view: ViewName): void {
  switch (view) {
    case 'state':
      return
    case 'provider':
      return orSay(provider.fill())
    case 'settings':
      return orSay(settings.fill())
    case 'report':
      return void report.make()
    case 'removal':
      return orSay(removal.fill())
  }
}

function orSay(filled: Promise<void>): void {
  filled.catch(() => setProblem(UNREADABLE))
}

function show(status: WindowStatus): void {
  shown = status
  document.body.classList.remove('bare')
  const isMissing = needsProvider(status)
  const view = draw(status)
  settings.showStatus(status)
  setText(element('#service'), status.serviceUrl.replace(/^http:\/\//, ''))
  setText(element('#version'), status.version)
  showText(element('#service-note'), status.serviceNote)
  views.setHome(isMissing ? 'provider' : 'state')
  const notice = frameProvider()
  tell(isMissing ? [`${NO_PROVIDER}.`, notice ?? ''].join(' ').trim() : view.announcement)
}

function draw(status: WindowStatus): View {
  const view = viewOf(status, Date.now())
  stateView.draw(view)
  clearTimeout(tick)
  if (view.nextTickMs !== null) tick = setTimeout(() => draw(status), view.nextTickMs)
  return view
}

/** Tells of a change once; the first state is no news, for it is what the page is opened for. */
function tell(announcement: string): void {
  if (announced !== null && announced !== announcement) {
    if (views.shown() === 'state') setProblem('')
    announce(announcement, { shown: !views.isHome() })
  }
  announced = announcement
}

/** Says around the form what there is to say, and gives the news in it. */
function frameProvider(): string | null {
  if (shown === null) return null
  const { state, account, reason } = shown.status
  const isMissing = needsProvider(shown)
  // That there is no provider is what the form itself says.
  const notice = isMissing && state !== 'failed' ? reason : null
  const warning = account === null ? null : 'Another provider, or another client ID, signs you out.'
  provider.frame({ isHome: isMissing && views.isHome(), notice, warning })
  return notice
}
