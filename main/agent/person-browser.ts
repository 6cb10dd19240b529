// Opens links in the person's browser, as often as the budget allows.

import type { Clock } from '../base/clock.js'
import { SIGN_IN_MESSAGES } from './agent-messages.js'
import { createBrowserBudget } from './browser-budget.js'
import type { BrowserFailure, Event, SignIn } from './model.js'

export type PersonBrowserDeps = {
  clock: Pick<Clock, 'nowMs'>
  /** Sends the person's browser to a link. Rejects if no browser could be opened. */
  openBrowser(link: string): Promise<void>
  /** True if the person opens each link. Then no browser is opened, and none is counted. */
  noBrowser?: boolean
  /** Shows the link of the provider's sign-out page to a person who opens each link. */
  showSignOutLink?: (link: string) => void
  dispatch(event: Event): void
}

export type PersonBrowser = {
  /** Puts a new link into the model and opens it. */
  openNew(state: string, link: string): void
  /** Opens the link of a waiting sign-in again. */
  openAgain(signIn: SignIn): void
  /** Opens the provider's sign-out page. Rejects if it could not be opened. */
  openSignOutPage(link: string): Promise<void>
}

const MESSAGES: Readonly<Record<BrowserFailure, string>> = {
  'no-browser': SIGN_IN_MESSAGES.noBrowser,
  'too-many-launches': SIGN_IN_MESSAGES.tooManyLaunches,
}

export function createPersonBrowser(deps: PersonBrowserDeps): PersonBrowser {
  const { dispatch, noBrowser = false } = deps
  const budget = createBrowserBudget(deps.clock)
  const takeLaunch = (): boolean => noBrowser || budget.take()

  const tell = (state: string, failure: BrowserFailure): void =>
    dispatch({ type: 'sign-in-message-changed', state, message: MESSAGES[failure], failure })
  const open = (state: string, link: string): void =>
    void deps.openBrowser(link).catch(() => tell(state, 'no-browser'))

  return {
    openNew(state, link) {
      dispatch({ type: 'link-ready', state, link })
      if (takeLaunch()) open(state, link)
      else tell(state, 'too-many-launches')
    },
    openAgain({ state, link }) {
      if (link === null) return
      if (!takeLaunch()) return tell(state, 'too-many-launches')
      dispatch({ type: 'link-ready', state, link })
      open(state, link)
    },
    async openSignOutPage(link) {
      if (noBrowser) {
        if (!deps.showSignOutLink) throw new Error(SIGN_IN_MESSAGES.noBrowserForSignOut)
        return deps.showSignOutLink(link)
      }
      if (!budget.take()) throw new Error(SIGN_IN_MESSAGES.tooManyLaunchesForSignOut)
      await deps.openBrowser(link)
    },
  }
}
