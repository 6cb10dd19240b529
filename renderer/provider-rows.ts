// The providers on the settings page: one as facts, several as a list with a button for each.

import type { ListedProvider } from '../main/ipc.js'
import { element, make, setText } from './dom.js'
import { drawFacts } from './facts.js'
import type { Fact } from './view.js'
import { FACTS, SETTINGS } from './words.js'

export type ProviderRows = {
  show(providers: readonly ListedProvider[], isDemo: boolean): void
}

/** A provider for the form, or null for one more. `isNamed`: it is one of several. */
export type EditedProvider = { name: string | null; isNamed: boolean }

export function createProviderRows(open: (edited: EditedProvider) => void): ProviderRows {
  const facts = element('#provider-facts')
  const list = element('#provider-rows')
  const heading = element('#providers-heading')
  const change = element('#open-provider')
  const add = element('#add-provider')
  let shown: readonly ListedProvider[] = []
  change.addEventListener('click', () => open({ name: shown[0]?.name ?? null, isNamed: false }))
  add.addEventListener('click', () => open({ name: null, isNamed: true }))

  return {
    show(providers, isDemo) {
      shown = providers
      const isList = !isDemo && providers.length > 1
      drawFacts(facts, isList ? [] : listFacts(providers[0], isDemo))
      heading.hidden = list.hidden = !isList
      const rows = isList ? providers : []
      list.replaceChildren(
        ...rows.map((one) => makeRow(one, () => open({ name: one.name, isNamed: true }))),
      )
      change.hidden = isList
      add.hidden = isDemo || providers.length === 0
    },
  }
}

function listFacts(provider: ListedProvider | undefined, isDemo: boolean): readonly Fact[] {
  if (isDemo) return [fact(FACTS.provider, FACTS.demoProvider)]
  return [
    fact(FACTS.provider, provider?.issuer, FACTS.none),
    fact(FACTS.clientId, provider?.clientId, FACTS.none),
    fact(FACTS.redirectPorts, provider?.redirectPort, FACTS.anyPort),
  ]
}

function fact(label: string, value = '', otherwise = ''): Fact {
  return { label, value: value === '' ? otherwise : value, detail: null }
}

function makeRow({ name, issuer, clientId }: ListedProvider, change: () => void): HTMLElement {
  // Names may be written from right to left: `bdi` keeps them from reordering the text around them.
  const texts = [make('bdi'), make('bdi'), make('bdi')]
  for (const [index, text] of [name, issuer, clientId].entries()) setText(texts[index]!, text)
  const button = make('button', { type: 'button', className: 'plain' }, [SETTINGS.change])
  button.ariaLabel = SETTINGS.changeNamed(name)
  button.addEventListener('click', change)
  return make('li', {}, [make('div', {}, texts), button])
}
