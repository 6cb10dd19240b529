// The list of providers by name: what choosing one fills in, and what to register there.

import type { KnownProvider, LatchkeyApi, ProviderChoice, ProviderId } from '../main/ipc.js'
import { onPress } from './button.js'
import { make } from './dom.js'
import type { TextControl } from './fields.js'

export type ProviderList = {
  /** The list, and what is known of the provider. */
  box: HTMLElement
  /** Shows whose issuer stands in the form; what was chosen before is forgotten. */
  fill(): Promise<void>
  /** The part of the issuer that is still to be replaced; null where there is none. */
  blank(): string | null
}

type Filled = keyof ProviderChoice['settings']

export type ProviderListPorts = {
  latchkey: LatchkeyApi
  fields: Readonly<Record<Filled | 'issuer', TextControl>>
  /** What to put into the issuer of a provider that is not in the list. */
  hint: string
  /** What a field holds where nothing was chosen for it. */
  usual(name: Filled): string
  /** Called when there is something to see in the fields that few providers need. */
  found(): void
}

/** A provider that is not in the list. */
const OTHER = 'other'

export function createProviderList(ports: ProviderListPorts): ProviderList {
  const { latchkey, fields, found } = ports
  const { input, setHint } = fields.issuer
  const title = make('label', { htmlFor: 'provider-name' }, ['Provider'])
  const list = make('select', { id: 'provider-name', autocomplete: 'off' })
  const known = createKnown(latchkey)
  const filling = createFilling(ports)
  const issuers = createIssuers(input)
  let choices: readonly ProviderChoice[] = []
  let chosen: ProviderChoice | null = null
  const blanks = createBlanks(input, () => chosen?.blanks ?? [])

  const choose = (): void => {
    chosen = choices.find(({ id }) => id === list.value) ?? null
    const labels = filling.change(chosen)
    issuers.change(list.value, chosen?.issuer ?? '')
    setHint(chosen?.hint ?? ports.hint)
    known.show(chosen, labels)
    blanks.select()
    // What is filled in may stay out of sight; what is left to decide may not.
    if (chosen !== null && chosen.lines.length > 1) found()
  }
  /** What is typed may be the issuer of another than the one that was chosen. */
  const look = async (): Promise<void> => {
    const issuer = input.value
    const provider = await latchkey.describeProvider(issuer)
    // Typed on meanwhile.
    if (input.value !== issuer) return
    // A domain of their own does not show whose it is: it is the chosen one's.
    if (chosen !== null && (provider === null || provider.id === chosen.id)) return
    if (chosen !== null) {
      filling.change(null)
      setHint(ports.hint)
    }
    chosen = null
    const isNone = provider === null && issuer.trim() === '' && list.value !== OTHER
    list.value = provider?.id ?? (isNone ? '' : OTHER)
    issuers.note(list.value)
    known.show(provider, [])
    if (provider !== null) found()
  }

  list.addEventListener('change', choose)
  // Where it cannot be said, the form works as well.
  input.addEventListener('input', () => void look().catch(() => known.show(null, [])))

  return {
    box: make('div', { className: 'field' }, [title, list, known.box]),
    blank: blanks.first,
    async fill() {
      chosen = null
      filling.forget()
      issuers.clear()
      title.hidden = list.hidden = input.readOnly
      if (choices.length === 0) {
        choices = await latchkey.listProviders()
        list.replaceChildren(...optionsOf(choices))
      }
      list.value = ''
      await look()
    },
  }
}

function optionsOf(choices: readonly ProviderChoice[]): HTMLOptionElement[] {
  return [
    // Nothing is chosen by it, so it is not offered.
    make('option', { value: '', hidden: true }, ['Choose your provider']),
    ...choices.map(({ id, name }) => make('option', { value: id }, [name])),
    make('option', { value: OTHER }, ['Another OpenID provider']),
  ]
}

