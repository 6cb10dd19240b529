// Pictures of the window: every view and state in light, and some in dark or at 200 % too.

import {
  APPS,
  BUTTONS,
  KEY,
  PASTE,
  PROVIDER,
  PROVIDER_REMOVAL,
  REMOVAL,
  REPORT as REPORT_WORDS,
  SETTINGS as SETTINGS_WORDS,
  STATUS,
} from '../../renderer/words.js'
import { CALM_MS } from '../../renderer/view.js'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { SERVICE_MESSAGES } from '../../main/api/api-messages.js'
import { PASTED_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { explainUnusablePort } from '../../main/net/loopback.js'
import type { SaveOutcome, SettingsChanges } from '../../main/ipc.js'
import { createRemovalPlan } from '../../main/present/removal-plan.js'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { applyChanges } from '../../main/settings/form.js'
import { WINDOW_SIZE } from '../../main/present/window-size.js'
import { findPackagedBrowser, launchBrowser } from './browser.js'
import { FOUND, MISSPELT, notRevoked, UNREACHABLE } from './window-provider.js'
import { REPORT } from './window-report.js'
import {
  afterSignIn,
  ALICE,
  BOB,
  DEFAULTS,
  FORMS,
  LOCKED,
  PROVIDERS,
  QUESTIONS,
  SETTINGS,
  STATES,
  UNSET,
  withNames,
  ZOE,
} from './window-states.js'
import { openWindow, type Answers, type Fake } from './window.js'

export type Picture = {
  name: string
  answers: Answers
  /** Brings the page to the state of the picture. */
  act?: (page: Page) => Promise<void>
}

export type Look = { scheme: 'light' | 'dark'; zoom: 100 | 200 }

/** Pictures that are also taken in dark: together they show every colour and part of the window. */
const IN_DARK: ReadonlySet<string> = new Set([
  'accounts',
  'app-asks',
  'uncertain-app-asks',
  'command-asks',
  'apps',
  'key-created',
  'other-person',
  'sign-out-not-revoked',
  'signed-out',
  'waiting',
  'waiting-pasted',
  'signed-in',
  'asking',
  'kept-in-memory',
  'offline',
  'renewal-failing',
  'needs-sign-in',
  'failed',
  'settings',
  'settings-locked',
  'settings-providers',
  'provider',
  'provider-refused',
  'provider-removal',
  'removal',
  'report',
])

/** Pictures that are also taken at 200 %: their layout changes most in a narrow window. */
const ZOOMED: ReadonlySet<string> = new Set([
  'accounts',
  'uncertain-app-asks',
  'command-asks',
  'apps',
  'account',
  'accounts-long-names',
  'sign-out-not-revoked',
  'signed-in',
  'asking',
  'kept-in-memory',
  'long-names',
  'right-to-left',
  'other-port',
  'waiting-pasted',
  'settings-locked',
  'settings-providers',
  'provider',
  'provider-named',
  'provider-removal',
  'provider-guide',
  'provider-misspelt',
  'removal-not-revoked',
  'report',
])

/** Lists how a picture is taken. Colours don't depend on the zoom, nor the layout on the colours. */
export function listLooks({ name }: Picture): readonly Look[] {
  return [
    { scheme: 'light', zoom: 100 },
    ...(IN_DARK.has(name) ? [{ scheme: 'dark', zoom: 100 } as const] : []),
    ...(ZOOMED.has(name) ? [{ scheme: 'light', zoom: 200 } as const] : []),
  ]
}

/** Returns the name of a picture's file in test/pictures. */
export function toFileName({ name }: Picture, { scheme, zoom }: Look): string {
  return `window-${name}-${scheme}${zoom === 100 ? '' : `-${zoom}`}.png`
}

/**
 * True if this machine can compare pictures. Other browsers and fonts draw letters differently, and
 * the browser that draws the pictures runs on Linux on x64 only.
 */
export const CAN_COMPARE = process.platform === 'linux' && process.arch === 'x64'

/** How much a page may differ from its picture: less than any changed word does. */
export const SAME = { maxDiffPixels: 20 }

/**
 * Launches the browser that draws all pictures: the one in @sparticuz/chromium, with no fonts but
 * its own. It fails where {@link CAN_COMPARE} is false. The caller closes it.
 */
export async function launchPictureBrowser(): Promise<{
  browser: Browser
  close(): Promise<void>
}> {
  const found = await findPackagedBrowser()
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-fonts-'))
  const configuration = join(folder, 'fonts.conf')
  await writeFile(
    configuration,
    formatFontConfiguration(join(found.env['FONTCONFIG_PATH'] ?? '', 'fonts'), folder),
  )
  const env = { ...found.env, FONTCONFIG_FILE: configuration }
  const browser = await launchBrowser(Promise.resolve({ ...found, env }))
  return {
    browser,
    async close() {
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function formatFontConfiguration(folder: string, cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}</dir>
  <cachedir>${cache}</cachedir>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
`
}

/** Takes a picture. */
export async function takePicture(
  browser: Browser,
  picture: Picture,
  { scheme, zoom }: Look,
): Promise<Buffer> {
  const [taken] = await takePictures(browser, picture, { schemes: [scheme], zoom })
  return taken!
}

/**
 * Takes pictures of one page, in each scheme. At 200 %, the window is half as wide and half as high in CSS
 * pixels.
 */
export async function takePictures(
  browser: Browser,
  { answers, act }: Picture,
  { schemes, zoom }: { schemes: readonly Look['scheme'][]; zoom: Look['zoom'] },
): Promise<readonly Buffer[]> {
  const { page } = await openWindow(browser, answers, {
    viewport: {
      width: (WINDOW_SIZE.width * 100) / zoom,
      height: (WINDOW_SIZE.height * 100) / zoom,
    },
    colorScheme: schemes[0]!,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  try {
    if (act) {
      await act(page)
      // Short-lived messages disappear, and the mouse is over nothing.
      await page.clock.runFor(8000)
      await page.mouse.move(0, 0)
    }
    const taken: Buffer[] = []
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme })
      taken.push(await page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' }))
    }
    return taken
  } finally {
    await page.context().close()
  }
}

const openHelp = (page: Page): Promise<void> => page.getByText(STATUS.helpQuestion).click()

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

const toSettings = (page: Page): Promise<void> => press(page, 'Settings')
const toProvider = async (page: Page): Promise<void> => {
  await toSettings(page)
  await press(page, SETTINGS_WORDS.changeProvider)
  await page.getByLabel('Issuer').waitFor()
}
const toNamedProvider = async (page: Page): Promise<void> => {
  await toSettings(page)
  await press(page, SETTINGS_WORDS.changeNamed('work'))
  await page.getByLabel('Name', { exact: true }).waitFor()
}
const fillIn = async (page: Page, issuer: string): Promise<void> => {
  await page.getByLabel('Issuer').fill(issuer)
  await page.getByLabel('Client ID').fill('latchkey-desktop')
}

/** Returns what saving answers to invalid changes. */
function rejectChanges(changes: SettingsChanges): SaveOutcome {
  const changed = applyChanges({}, changes)
  if ('kind' in changed) return changed
  throw new Error('the changes are valid')
}

const toRemoval = async (page: Page): Promise<void> => {
  await toSettings(page)
  await press(page, SETTINGS_WORDS.removeData)
  await page.getByRole('button', { name: REMOVAL.remove }).waitFor()
}

const toApps = (page: Page): Promise<void> => press(page, BUTTONS.apps)
const toKey = async (page: Page): Promise<void> => {
  await toApps(page)
  await press(page, APPS.createKey)
}

const SIGNED_IN = STATES['signed-in']
const PLAN = createRemovalPlan({
  sessions: [{ name: ALICE.name, issuer: SIGNED_IN.issuer! }],
  dataDir: '/home/alice/.config/latchkey',
  startsAtLogin: true,
  hasKeyringKey: true,
})
const SEVERAL: Answers = { status: SIGNED_IN, settings: PROVIDERS, forms: FORMS }
const ACCOUNTS = STATES.accounts
const openAccount =
  (name: string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name }).click()
    await page.locator('#account').waitFor()
  }
const LONG_NAME = {
  sub: 'l',
  name: 'Adélaïde-Hortense Wolfeschlegelsteinhausenbergerdorff-O’Shaughnessy the Elder',
  email: 'adelaide.hortense.wolfeschlegelsteinhausenbergerdorff@students.example.edu',
}
const RIGHT_TO_LEFT = { sub: 'r', name: 'דוד בן־גוריון (מנהל)', email: 'david@example.com' }
const NO_PROVIDER = { status: STATES['no-provider'], settings: UNSET }

export const PICTURES: readonly Picture[] = [
  ...Object.entries(STATES).map(([name, status]) => ({
    name,
    answers: { status, settings: status.issuer === null ? UNSET : SETTINGS },
  })),
  ...Object.entries(QUESTIONS).map(([name, status]) => ({
    name,
    answers: { status },
    // Until its buttons take presses.
    act: (page: Page) => page.clock.runFor(CALM_MS + 1),
  })),
  {
    name: 'long-names',
    answers: {
      status: afterSignIn(LONG_NAME, {
        issuer: 'https://a-very-long-name-of-a-tenant.login.example.com',
      }),
    },
  },
  {
    name: 'right-to-left',
    answers: {
      status: afterSignIn(RIGHT_TO_LEFT),
    },
  },
  { name: 'account', answers: { status: ACCOUNTS }, act: openAccount(ALICE.name) },
  { name: 'account-ended', answers: { status: ACCOUNTS }, act: openAccount(ZOE.name) },
  {
    name: 'accounts-long-names',
    answers: { status: withNames(LONG_NAME, RIGHT_TO_LEFT) },
  },
  {
    name: 'add-account',
    answers: { status: ACCOUNTS },
    act: (page) => press(page, BUTTONS.addAccount),
  },
  { name: 'sign-out-everywhere', answers: { status: { ...ACCOUNTS, asksSignOut: true } } },
  {
    name: 'sign-out-not-revoked',
    answers: {
      status: { ...ACCOUNTS, asksSignOut: true },
      notRevoked: [
        SESSION_MESSAGES.notRevokedOf(
          BOB.name,
          'https://accounts.example.org',
          UNREACHABLE.message,
        ),
      ],
    },
    async act(page) {
      await page.locator('#sign-out').getByRole('button').first().click()
      await page.getByRole('button', { name: BUTTONS.done }).waitFor()
    },
  },
  {
    name: 'other-port',
    answers: {
      status: {
        ...STATES['signed-out'],
        serviceMessage: SERVICE_MESSAGES.otherPort(
          [`1000 ${explainUnusablePort(1000, 'EACCES')}`],
          5323,
        ),
      },
    },
  },
  {
    name: 'waiting-help',
    answers: { status: STATES.waiting },
    act: openHelp,
  },
  {
    name: 'waiting-pasted',
    answers: {
      status: STATES.waiting,
      pasted: { kind: 'rejected', message: PASTED_MESSAGES['other-place'] },
    },
    async act(page) {
      await openHelp(page)
      await page.getByLabel(PASTE.label).fill('https://login.example.com/error')
      await press(page, 'Continue')
      await page.locator('[aria-invalid]').waitFor()
    },
  },
  { name: 'settings', answers: { status: SIGNED_IN }, act: toSettings },
  { name: 'settings-locked', answers: { status: SIGNED_IN, settings: LOCKED }, act: toSettings },
  { name: 'settings-providers', answers: SEVERAL, act: toSettings },
  { name: 'provider', answers: { status: SIGNED_IN }, act: toProvider },
  { name: 'provider-named', answers: SEVERAL, act: toNamedProvider },
  {
    name: 'provider-added',
    answers: SEVERAL,
    async act(page) {
      await toSettings(page)
      await press(page, SETTINGS_WORDS.addProvider)
      await page.getByLabel('Name', { exact: true }).waitFor()
    },
  },
  {
    name: 'provider-removal',
    answers: SEVERAL,
    async act(page) {
      await toNamedProvider(page)
      await press(page, PROVIDER.remove)
      await page.getByText(PROVIDER_REMOVAL.signsOut).waitFor()
    },
  },
  { name: 'provider-locked', answers: { status: SIGNED_IN, settings: LOCKED }, act: toProvider },
  {
    name: 'provider-found',
    answers: {
      ...NO_PROVIDER,
      finding: FOUND,
    },
    async act(page) {
      await fillIn(page, 'https://login.example.com')
      await press(page, 'Test')
      await page.getByText(PROVIDER.works).waitFor()
    },
  },
  {
    name: 'provider-known',
    answers: NO_PROVIDER,
    async act(page) {
      await fillIn(page, 'https://accounts.google.com')
      await page.getByText(PROVIDER.known('Google')).waitFor()
    },
  },
  {
    name: 'provider-chosen',
    answers: NO_PROVIDER,
    async act(page) {
      await page.getByLabel('Provider', { exact: true }).selectOption('Auth0')
      await page.getByText(PROVIDER.filledIn('').slice(0, -2)).waitFor()
    },
  },
  {
    name: 'provider-guide',
    answers: NO_PROVIDER,
    async act(page) {
      await page.getByLabel('Provider', { exact: true }).selectOption('Amazon Cognito')
      await press(page, 'How to register at Amazon Cognito')
      await page.getByText(PROVIDER.guideLink).waitFor()
      await page.getByText(PROVIDER.more, { exact: true }).click()
      await page.getByLabel('Redirect ports').fill('8400, 8401')
      await press(page, 'Save')
      await page.locator('[aria-invalid]').waitFor()
    },
  },
  {
    name: 'provider-misspelt',
    answers: {
      ...NO_PROVIDER,
      finding: MISSPELT,
    },
    async act(page) {
      await fillIn(page, 'https://login.example.com')
      await press(page, 'Test')
      await page.getByRole('button', { name: PROVIDER.useSpelling }).waitFor()
    },
  },
  {
    name: 'provider-refused',
    answers: {
      ...NO_PROVIDER,
      outcomes: [rejectChanges({ redirectPort: 'http' })],
    },
    async act(page) {
      await fillIn(page, 'https://login.example.com')
      await page.getByText(PROVIDER.more, { exact: true }).click()
      await page.getByLabel('Redirect ports').fill('http')
      await press(page, 'Save')
      await page.locator('[aria-invalid]').waitFor()
    },
  },
  { name: 'apps', answers: { status: STATES['has-apps'] }, act: toApps },
  { name: 'no-apps', answers: { status: SIGNED_IN }, act: toApps },
  { name: 'key', answers: { status: ACCOUNTS }, act: toKey },
  {
    name: 'key-created',
    answers: { status: SIGNED_IN },
    async act(page) {
      await toKey(page)
      await page.getByLabel(KEY.fields.name[0]).fill('nightly backup')
      await press(page, KEY.create)
      await page.getByRole('button', { name: KEY.copy }).waitFor()
    },
  },
  {
    name: 'app-asks-beside',
    answers: { status: SIGNED_IN },
    async act(page) {
      await toSettings(page)
      const asking = QUESTIONS['app-asks']
      await page.evaluate(
        (status) => (globalThis as unknown as { fake: Fake }).fake.tell(status),
        asking,
      )
    },
  },
  { name: 'removal', answers: { status: SIGNED_IN, plan: PLAN }, act: toRemoval },
  {
    name: 'removal-not-revoked',
    answers: {
      status: SIGNED_IN,
      plan: PLAN,
      revocation: {
        kind: 'not-revoked',
        message: await notRevoked(ALICE, DEFAULTS),
      },
    },
    async act(page) {
      await toRemoval(page)
      await press(page, REMOVAL.remove)
      await page.getByRole('button', { name: 'Try again' }).waitFor()
    },
  },
  {
    name: 'report',
    answers: { status: SIGNED_IN, report: REPORT },
    async act(page) {
      await toSettings(page)
      await press(page, BUTTONS.createReport)
      await page.getByRole('button', { name: REPORT_WORDS.copy }).waitFor()
    },
  },
]
