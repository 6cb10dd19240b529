// The programs and keys that may have tokens, and the programs that were denied.

import type { AppView, LatchkeyApi, WindowStatus } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, make, setChildren, setHidden, setText } from './dom.js'
import { drawFacts } from './facts.js'
import { announce, setProblem } from './news.js'
import { capitalize, countdown, formatTime } from './time.js'
import type { Fact } from './view.js'
import { APPS } from './words.js'

export type AppsPage = {
  show(status: Pick<WindowStatus, 'apps' | 'accounts'>, nowMs: number): void
}

export type AppsDeps = {
  latchkey: LatchkeyApi
  /** Opens the form for a key. */
  openKey(): void
}

export function createAppsPage({ latchkey, openKey }: AppsDeps): AppsPage {
  const list = element('#app-rows')
  const intro = element('#apps-intro')
  const empty = element('#apps-empty')
  const create = make('button', { type: 'button', className: 'plain' }, [APPS.createKey])
  create.addEventListener('click', openKey)
  element('#apps .actions').append(create)

  const forget = async ({ id, name }: AppView): Promise<void> => {
    const outcome = await latchkey.forgetApp(id)
    if (outcome.kind === 'forgotten') announce(APPS.forgotten(name), { shown: true })
    else setProblem(outcome.message)
  }
  const makeRow = (app: AppView): HTMLElement => {
    const button = make('button', { type: 'button', className: 'plain' }, [APPS.forget])
    button.ariaLabel = APPS.forgetNamed(app.name)
    onPress(button, () => forget(app))
    // Names may be written from right to left: `bdi` keeps them from reordering the text around them.
    const heading = make('h2', {}, [make('bdi'), make('span', { className: 'badge' })])
    const row = make('li', {}, [
      make('div', { className: 'app-head' }, [heading, button]),
      make('dl', { className: 'facts' }),
    ])
    row.dataset['id'] = app.id
    return row
  }

  return {
    show({ apps, accounts }, nowMs) {
      const before = [...list.querySelectorAll<HTMLElement>(':scope > li')]
      const focused = before.findIndex((row) => row.contains(document.activeElement))
      const rows = apps.map((app) => {
        const row = before.find(({ dataset }) => dataset['id'] === app.id) ?? makeRow(app)
        drawRow(row, app, nowMs)
        return row
      })
      setChildren(list, rows)
      const hasGrants = apps.some(({ kind }) => kind !== 'denied')
      setHidden(intro, !hasGrants)
      setHidden(empty, hasGrants)
      setHidden(create, accounts.length === 0)
      // If the focused app is gone, a keyboard goes on with the next one.
      if (focused < 0 || list.contains(document.activeElement)) return
      const next = rows[Math.min(focused, rows.length - 1)]
      ;(next?.querySelector('button') ?? element('#apps h1')).focus()
    },
  }
}

function drawRow(row: HTMLElement, app: AppView, nowMs: number): void {
  const [name, badge] = row.querySelectorAll<HTMLElement>('h2 bdi, h2 .badge')
  if (name) setText(name, app.name)
  if (badge) setText(badge, APPS.kinds[app.kind])
  const facts = row.querySelector('dl')
  if (facts) drawFacts(facts, listFacts(app, nowMs))
}

function listFacts(app: AppView, nowMs: number): readonly Fact[] {
  const { facts } = APPS
  const at = (ms: number | null): string | null => (ms === null ? null : formatTime(ms, nowMs))
  const { untilMs, changedAtMs } = app
  const values: readonly (readonly [label: string, value: string | null])[] = [
    [facts.path, app.path],
    [facts.script, app.script],
    [facts.account, app.account],
    [facts.purposes, app.purposes === '' ? null : app.purposes],
    [facts.scope, app.scope],
    [facts.allowed, at(app.allowedAtMs)],
    [facts.used, app.kind === 'denied' ? null : (at(app.usedAtMs) ?? APPS.never)],
    [facts.changed, changedAtMs === null ? null : APPS.changedAt(formatTime(changedAtMs, nowMs))],
    [facts.until, untilMs === null ? null : capitalize(countdown(untilMs - nowMs))],
  ]
  return values.flatMap(([label, value]) =>
    value === null ? [] : [{ label, value, detail: null }],
  )
}
