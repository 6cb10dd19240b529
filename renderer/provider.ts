// The form that a provider is set up with.

import type { EditableSettings, LatchkeyApi, ProviderFinding, SettingsView } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, elementOf, make, setText, showText } from './dom.js'
import { makeTextField, type TextControl } from './fields.js'
import { announce, setProblem, UNREADABLE } from './news.js'
import { createProviderList } from './provider-choice.js'
import { createRedirectUris } from './redirect-uris.js'
import { NO_PROVIDER } from './view.js'

export type ProviderForm = {
  /** Fills the form with the settings as they are; what was typed there is gone. */
  fill(): Promise<void>
  /** `notice`: what happened; `warning`: what saving another provider does. */
  frame(options: { isHome: boolean; notice: string | null; warning: string | null }): void
}

export type ProviderDeps = {
  latchkey: LatchkeyApi
  /** Called when the settings have been saved. */
  saved(): Promise<void>
}

const NAMES = [
  'issuer',
  'clientId',
  'clientSecret',
  'scope',
  'audience',
  'redirectPort',
  'redirectHost',
  'redirectPath',
  'prompt',
  'authorizationParameters',
] as const
type Name = (typeof NAMES)[number]

/** Without these there is no provider. */
const NEEDED = ['issuer', 'clientId'] as const
const isNeeded = (name: Name): boolean => NEEDED.some((needed) => needed === name)

/** Those that few providers need. */
const MORE = NAMES.filter((name) => !isNeeded(name))

const WORDS: { readonly [N in Name]: readonly [label: string, hint: string] } = {
  issuer: ['Issuer', 'Spelt as your provider does: https://login.example.com'],
  clientId: ['Client ID', 'Of the application that you registered there.'],
  clientSecret: [
    'Client secret',
    'Only where your provider demands one. It is kept in the settings file, for you alone.',
  ],
  scope: ['Scopes', 'What to ask for, with spaces between.'],
  audience: ['Audience', 'The API that the access token is for, where your provider asks for one.'],
  redirectPort: [
    'Redirect ports',
    'Those that you registered, with commas between: 8400, 8401. Empty: any free one.',
  ],
  redirectHost: ['Redirect host', '127.0.0.1, localhost or [::1], as you registered it.'],
  redirectPath: ['Redirect path', 'As you registered it.'],
  prompt: ['Prompt', 'What your provider asks each time: login, consent or select_account.'],
  authorizationParameters: [
    'Additional parameters',
    'Sent along in the sign-in link: access_type=offline. Several with & between.',
  ],
}

export function createProviderForm({ latchkey, saved }: ProviderDeps): ProviderForm {
  const fields = makeFields()
  const more = elementOf(HTMLDetailsElement, '#more')
  let usual: Partial<Record<Name, string>> = {}
  const list = createProviderList({
    latchkey,
    fields,
    hint: WORDS.issuer[1],
    usual: (name) => usual[name] ?? '',
    found: () => (more.open = true),
  })
  element('#provider-list').append(list.box)
  const lookAtRedirect = createRedirectUris(latchkey, fields)
  /** What keeps the issuer that is typed from being one. */
  const problemOfIssuer = (): string | null => {
    const blank = list.blank()
    if (blank !== null) return `Put your own in the place of ${blank}.`
    return fields.issuer.input.value.trim() === '' ? MISSING.issuer : null
  }
  const finding = createFinding(latchkey, fields.issuer, problemOfIssuer)
  fields.issuer.row.append(finding.test)
  fields.issuer.box.append(finding.box)

  /** As they were when the form was filled. */
  let before: SettingsView['fields'] | null = null
  let fills = 0

  const refuse = (name: Name, message: string): void => {
    if (!isNeeded(name)) more.open = true
    fields[name].setRefusal(message)
    fields[name].input.focus()
  }

  const save = async (): Promise<void> => {
    for (const name of NAMES) fields[name].setRefusal(null)
    if (before === null) return setProblem(UNREADABLE)
    const changes = changesIn(fields, before)
    const empty = NEEDED.find((name) => fields[name].input.value.trim() === '')
    // Emptied on purpose, both at once, they take the provider away.
    const isRemoval = changes.issuer?.trim() === '' && changes.clientId?.trim() === ''
    if (list.blank() !== null) return refuse('issuer', problemOfIssuer() ?? '')
    if (empty !== undefined && !isRemoval) return refuse(empty, MISSING[empty])

    if (Object.keys(changes).length === 0) return saved()
    const outcome = await latchkey.saveSettings(changes)
    if (outcome.kind === 'saved') return saved()
    const { field, message } = outcome
    const name = NAMES.find((known) => known === field)
    // Left meanwhile, it has nothing in sight to say it at.
    if (element('#provider').hidden) announce(message, { shown: true })
    else if (name === undefined) setProblem(message)
    else refuse(name, message)
  }
  onPress(elementOf(HTMLButtonElement, '#save'), save)

  return {
    async fill() {
      const fill = ++fills
      before = null
      finding.clear()
      const view = await latchkey.readSettings()
      // Opened anew meanwhile.
      if (fill !== fills) return
      before = view.fields
      for (const name of NAMES) fields[name].show(view.fields[name])
      if (view.fields.scope.lockedBy === null) {
        fields.scope.setHint(`${WORDS.scope[1]} Empty: ${view.defaults.scope}`)
      }
      usual = view.defaults
      more.open = MORE.some((name) => !['', usual[name]].includes(view.fields[name].value))
      await Promise.all([list.fill(), lookAtRedirect()])
    },
    frame({ isHome, notice, warning }) {
      setText(element('#provider h1'), isHome ? NO_PROVIDER : 'Your provider')
      showText(element('#provider-notice'), notice)
      showText(element('#provider-warning'), warning)
      element('#provider-trial').hidden = !isHome
    },
  }
}

