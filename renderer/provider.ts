// The form to set up a provider.

import type { LatchkeyApi, ProviderChanges, ProviderFinding, ProviderView } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, findElement, make, setText, showText } from './dom.js'
import { makeTextField, type TextControl } from './fields.js'
import { announce, setProblem } from './news.js'
import { createProviderList } from './provider-choice.js'
import type { EditedProvider } from './provider-rows.js'
import { createRedirectUris } from './redirect-uris.js'
import { NEWS, PROVIDER, STATUS } from './words.js'

export type ProviderForm = {
  /** Chooses the provider that the form is for, from the next filling on. */
  choose(edited: EditedProvider): void
  /** Fills the form with the current settings, and discards what was typed. */
  fill(): Promise<void>
  /** Sets the texts around the fields. */
  frame(options: FrameOptions): void
}

/** `warning`: what saving another provider does. */
type FrameOptions = { isHome: boolean; banner: string | null; warning: string | null }

export type ProviderDeps = {
  latchkey: LatchkeyApi
  /** Called when the settings have been saved. */
  saved(): Promise<void>
}

const NAMES = Object.keys(PROVIDER.fields) as (keyof typeof PROVIDER.fields)[]
type Name = (typeof NAMES)[number]

/** There is no provider without these. */
const NEEDED = ['issuer', 'clientId'] as const
const isNeeded = (name: Name): boolean => NEEDED.some((needed) => needed === name)

/** The settings that few providers need. */
const MORE = NAMES.filter((name) => !isNeeded(name) && name !== 'name')

type Fields = Readonly<Record<Name, TextControl>>

export function createProviderForm({ latchkey, saved }: ProviderDeps): ProviderForm {
  const fields = makeFields()
  const more = findElement(HTMLDetailsElement, '#more')
  let usual: Partial<Record<Name, string>> = {}
  const list = createProviderList({
    latchkey,
    fields,
    hint: PROVIDER.fields.issuer[1],
    usual: (name) => usual[name] ?? '',
    found: () => (more.open = true),
  })
  element('#provider-list').append(list.box)
  const showRedirectUris = createRedirectUris(latchkey, fields)
  const finding = createFinding(latchkey, fields.issuer, () => checkIssuer(fields, list.blank()))
  fields.issuer.row.append(finding.test)
  fields.issuer.box.append(finding.box)

  const remove = element('#remove-provider')
  let edited: EditedProvider = { name: null, isNamed: false }
  /** The provider when the form was filled. */
  let before: ProviderView | null = null
  let framed: FrameOptions | null = null
  let fills = 0
  onPress(findElement(HTMLButtonElement, '#save'), async () => {
    for (const name of NAMES) fields[name].setError(null)
    if (before === null) return setProblem(NEWS.settingsUnreadable)
    const changes = findChanges(fields, before.fields)
    const missing = checkNeeded(fields, changes, { blank: list.blank(), isNamed: before.isNamed })
    if (missing !== null) return showError(fields, missing)
    if (Object.keys(changes).length === 0) return saved()
    const outcome = await latchkey.saveProvider(edited.name, changes)
    if (outcome.kind === 'saved') return saved()
    showError(fields, outcome)
  })

  return {
    choose: (next) => void (edited = next),
    async fill() {
      const fill = ++fills
      before = null
      finding.clear()
      remove.hidden = true
      const view = await latchkey.readProvider(edited.name)
      // Ignore it if the form is being filled again.
      if (fill !== fills) return
      before = view
      usual = view.defaults
      remove.hidden = edited.name === null || !view.isNamed || view.fields.name.lockedBy !== null
      showFields(fields, view)
      if (framed) frameForm(edited, view, framed)
      more.open = MORE.some((name) => !['', usual[name]].includes(view.fields[name].value))
      await Promise.all([list.fill(), showRedirectUris()])
    },
    frame(options) {
      framed = options
      frameForm(edited, before, options)
    },
  }
}

function frameForm(
  { name, isNamed }: EditedProvider,
  view: ProviderView | null,
  { isHome, banner, warning }: FrameOptions,
): void {
  const heading = isNamed ? (name ?? PROVIDER.addHeading) : PROVIDER.heading
  setText(element('#provider h1'), isHome ? STATUS.noProvider : heading)
  showText(element('#provider-banner'), banner)
  const hasAccounts = !isNamed || (view !== null && view.accounts.length > 0)
  showText(element('#provider-warning'), hasAccounts ? warning : null)
  element('#provider-trial').hidden = !isHome
}

function showFields(fields: Fields, { fields: values, defaults, isNamed }: ProviderView): void {
  for (const name of NAMES) fields[name].show(values[name])
  fields.name.box.hidden = !isNamed
  if (values.scope.lockedBy === null) {
    fields.scope.setHint(PROVIDER.ifEmpty(PROVIDER.fields.scope[1], defaults.scope))
  }
}

