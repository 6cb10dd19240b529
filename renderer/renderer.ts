// The window's page: shows the status, and passes on what a person asks for.

import type { AccountCommand, LatchkeyApi, WindowStatus } from '../main/ipc.js'
import { createAppsPage } from './apps.js'
import { guardPresses, makeCopyButton } from './button.js'
import { createConsentPage } from './consent.js'
import { element, setText, showText, withCode } from './dom.js'
import { createKeyPage } from './key.js'
import { createViews, type ViewName } from './navigation.js'
import { announce, setProblem } from './news.js'
import { createPasteForm } from './paste.js'
import { createProviderForm } from './provider.js'
import { createProviderRemovalPage } from './provider-removal.js'
import { createRemovalPage } from './removal.js'
import { createReportPage } from './report.js'
import { createSettingsPage } from './settings.js'
import { createSignOutPage } from './sign-out.js'
import { createStateView, drawButtons, drawSession } from './state.js'
import {
  listSignInButtons,
  needsProvider,
  NO_ANSWER,
  toAccountView,
  toView,
  type Action,
  type View,
} from './view.js'
import { BUTTONS, NEWS, PROVIDER, STATUS, WORDS } from './words.js'

declare global {
  interface Window {
    readonly latchkey: LatchkeyApi
  }
}

const { latchkey } = window
let shown: WindowStatus | null = null
let announced: string | null = null
let tick: number | undefined
/** How often the times in the list of apps are drawn. */
const LIST_TICK_MS = 60_000
/** The account that was opened last; null before the first. */
let openedId: string | null = null

fillWords()
const views = createViews({ onShown: frameViews, onOpened: fillView, onLeft: leaveView })
const stateDeps = {
  act,
  chooseKeeping() {
    views.open('settings')
    settings.focusKeeping()
  },
}
const stateView = createStateView({
  ...stateDeps,
  pasteForm: createPasteForm(latchkey),
  openAccount(id) {
    openedId = id
    drawAccount()
    views.open('account')
  },
})
const signOutPage = createSignOutPage({
  latchkey,
  isShown: () => views.shown() === 'sign-out',
  open: () => views.open('sign-out'),
  leave: () => views.back(),
})
const settings = createSettingsPage({
  latchkey,
  openProvider(edited) {
    provider.choose(edited)
    if (edited.name !== null) providerRemoval.choose(edited.name)
    views.open('provider')
  },
})
const consent = createConsentPage({
  latchkey,
  isShown: () => views.shown() === 'consent',
  isTyping: () => document.activeElement instanceof HTMLInputElement,
  open: () => views.open('consent'),
  leave: () => (views.isHome() ? undefined : views.back()),
})
const apps = createAppsPage({ latchkey, openKey: () => views.open('key') })
const keys = createKeyPage({
  latchkey,
  isShown: () => views.shown() === 'key',
  leave: () => views.back(),
})
const report = createReportPage(latchkey)
const removal = createRemovalPage({
  latchkey,
  isShown: () => views.shown() === 'removal',
  leave: () => views.back(),
})
const providerRemoval = createProviderRemovalPage({
  latchkey,
  async removed(name) {
    show(await latchkey.readStatus())
    // First, so that the focus does not return to the removed provider.
    await settings.fill()
    // Over the form, which was opened over the settings.
    if (views.shown() === 'provider-removal') {
      views.back()
      views.back()
    }
    announce(NEWS.removed(name), { shown: true })
  },
  leave: () => views.back(),
})
const provider = createProviderForm({
  latchkey,
  async saved() {
    show(await latchkey.readStatus())
    // A person who has moved on to another view stays there.
    if (views.shown() === 'provider') views.leave()
    if (views.shown() === 'provider') await provider.fill()
    if (views.shown() === 'settings') await settings.fill()
    announce(NEWS.saved, { shown: true })
  },
})

guardPresses()
element('#open-settings').addEventListener('click', () => views.open('settings'))
for (const opener of ['#open-apps', '#settings-apps']) {
  element(opener).addEventListener('click', () => {
    views.open('apps')
    void latchkey.runCommand('apps-opened')
  })
}
element('#remove-provider').addEventListener('click', () => views.open('provider-removal'))
element('#open-report').addEventListener('click', () => views.open('report'))
element('#open-removal').addEventListener('click', () => views.open('removal'))
const copyService = makeCopyButton(BUTTONS.copy, 'quiet', () =>
  latchkey.runCommand('copy-service-url'),
)
copyService.ariaLabel = BUTTONS.copyService
element('#service-line').append(copyService)

latchkey.onStatusChanged(show)
latchkey.readStatus().then(
  // A status that was pushed in the meantime is never older than this answer.
  (status) => shown ?? show(status),
  () => {
    // Nothing else on the page would work either.
    document.body.classList.add('bare')
    stateView.draw(NO_ANSWER)
    views.setHome('state')
    announce(NO_ANSWER.announcement)
  },
)