/** The fields, each in its place of the form. */
function makeFields(): Record<Name, TextControl> {
  const fields = Object.fromEntries(
    NAMES.map((name) => [name, makeTextField(name, ...WORDS[name])]),
  ) as Record<Name, TextControl>
  fields.issuer.input.inputMode = 'url'
  fields.clientSecret.input.type = 'password'
  // A mask cannot be corrected: what is typed takes its place.
  fields.clientSecret.input.addEventListener('focus', ({ target }) =>
    (target as HTMLInputElement).select(),
  )
  for (const name of NAMES) {
    const parent = isNeeded(name) ? element('#needed') : element('#more > div')
    parent.append(fields[name].box)
  }
  return fields
}

/** What a person has typed that was not there before. */
function changesIn(
  fields: Readonly<Record<Name, TextControl>>,
  before: SettingsView['fields'],
): { [N in Name]?: EditableSettings[N] } {
  const changes: { [N in Name]?: EditableSettings[N] } = {}
  for (const name of NAMES) {
    const { value, readOnly } = fields[name].input
    if (!readOnly && value !== before[name].value) changes[name] = value
  }
  return changes
}

const MISSING: { readonly [N in (typeof NEEDED)[number]]: string } = {
  issuer: 'Enter the address of your provider.',
  clientId: 'Enter the client ID that you got there.',
}

/** The button that asks the provider, and what it found. */
function createFinding(
  latchkey: LatchkeyApi,
  { input, setRefusal }: TextControl,
  problemOfIssuer: () => string | null,
): { test: HTMLElement; box: HTMLElement; clear(): void } {
  const test = make('button', { type: 'button', className: 'plain' }, ['Test'])
  const found = make('div', { className: 'finding' })
  found.setAttribute('role', 'status')
  const respell = make('button', { type: 'button', className: 'quiet', hidden: true }, [
    'Use this spelling',
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
      found.replaceChildren(make('p', {}, ['This provider works.']), make('ul', {}, lines))
    } else {
      found.replaceChildren(make('p', {}, [finding.message]))
    }
    spelling = finding.kind === 'failed' ? (finding.issuer ?? '') : ''
    respell.hidden = spelling === ''
  }
  const ask = async (): Promise<void> => {
    const issuer = input.value.trim()
    const problem = problemOfIssuer()
    if (problem !== null) {
      setRefusal(problem)
      return input.focus()
    }
    clear()
    found.dataset['tone'] = 'neutral'
    found.append(make('p', {}, ['Asking your provider…']))
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
  // What was found was found of what stood there before.
  input.addEventListener('input', clear)
  return { test, box: make('div', {}, [found, respell]), clear }
}