type FieldError = { field: string | null; message: string }

/** Says why the typed issuer can't be one; null if it can. `blank`: a part that is still to be replaced. */
function checkIssuer(fields: Fields, blank: string | null): string | null {
  if (blank !== null) return PROVIDER.replace(blank)
  return fields.issuer.input.value.trim() === '' ? MISSING.issuer : null
}

/** Finds a needed field that is empty or unfinished. */
function checkNeeded(
  fields: Fields,
  changes: ProviderChanges,
  { blank, isNamed }: { blank: string | null; isNamed: boolean },
): FieldError | null {
  if (blank !== null) return { field: 'issuer', message: PROVIDER.replace(blank) }
  // Emptying both fields removes the only provider.
  if (!isNamed && changes.issuer?.trim() === '' && changes.clientId?.trim() === '') return null
  const empty = NEEDED.find((name) => fields[name].input.value.trim() === '')
  return empty === undefined ? null : { field: empty, message: MISSING[empty] }
}

/** Shows why the settings were not saved, at the field if there is one. */
function showError(fields: Fields, { field, message }: FieldError): void {
  const name = NAMES.find((known) => known === field)
  // A person who has left the form wouldn't see it there.
  if (element('#provider').hidden) return announce(message, { shown: true })
  if (name === undefined) return setProblem(message)
  if (MORE.includes(name)) findElement(HTMLDetailsElement, '#more').open = true
  fields[name].setError(message)
  fields[name].input.focus()
}

/** Makes the fields and puts each in its place in the form. */
function makeFields(): Record<Name, TextControl> {
  const fields = Object.fromEntries(
    NAMES.map((name) => [name, makeTextField(name, ...PROVIDER.fields[name])]),
  ) as Record<Name, TextControl>
  fields.issuer.input.inputMode = 'url'
  fields.clientSecret.input.type = 'password'
  // A mask can't be edited, so typing replaces it.
  fields.clientSecret.input.addEventListener('focus', ({ target }) =>
    (target as HTMLInputElement).select(),
  )
  for (const name of NAMES) {
    const parent = MORE.includes(name) ? element('#more > div') : element('#needed')
    parent.append(fields[name].box)
  }
  return fields
}

/** The fields that the person has changed. */
function findChanges(fields: Fields, before: ProviderView['fields']): ProviderChanges {
  const changes: { [N in Name]?: string } = {}
  for (const name of NAMES) {
    const { value, readOnly } = fields[name].input
    if (!readOnly && value !== before[name].value) changes[name] = value
  }
  return changes
}

const MISSING: { readonly [N in (typeof NEEDED)[number]]: string } = {
  issuer: PROVIDER.missingIssuer,
  clientId: PROVIDER.missingClientId,
}

/** The button that tests the provider, and its result. */
function createFinding(
  latchkey: LatchkeyApi,
  { input, setError }: TextControl,
  checkTyped: () => string | null,
): { test: HTMLElement; box: HTMLElement; clear(): void } {
  const test = make('button', { type: 'button', className: 'plain' }, [PROVIDER.test])
  const found = make('div', { className: 'finding' })
  found.setAttribute('role', 'status')
  const respell = make('button', { type: 'button', className: 'quiet', hidden: true }, [
    PROVIDER.useSpelling,
  ])
  let spelling = ''

  const clear = (): void => {
    found.replaceChildren()
    respell.hidden = true
  }
  const draw = (finding: ProviderFinding): void => {
    found.dataset['tone'] = finding.kind === 'found' ? 'good' : 'bad'
    if (finding.kind === 'found') {
      const lines = finding.lines.map((line) => make('li', {}, [line]))
      found.replaceChildren(make('p', {}, [PROVIDER.works]), make('ul', {}, lines))
    } else {
      found.replaceChildren(make('p', {}, [finding.message]))
    }
    spelling = finding.kind === 'failed' ? (finding.issuer ?? '') : ''
    respell.hidden = spelling === ''
  }
  const ask = async (): Promise<void> => {
    const issuer = input.value.trim()
    const problem = checkTyped()
    if (problem !== null) {
      setError(problem)
      return input.focus()
    }
    clear()
    found.dataset['tone'] = 'neutral'
    found.append(make('p', {}, [PROVIDER.testing]))
    const isCurrent = (): boolean => input.value.trim() === issuer
    try {
      const finding = await latchkey.testProvider(issuer)
      if (isCurrent()) draw(finding)
    } catch (thrown) {
      if (isCurrent()) clear()
      throw thrown
    }
  }
  onPress(test, ask)
  onPress(respell, () => {
    input.value = spelling
    input.focus()
    return ask()
  })
  // The result belongs to the issuer that was typed then.
  input.addEventListener('input', clear)
  return { test, box: make('div', {}, [found, respell]), clear }
}
