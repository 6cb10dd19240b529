// The window's page in a real Chromium, served as in the app, with a fake main process.

import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from '@playwright/test'
import { WINDOW_SIZE } from '../../main/present/window-size.js'
import type {
  ForgetOutcome,
  KeyOutcome,
  LatchkeyApi,
  KnownProvider,
  MakeDefaultOutcome,
  PasteOutcome,
  ProviderChoice,
  ProviderChanges,
  ProviderFinding,
  ProviderView,
  RemovalPlan,
  RevocationOutcome,
  SaveOutcome,
  SettingsChanges,
  SettingsView,
  WindowStatus,
} from '../../main/ipc.js'
import { describePreset } from '../../main/settings/presets.js'
import { findGuide, listProviders, listRedirectUris } from '../../main/settings/provider-choices.js'
import { ROOT } from './root.js'
import { NOW_MS, SETTINGS } from './window-states.js'

/** The fake's answers, set before the page's own scripts run. With a null status it does not answer. */
export type Answers = {
  status: WindowStatus | null
  settings?: SettingsView | null
  /** The forms of providers by name, and of a new one as ''. By default, made from the settings. */
  forms?: Readonly<Record<string, ProviderView>>
  outcomes?: readonly SaveOutcome[]
  /** The advice on any typed provider. By default, it is the main process's own. */
  known?: KnownProvider
  finding?: ProviderFinding
  pasted?: PasteOutcome
  report?: string
  plan?: RemovalPlan
  /** What signing out everywhere answers. */
  notRevoked?: readonly string[]
  revocation?: RevocationOutcome
}

/** The fake main process in the page. */
export type Fake = {
  /** The calls with their arguments. */
  calls: [name: keyof LatchkeyApi, ...args: unknown[]][]
  /** Calls with these names wait for `answer`. */
  held: (keyof LatchkeyApi)[]
  /** The results of the next saves. If the list is empty, the result is `saved`. */
  outcomes: SaveOutcome[]
  finding: ProviderFinding
  madeDefault: MakeDefaultOutcome
  forgotten: ForgetOutcome
  key: KeyOutcome
  revocation: RevocationOutcome
  violations: string[]
  announcements: string[]
  tell(status: WindowStatus): void
  /** Answers the waiting calls. */
  answer(how: 'done' | 'failed'): void
}

export type Opened = {
  page: Page
  /** Console messages, page errors and policy violations. */
  complaints(): Promise<readonly string[]>
  fake<Result>(use: (fake: Fake) => Result): Promise<Result>
  tell(status: WindowStatus): Promise<void>
}

const ORIGIN = 'http://app.latchkey.localhost'
const SCHEME = readFileSync(join(ROOT, 'main', 'electron', 'scheme.ts'), 'utf8')
/** The app's own policy and list of files. */
const POLICY = [.../const POLICY = \[([^\]]+)\]/.exec(SCHEME)![1]!.matchAll(/"([^"]+)"/g)]
  .map(([, directive]) => directive)
  .join('; ')
const FILES = new Map(
  [...SCHEME.matchAll(/'(\/[^']*)': \{ file: '([^']+)', type: '([^']+)' \}/g)].map(
    ([, path, file, type]) => [path!, { file: join(ROOT, file!), type: type! }],
  ),
)

