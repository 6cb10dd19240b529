// Which view is shown: the home one, or those opened over it; and where the focus goes with it.

import { element } from './dom.js'
import { setProblem } from './news.js'

export type ViewName = 'state' | 'provider' | 'settings' | 'report' | 'removal'

/** What is shown where no other view was opened. */
export type Home = Extract<ViewName, 'state' | 'provider'>

export type Views = {
  shown(): ViewName
  /** False where another view was opened over the home one. */
  isHome(): boolean
  setHome(home: Home): void
  /** Opens a view over the one that is shown, with the focus on its heading. */
  open(view: ViewName): void
  /** Returns to the view before, and to what opened this one. */
  back(): void
  /** Returns to the home view. */
  leave(): void
}

const NAMES: readonly ViewName[] = ['state', 'provider', 'settings', 'report', 'removal']

/**
 * Escape and the button Back return. `shown` is called when another comes into sight, `opened`
 * with one that is to begin anew.
 */
export function createViews(ports: { shown(): void; opened(view: ViewName): void }): Views {
  const back = element('#back')
  const openers: { view: ViewName; opener: Element | null }[] = []
  let home: Home | null = null

  const shown = (): ViewName => openers.at(-1)?.view ?? home ?? 'state'
  const render = (): void => {
    setProblem('')
    const isHome = openers.length === 0
    for (const name of NAMES) element(`#${name}`).hidden = name !== shown()
    element('#brand').hidden = !isHome
    element('footer').hidden = !isHome
    element('#open-settings').hidden = !isHome
    back.hidden = isHome
    ports.shown()
  }
  const focus = (target: Element | null): void => {
    const heading = element(`#${shown()} h1`)
    const isThere = target instanceof HTMLElement && target.isConnected && target.offsetParent
    scrollTo(0, 0)
    ;(isThere ? target : heading).focus({ preventScroll: !isThere })
  }

  const views: Views = {
    shown,
    isHome: () => openers.length === 0,
    setHome(next) {
      if (next === home) return
      const wasFocused = document.activeElement
      home = next
      // Where it is shown already, what was typed there stays.
      if (!openers.some(({ view }) => view === next)) ports.opened(next)
      if (openers.length > 0) return
      render()
      // What had the focus is out of sight now.
      if (wasFocused instanceof HTMLElement && wasFocused.closest('main [hidden]')) focus(null)
    },
    open(view) {
      openers.push({ view, opener: document.activeElement })
      render()
      ports.opened(view)
      focus(null)
    },
    back() {
      const left = openers.pop()
      if (!left) return
      render()
      focus(left.opener)
    },
    leave() {
      const [first] = openers.splice(0)
      if (!first) return
      render()
      focus(null)
    },
  }
  back.addEventListener('click', () => views.back())
  document.addEventListener('keydown', (event) => {
    // Escape may mean the word that is being composed.
    if (event.key === 'Escape' && !event.isComposing) views.back()
  })
  return views
}
