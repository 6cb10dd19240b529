// The list of providers by name, what choosing one fills in, and what to register there.

import type { KnownProvider, LatchkeyApi, ProviderChoice, ProviderId } from '../main/ipc.js'
import { onPress } from './button.js'
import { make } from './dom.js'
import type { TextControl } from './fields.js'
import { PROVIDER } from './words.js'

export type ProviderList = {
  /** The list, and what is known about the provider. */
  box: HTMLElement
  /** Shows the provider of the form's issuer, and forgets an earlier choice. */
  fill(): Promise<void>
  /** The part of the issuer that a person must still replace; null if there is none. */
  blank(): string | null
}

type Filled = keyof ProviderChoice['settings']

export type ProviderListDeps = {
  latchkey: LatchkeyApi
  fields: Readonly<Record<Filled | 'issuer', TextControl>>
  /** The issuer's hint for a provider that isn't in the list. */
  hint: string
  /** The default of a field. */
  usual(name: Filled): string
  /** Called if the advanced fields hold something that a person should see. */
  found(): void
}

/** A provider that isn't in the list. */
const OTHER = 'other'

export function createProviderList(deps: ProviderListDeps): ProviderList {
  const { latchkey, fields, found } = deps
  const { input, setHint } = fields.issuer
  const title = make('label', { htmlFor: 'provider-name' }, [PROVIDER.list])
  const list = make('select', { id: 'provider-name', autocomplete: 'off' })
  const known = createKnown(latchkey)
  const filling = createFilling(deps)
  const issuers = createIssuers(input)
  let choices: readonly ProviderChoice[] = []
  let chosen: ProviderChoice | null = null
  const blanks = createBlanks(input, () => chosen?.blanks ?? [])

  const choose = (): void => {
    chosen = choices.find(({ id }) => id === list.value) ?? null
    const labels = filling.change(chosen)
    issuers.change(list.value, chosen?.issuer ?? '')
    setHint(chosen?.message ?? deps.hint)
    known.show(chosen, labels)
    blanks.select()
    // Filled-in fields may stay hidden. A choice that is left to the person may not.
    if (chosen !== null && chosen.lines.length > 1) found()
  }
  const forgetChoice = (): void => {
    chosen = null
    filling.change(null)
    setHint(deps.hint)
  }
  /** The typed issuer may belong to another provider than the chosen one. */
  const look = async (): Promise<void> => {
    const issuer = input.value
    const provider = await latchkey.describeProvider(issuer)
    // Ignore an answer that typing has overtaken.
    if (input.value !== issuer) return
    // A custom domain doesn't show its provider, so the choice stands.
    if (chosen !== null && (provider === null || provider.id === chosen.id)) return
    if (chosen !== null) forgetChoice()
    list.value = provider?.id ?? (issuer.trim() === '' && list.value !== OTHER ? '' : OTHER)
    issuers.setShown(list.value)
    known.show(provider, [])
    if (provider !== null) found()
  }

  list.addEventListener('change', choose)
  // The form works without this answer too.
  input.addEventListener('input', () => void look().catch(() => known.show(null, [])))

  return {
    box: make('div', { className: 'field' }, [title, list, known.box]),
    blank: blanks.first,
    async fill() {
      chosen = null
      filling.forget()
      issuers.clear()
      title.hidden = list.hidden = input.readOnly
      if (choices.length === 0) choices = await offerProviders(latchkey, list)
      list.value = ''
      await look()
    },
  }
}

/** Puts the providers that can be chosen by name into the list. */
async function offerProviders(
  latchkey: LatchkeyApi,
  list: HTMLSelectElement,
): Promise<readonly ProviderChoice[]> {
  const choices = await latchkey.listProviders()
  list.replaceChildren(...makeOptions(choices))
  return choices
}

function makeOptions(choices: readonly ProviderChoice[]): HTMLOptionElement[] {
  return [
    // Shown until a provider is chosen, but not offered.
    make('option', { value: '', hidden: true }, [PROVIDER.choose]),
    ...choices.map(({ id, name }) => make('option', { value: id }, [name])),
    make('option', { value: OTHER }, [PROVIDER.other]),
  ]
}

/** The parts of an issuer that a person must replace. Typing replaces the first one. */
function createBlanks(
  input: HTMLInputElement,
  parts: () => readonly string[],
): { first(): string | null; select(): void } {
  const first = (): string | null => parts().find((part) => input.value.includes(part)) ?? null
  const select = (): void => {
    const part = first()
    if (part === null) return
    const start = input.value.indexOf(part)
    // Scrolls to the beginning of the part.
    input.setSelectionRange(start, start + part.length, 'backward')
  }
  input.addEventListener('focus', select)
  input.addEventListener('beforeinput', ({ data }) => {
    // A whole address replaces everything.
    if (first() !== null && /^\s*https?:\/\//i.test(data ?? '')) input.select()
  })
  return { first, select }
}

/** Remembers the issuer that was typed for each provider, in case the person comes back to it. */
function createIssuers(input: HTMLInputElement): {
  change(to: string, template: string): void
  /** Remembers that the list shows another provider because of what was typed. */
  setShown(shown: string): void
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
    setShown: (now) => void (shown = now),
    clear() {
      typed.clear()
      shown = ''
    },
  }
}

/** Fills in a provider's settings, in fields that the person has not changed. */
function createFilling({ fields, usual }: ProviderListDeps): {
  /** Undoes the last filling. Returns the labels of the fields that it fills in. */
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

/** Sets a value as if it had been typed. */
function put(input: HTMLInputElement, value: string): void {
  if (input.value === value) return
  input.value = value
  input.dispatchEvent(new Event('input'))
}

/** What a provider's documentation asks for, and the button to its page. */
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
    link.replaceChildren(`${PROVIDER.guideLink} `, make('code', {}, [opened]))
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
      guide.textContent = PROVIDER.guide(known.name)
      const lines = known.lines.map((line) => make('li', {}, withFlags(line)))
      said.append(make('p', {}, [PROVIDER.known(known.name)]), make('ul', {}, lines))
      if (filled.length > 0) said.append(make('p', {}, [PROVIDER.filledIn(filled.join(', '))]))
    },
  }
}

/** Keeps a line from breaking after the hyphens of a flag. */
function withFlags(line: string): (Node | string)[] {
  return line
    .split(/(--[a-z-]+)/)
    .map((part) => (part.startsWith('--') ? make('code', {}, [part]) : part))
}