/** The parts of an issuer that are to be replaced: what is typed takes the place of the first one. */
function createBlanks(
  input: HTMLInputElement,
  parts: () => readonly string[],
): { first(): string | null; select(): void } {
  const first = (): string | null => parts().find((part) => input.value.includes(part)) ?? null
  const select = (): void => {
    const part = first()
    if (part === null) return
    const start = input.value.indexOf(part)
    // Its beginning is what is scrolled to.
    input.setSelectionRange(start, start + part.length, 'backward')
  }
  input.addEventListener('focus', select)
  input.addEventListener('beforeinput', ({ data }) => {
    // Not a part, but all of it.
    if (first() !== null && /^\s*https?:\/\//i.test(data ?? '')) input.select()
  })
  return { first, select }
}

/** Keeps what was typed as the issuer of each provider, for who chooses another and comes back. */
function createIssuers(input: HTMLInputElement): {
  change(to: string, template: string): void
  /** The list shows another, by what was typed. */
  note(shown: string): void
  clear(): void
} {
  const typed = new Map<string, string>()
  let shown = ''
  return {
    change(to, template) {
      typed.set(shown === '' ? OTHER : shown, input.value)
      shown = to
      if (!input.readOnly) put(input, typed.get(to) ?? template)
    },
    note: (now) => void (shown = now),
    clear() {
      typed.clear()
      shown = ''
    },
  }
}

/** Fills the fields that hold nothing of the person's own in for a provider. */
function createFilling({ fields, usual }: ProviderListPorts): {
  /** Takes back what was filled in before. Gives the labels of the fields that it fills in. */
  change(to: ProviderChoice | null): readonly string[]
  forget(): void
} {
  let filled: { input: HTMLInputElement; before: string; after: string }[] = []
  return {
    change(to) {
      for (const { input, before, after } of filled) {
        if (input.value === after) put(input, before)
      }
      filled = []
      for (const [name, after] of Object.entries(to?.settings ?? {}) as [Filled, string][]) {
        const { input } = fields[name]
        const before = input.value
        if (input.readOnly || !['', usual(name)].includes(before)) continue
        filled.push({ input, before, after })
        put(input, after)
      }
      return filled.map(({ input }) => input.labels?.[0]?.textContent ?? input.name)
    },
    forget: () => void (filled = []),
  }
}

/** As if it had been typed. */
function put(input: HTMLInputElement, value: string): void {
  if (input.value === value) return
  input.value = value
  input.dispatchEvent(new Event('input'))
}

/** What the documentation of a provider asks for, and the way to its page. */
function createKnown(latchkey: LatchkeyApi): {
  box: HTMLElement
  show(known: KnownProvider | null, filled: readonly string[]): void
} {
  const said = make('div', { className: 'known' })
  said.setAttribute('role', 'status')
  const guide = make('button', { type: 'button', className: 'quiet', hidden: true })
  const link = make('p', { className: 'hint', hidden: true })
  let shown: ProviderId | null = null
  onPress(guide, async () => {
    const id = shown
    if (id === null) return
    const opened = await latchkey.openProviderGuide(id)
    if (shown !== id) return
    link.replaceChildren('If your browser does not open: ', make('code', {}, [opened]))
    link.hidden = false
  })
  return {
    box: make('div', {}, [said, guide, link]),
    show(known, filled) {
      shown = known?.id ?? null
      link.hidden = true
      guide.hidden = shown === null
      said.replaceChildren()
      if (known === null) return
      guide.textContent = `How to register at ${known.name}`
      const lines = known.lines.map((line) => make('li', {}, withFlags(line)))
      said.append(make('p', {}, [`${known.name}, by its documentation:`]), make('ul', {}, lines))
      if (filled.length > 0)
        said.append(make('p', {}, [`Filled in under More: ${filled.join(', ')}.`]))
    },
  }
}

/** A line would else break after the hyphens that a flag begins with. */
function withFlags(line: string): (Node | string)[] {
  return line
    .split(/(--[a-z-]+)/)
    .map((part) => (part.startsWith('--') ? make('code', {}, [part]) : part))
}
