// Decides which view is shown, and moves the focus with it.

import { element } from './dom.js'
import { setProblem } from './news.js'

const NAMES = [
  'state',
  'consent',
  'account',
  'add',
  'apps',
  'key',
  'sign-out',
  'provider',
  'provider-removal',
  'settings',
  'report',
  'removal',
] as const

export type ViewName = (typeof NAMES)[number]

/** The view at the bottom, over which the others are opened. */
export type Home = Extract<ViewName, 'state' | 'provider' | 'consent'>

export type Views = {
  shown(): ViewName
  /** False if another view is open over the home view. */
  isHome(): boolean
  setHome(home: Home): void
  /** Opens a view over the one that is shown, and moves the focus to its heading. */
  open(view: ViewName): void
  /** Returns to the previous view, and to the button that opened this one. */
  back(): void
  /** Returns to the home view. */
  leave(): void
}

type Opened = { view: ViewName; opener: Element | null }

/**
 * Escape and the Back button return to the previous view. `onShown` is called when another view is
 * shown, `onOpened` for a view that has to be filled, `onLeft` for one that the person has left.
 */
export function createViews(deps: {
  onShown(): void
  onOpened(view: ViewName): void
  onLeft(view: ViewName): void
}): Views {
  const opened: Opened[] = []
  let home: Home | null = null

  const shown = (): ViewName => opened.at(-1)?.view ?? home ?? 'state'
  const render = (): void => {
    setProblem('')
    showOnly(shown(), opened.length === 0)
    deps.onShown()
  }

  const views: Views = {
    shown,
    isHome: () => opened.length === 0,
    setHome(next) {
      if (next === home) return
      const wasFocused = document.activeElement
      home = next
      // A view that is already shown keeps what was typed there.
      if (!opened.some(({ view }) => view === next)) deps.onOpened(next)
      if (opened.length > 0) return
      render()
      // The focused element may be hidden now.
      if (wasFocused instanceof HTMLElement && wasFocused.closest('main [hidden]')) {
        moveFocus(shown(), null)
      }
    },
    open(view) {
      opened.push({ view, opener: document.activeElement })
      render()
      deps.onOpened(view)
      moveFocus(view, null)
    },
    back() {
      const left = opened.pop()
      if (!left) return
      deps.onLeft(left.view)
      render()
      moveFocus(shown(), left.opener)
    },
    leave() {
      const left = opened.splice(0)
      if (left.length === 0) return
      for (const { view } of left) deps.onLeft(view)
      render()
      moveFocus(shown(), null)
    },
  }
  listenForBack(() => views.back())
  return views
}

function showOnly(view: ViewName, isHome: boolean): void {
  for (const name of NAMES) element(`#${name}`).hidden = name !== view
  element('#brand').hidden = !isHome
  element('footer').hidden = !isHome
  element('#open-apps').hidden = !isHome
  element('#open-settings').hidden = !isHome
  element('#back').hidden = isHome
}

/** Moves the focus to `target` if it is in sight, else to the heading of the view. */
function moveFocus(view: ViewName, target: Element | null): void {
  const heading = element(`#${view} h1`)
  const isInSight = target instanceof HTMLElement && target.isConnected && target.offsetParent
  scrollTo(0, 0)
  ;(isInSight ? target : heading).focus({ preventScroll: !isInSight })
}

function listenForBack(back: () => void): void {
  element('#back').addEventListener('click', back)
  document.addEventListener('keydown', (event) => {
    // Escape may belong to a word that an input method is composing.
    if (event.key === 'Escape' && !event.isComposing) back()
  })
}