/** Opens the page. Its clock stays at {@link NOW_MS} until the test advances it. */
export async function openWindow(
  browser: Browser,
  answers: Answers,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: WINDOW_SIZE, ...options })
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(String(error)))
  const broken = new Promise<never>((_resolve, reject) => page.once('pageerror', reject))
  broken.catch(() => undefined)
  await page.route('**/*', async (route) => {
    const found = FILES.get(new URL(route.request().url()).pathname)
    if (!found || !existsSync(found.file)) {
      said.push(`asked for ${route.request().url()}`)
      return route.abort()
    }
    const headers = { 'Content-Type': found.type, 'Content-Security-Policy': POLICY }
    await route.fulfill({ body: await readFile(found.file), headers })
  })
  await page.clock.install({ time: NOW_MS - 1000 })
  // These need no provider, so they are the main process's own functions.
  await page.exposeFunction('describePreset', describePreset)
  await page.exposeFunction('findGuide', findGuide)
  await page.exposeFunction('listRedirectUris', listRedirectUris)
  const choices = listProviders()
  await page.addInitScript(installFake, { settings: SETTINGS, choices, ...answers })
  await page.clock.pauseAt(NOW_MS)
  await page.goto(`${ORIGIN}/`)
  await Promise.race([page.getByRole('heading', { level: 1 }).waitFor(), broken])
  const fake: Opened['fake'] = async (use) => {
    const handle = await page.evaluateHandle(() => (globalThis as unknown as { fake: Fake }).fake)
    // Playwright's type doesn't know that the function's argument is the handle's value.
    return page.evaluate(use as never, handle)
  }
  return {
    page,
    fake,
    complaints: async () => [...said, ...(await fake(({ violations }) => violations))],
    tell: (status) =>
      page.evaluate(
        (status) => (globalThis as unknown as { fake: Fake }).fake.tell(status),
        status,
      ),
  }
}