/** Fills index.html's texts in from the table of words. */
function fillWords(): void {
  for (const target of document.querySelectorAll<HTMLElement>('[data-words]')) {
    const [group, key] = target.dataset['words']!.split('.') as [keyof typeof WORDS, string]
    const text = (WORDS[group] as Readonly<Record<string, unknown>>)[key]
    if (typeof text !== 'string') throw new Error(`no words for ${group}.${key}`)
    target.append(...withCode(text))
  }
}

/** Does what the state's buttons say. */
async function act(action: Action): Promise<void> {
  if (action === 'open-report') views.open('report')
  else if (action === 'add-account') views.open('add')
  else if (typeof action === 'string') await latchkey.runCommand(action)
  else await actOnAccount(action)
}

async function actOnAccount(action: AccountCommand): Promise<void> {
  switch (action.kind) {
    case 'sign-in-account':
      await latchkey.signInAccount(action.id)
      return views.leave()
    case 'sign-in-provider':
      await latchkey.signInProvider(action.name)
      return views.leave()
    case 'sign-out-account':
      return latchkey.signOutAccount(action.id)
    case 'sign-out-and-forget':
      return latchkey.signOutAndForget(action.id)
    case 'decide-person':
      return latchkey.decidePerson(action.id, action.keeps)
    case 'make-default': {
      const outcome = await latchkey.makeDefault(action.id)
      if (outcome.kind === 'not-stored') setProblem(outcome.message)
    }
  }
}

/** Fills a view that is opened. The status fills the others. */
function fillView(view: ViewName): void {
  const fill: Partial<Record<ViewName, () => void>> = {
    add: () =>
      drawButtons(element('#add .actions'), listSignInButtons(shown?.providers ?? []), act),
    key: () => keys.fill(),
    provider: () => reportUnreadable(provider.fill()),
    'provider-removal': () => reportUnreadable(providerRemoval.fill()),
    settings: () => reportUnreadable(settings.fill()),
    report: () => void report.create(),
    removal: () => reportUnreadable(removal.fill()),
  }
  fill[view]?.()
}

function leaveView(view: ViewName): void {
  if (view === 'sign-out') signOutPage.left()
  if (view === 'key') keys.left()
}

function reportUnreadable(filled: Promise<void>): void {
  filled.catch(() => setProblem(NEWS.settingsUnreadable))
}

function show(status: WindowStatus): void {
  shown = status
  document.body.classList.remove('bare')
  const isMissing = needsProvider(status)
  const view = draw(status)
  settings.showStatus(status)
  signOutPage.showStatus(status)
  keys.showStatus(status)
  setText(element('#service'), status.serviceUrl.replace(/^http:\/\//, ''))
  setText(element('#version'), status.version)
  showText(element('#service-message'), status.serviceMessage)
  // The form at home is for the first provider.
  if (isMissing) provider.choose({ name: null, isNamed: false })
  const home = consent.takesHome() ? 'consent' : 'state'
  views.setHome(isMissing ? 'provider' : home)
  const banner = frameProvider()
  const { noProvider } = STATUS
  tell(isMissing ? [`${noProvider}.`, banner ?? ''].join(' ').trim() : view.announcement)
}

function draw(status: WindowStatus): View {
  const view = toView(status, Date.now())
  stateView.draw(view)
  const nowMs = Date.now()
  apps.show(status, nowMs)
  const ticks = [
    view.nextTickMs,
    drawAccount(),
    consent.show(status.consentQuestion, nowMs),
    // The times in the list, once it is open.
    views.shown() === 'apps' ? LIST_TICK_MS : null,
  ].filter((ms) => ms !== null)
  clearTimeout(tick)
  if (ticks.length > 0) tick = setTimeout(() => draw(status), Math.min(...ticks))
  return view
}

/** Draws the account that is open, or leaves it if it is gone. Returns when its countdown changes next. */
function drawAccount(): number | null {
  const account = shown?.accounts.find(({ id }) => id === openedId)
  if (shown && account) {
    const view = toAccountView(shown, account, Date.now())
    drawSession('#account', view, stateDeps)
    return view.nextTickMs
  }
  if (views.shown() === 'account') views.leave()
  return null
}

/** Announces a change once. The first state is not news. */
function tell(announcement: string): void {
  if (announced !== null && announced !== announcement) {
    if (views.shown() === 'state') setProblem('')
    announce(announcement, { shown: !views.isHome() })
  }
  announced = announcement
}

function frameViews(): void {
  consent.moved()
  frameProvider()
}

/** Sets the texts around the provider form, and returns its banner. */
function frameProvider(): string | null {
  if (shown === null) return null
  const { state, account, reason } = shown.status
  const isMissing = needsProvider(shown)
  // A failed sign-in without a provider needs no banner: the form itself asks for one.
  const banner = isMissing && state !== 'failed' ? reason : null
  const warning = account === null ? null : PROVIDER.warning
  provider.frame({ isHome: isMissing && views.isHome(), banner, warning })
  return banner
}
