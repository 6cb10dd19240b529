// Takes pictures of the browser's pages, and reads the tray's menus, during sign-ins at the demo
// provider.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { ACCOUNTS, STATE_WORDS } from '../../renderer/words.js'
import type { Desktop, MenuLine } from '../driver/desktop.js'
import { launchStandIn } from '../driver/stand-in.js'

export const SCHEMES = ['light', 'dark'] as const
export type Scheme = (typeof SCHEMES)[number]

/** The demo provider's page, and the browser's last page after each answer. */
export const PAGES = ['denied', 'demo-provider', 'signed-in'] as const
type PageName = (typeof PAGES)[number]

/** Returns the name of a picture's file in test/pictures. */
export function toPageFileName(name: PageName, scheme: Scheme): string {
  return `${name}-${scheme}.png`
}

export type Seen = {
  pictures: Readonly<Record<PageName, Buffer>>
  /** The tray's menu in each state, as text: signed out, waiting, failed, signed in. */
  menus: readonly string[]
  /** The menu with two accounts. */
  accountsMenu: string
}

/**
 * Signs in three times in one colour scheme. The user first denies access, then signs in as Alice, then as
 * Bob.
 */
export async function takePagePictures(browser: Browser, scheme: Scheme): Promise<Seen> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const { desktop, close } = launchStandIn(browser, {
    flags: ['--demo', '--port', '0'],
    dataDir,
    dark: scheme === 'dark',
  })
  const menus: string[] = []
  try {
    const window = await desktop.window()
    const reach = async (heading: string): Promise<void> => {
      await window.getByRole('heading', { name: heading }).waitFor()
      menus.push(await readMenu(desktop))
    }
    await reach(STATE_WORDS['signed-out'].heading)

    await desktop.choose('Sign in')
    const link = await desktop.takeUrl()
    await reach(STATE_WORDS.waiting.heading)
    const denying = await openLink(browser, link, scheme)
    const demoProvider = await takePicture(denying)
    const denied = await answer(denying, 'Deny')
    await reach(STATE_WORDS.failed.heading)

    await desktop.choose('Sign in')
    const signingIn = await openLink(browser, await desktop.takeUrl(), scheme)
    const signedIn = await answer(signingIn, 'Sign in as Alice Adams')
    await reach(STATE_WORDS['signed-in'].heading)

    await desktop.choose('Sign in as someone else')
    const adding = await openLink(browser, await desktop.takeUrl(), scheme)
    await answer(adding, 'Sign in as Bob Brown')
    await window.getByRole('heading', { name: ACCOUNTS.heading(2) }).waitFor()
    const accountsMenu = await readMenu(desktop)
    await desktop.quit()
    const pictures = { denied, 'demo-provider': demoProvider, 'signed-in': signedIn }
    return { pictures, menus, accountsMenu }
  } finally {
    await close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Returns the text of docs/tray-app.md with these menus between its marks. */
export function replaceMenus(
  text: string,
  { menus, accountsMenu }: Pick<Seen, 'menus' | 'accountsMenu'>,
): string {
  return putSideBySide(putSideBySide(text, 'menus', menus), 'accounts-menu', [accountsMenu])
}

function putSideBySide(text: string, mark: string, menus: readonly string[]): string {
  const columns = menus.map((menu) => menu.split('\n'))
  const widths = columns.map((lines) => Math.max(...lines.map(({ length }) => length)))
  const height = Math.max(...columns.map(({ length }) => length))
  const rows = Array.from({ length: height }, (_, row) =>
    columns
      .map((lines, column) => (lines[row] ?? '').padEnd(widths[column]!))
      .join('   ')
      .trimEnd(),
  )
  const marked = new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*?(<!-- /${mark} -->)`)
  if (!marked.test(text)) throw new Error(`docs/tray-app.md has no marks for ${mark}`)
  return text.replace(marked, `$1\n\`\`\`text\n${rows.join('\n')}\n\`\`\`\n\n$2`)
}

async function readMenu(desktop: Desktop): Promise<string> {
  return listLabels((await desktop.menu()) ?? []).join('\n')
}

/** Lists the lines of a menu. Those of a submenu follow its label. */
function listLabels(lines: readonly MenuLine[]): string[] {
  return lines.flatMap(({ label, enabled, checked, lines: inner }) => {
    if (label === '') return ['─────────────']
    if (inner) return [`${label} ▸`, ...listLabels(inner).map((line) => `    ${line}`)]
    const mark = checked ? '✓ ' : ''
    return [enabled ? `${mark}${label}` : `(${mark}${label})`]
  })
}

async function openLink(browser: Browser, link: string, colorScheme: Scheme): Promise<Page> {
  const page = await browser.newPage({
    colorScheme,
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  await page.goto(link)
  return page
}

/** Presses a button at the demo provider, and takes a picture of the browser's last page. */
async function answer(page: Page, button: string): Promise<Buffer> {
  await page.getByRole('button', { name: button }).click()
  await page.waitForURL('**/callback')
  const picture = await takePicture(page)
  await page.close()
  return picture
}

function takePicture(page: Page): Promise<Buffer> {
  return page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' })
}