/** Runs in the page, before its own script. */
function installFake(answers: Answers & { choices: readonly ProviderChoice[] }): void {
  const { describePreset, findGuide, listRedirectUris } = globalThis as unknown as {
    describePreset: LatchkeyApi['describeProvider']
    findGuide: LatchkeyApi['openProviderGuide']
    listRedirectUris: LatchkeyApi['listRedirectUris']
  }
  let { status } = answers
  let settings = answers.settings ?? null
  let listener: ((status: WindowStatus) => void) | undefined
  let waiting: { resolve: () => void; reject: (error: Error) => void }[] = []

  const tell = (told: WindowStatus): void => {
    status = told
    listener?.(told)
  }
  const fake: Fake = {
    calls: [],
    held: [],
    outcomes: [...(answers.outcomes ?? [])],
    finding: answers.finding ?? { kind: 'found', lines: [] },
    madeDefault: { kind: 'stored' },
    forgotten: { kind: 'forgotten' },
    key: { kind: 'created', key: 'latchkey_an-example-that-is-as-long-as-a-key-is-xx' },
    revocation: answers.revocation ?? { kind: 'revoked' },
    violations: [],
    announcements: [],
    tell,
    answer: (how) => {
      const answered = waiting
      waiting = []
      for (const call of answered) {
        if (how === 'done') call.resolve()
        else call.reject(new Error('failed'))
      }
    },
  }
  const call = async <Value>(
    name: keyof LatchkeyApi,
    args: readonly unknown[],
    value: () => Value | null,
  ): Promise<Value> => {
    fake.calls.push([name, ...args])
    if (fake.held.includes(name)) {
      await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
    }
    const answer = value()
    if (answer === null) throw new Error('gone')
    return answer
  }

  /** Like the main process, shows a saved change in the settings and in the status. */
  const save = (
    { name: _name, ...changes }: SettingsChanges & ProviderChanges,
    provider: string | null = null,
  ): SaveOutcome => {
    const outcome = fake.outcomes.shift() ?? { kind: 'saved' }
    if (outcome.kind === 'rejected' || settings === null) return outcome
    const fields = structuredClone(settings.fields)
    for (const [name, value] of Object.entries(changes)) {
      Object.assign(fields[name as keyof typeof fields], { value })
    }
    const providers = settings.providers.map((one) =>
      one.name === provider ? Object.assign({ ...one }, changes) : one,
    )
    settings = { ...settings, fields, providers }
    if ('issuer' in changes && status) tell({ ...status, issuer: changes.issuer || null })
    return outcome
  }
  const readProvider = (name: string | null): ProviderView | null => {
    const form = answers.forms?.[name ?? '']
    if (form || settings === null) return form ?? null
    const { fields, defaults, providers } = settings
    const named = { value: name ?? '', lockedBy: null }
    return {
      fields: { ...fields, name: named },
      defaults,
      isNamed: providers.length > 1,
      accounts: [],
    }
  }
  const removeProvider = (name: string): SaveOutcome => {
    const outcome = fake.outcomes.shift() ?? { kind: 'saved' }
    if (outcome.kind === 'rejected' || settings === null) return outcome
    const providers = settings.providers.filter((one) => one.name !== name)
    settings = { ...settings, providers }
    return outcome
  }
  const setStartAtLogin = (on: boolean): SaveOutcome => {
    const outcome = fake.outcomes.shift() ?? { kind: 'saved' }
    if (outcome.kind === 'saved' && settings) {
      settings = { ...settings, startAtLogin: { ...settings.startAtLogin, on } }
    }
    return outcome
  }

  const latchkey: LatchkeyApi = {
    readStatus: () => call('readStatus', [], () => status),
    runCommand: (command) => call('runCommand', [command], () => undefined),
    signInAccount: (id) => call('signInAccount', [id], () => undefined),
    signInProvider: (name) => call('signInProvider', [name], () => undefined),
    signOutAccount: (id) => call('signOutAccount', [id], () => undefined),
    makeDefault: (id) => call('makeDefault', [id], () => fake.madeDefault),
    decidePerson: (id, keeps) => call('decidePerson', [id, keeps], () => undefined),
    signOutEverywhere: (forgetsApps) =>
      call('signOutEverywhere', [forgetsApps], () => answers.notRevoked ?? []),
    answerConsent: (id, answer) => call('answerConsent', [id, answer], () => `It is ${answer}.`),
    forgetApp: (id) => call('forgetApp', [id], () => fake.forgotten),
    createKey: (wanted) => call('createKey', [wanted], () => fake.key),
    signOutAndForget: (id) => call('signOutAndForget', [id], () => undefined),
    readSettings: () => call('readSettings', [], () => settings),
    saveSettings: (changes) => call('saveSettings', [changes], () => save(changes)),
    readProvider: (name) => call('readProvider', [name], () => readProvider(name)),
    saveProvider: (name, changes) =>
      call('saveProvider', [name, changes], () => save(changes, name)),
    removeProvider: (name) => call('removeProvider', [name], () => removeProvider(name)),
    setStartAtLogin: (on) => call('setStartAtLogin', [on], () => setStartAtLogin(on)),
    testProvider: (issuer) => call('testProvider', [issuer], () => fake.finding),
    // Not recorded, because the page calls this for each typed letter.
    describeProvider: (issuer) =>
      answers.known ? Promise.resolve(answers.known) : describePreset(issuer),
    listProviders: () => Promise.resolve(answers.choices),
    listRedirectUris,
    openProviderGuide: (id) => {
      fake.calls.push(['openProviderGuide', id])
      return findGuide(id)
    },
    pasteAddress: (address) => call('pasteAddress', [address], () => answers.pasted ?? null),
    createReport: () => call('createReport', [], () => answers.report ?? null),
    readRemoval: () => call('readRemoval', [], () => answers.plan ?? null),
    revokeSession: () => call('revokeSession', [], () => fake.revocation),
    removeData: () => call('removeData', [], () => undefined),
    onStatusChanged(added) {
      listener = added
      return () => (listener = undefined)
    },
  }
  Object.assign(globalThis, { fake, latchkey })
  document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => {
    fake.violations.push(violatedDirective)
  })
  document.addEventListener('DOMContentLoaded', () => {
    const region = document.querySelector('#news') as Element
    new MutationObserver(() => {
      if (region.textContent) fake.announcements.push(region.textContent)
    }).observe(region, { characterData: true, childList: true, subtree: true })
  })
}
