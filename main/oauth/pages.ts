// The pages that a browser shows after a sign-in: plain HTML that loads and sends nothing.

import { createHash } from 'node:crypto'
import { formatAccount, type Account } from './account.js'
import { PAGE_MESSAGES } from './oauth-messages.js'

export type Page = {
  status: number
  tone: 'good' | 'neutral' | 'bad'
  heading: string
  /** Paragraphs of plain text. Markup in them is escaped. */
  text: readonly string[]
}

export function signedInPage(account: Account): Page {
  const { heading, text } = PAGE_MESSAGES.signedIn
  return { status: 200, tone: 'good', heading, text: text(formatAccount(account)) }
}

/** For a sign-in that ended with another account than the one it was for. */
export function otherPersonPage(account: Account): Page {
  const { heading, text } = PAGE_MESSAGES.otherPerson
  return { status: 200, tone: 'neutral', heading, text: text(formatAccount(account)) }
}

export function deniedPage(reason: string): Page {
  const { heading, text } = PAGE_MESSAGES.denied
  return { status: 200, tone: 'neutral', heading, text: text(reason) }
}

/** For a sign-in whose code another app will exchange: it claims no success yet. */
export function returnToAppPage(): Page {
  return { status: 200, tone: 'neutral', ...PAGE_MESSAGES.returnToApp }
}

/** For a sign-in whose app disconnected before the browser came back. */
export function abandonedPage(): Page {
  return { status: 200, tone: 'neutral', ...PAGE_MESSAGES.abandoned }
}

export function cancelledPage(): Page {
  return { status: 200, tone: 'neutral', ...PAGE_MESSAGES.cancelled }
}

/** 400 if the browser's answer was not valid, 502 if the provider failed. */
export function failedPage(status: 400 | 502, reason: string): Page {
  const { heading, text } = PAGE_MESSAGES.failed
  return { status, tone: 'bad', heading, text: text(reason) }
}

/** For a callback that no sign-in waits for, and for any other request to the listener. */
export function nothingToDoPage(status: 400 | 404 | 405): Page {
  return { status, tone: 'neutral', ...PAGE_MESSAGES.nothingToDo }
}

/** For a browser whose request headers are too large. */
export function largeHeadPage(): Page {
  return { status: 431, tone: 'bad', ...PAGE_MESSAGES.largeHead }
}

/**
 * Renders a page and the headers it needs. The one script takes the query, and the code in it, out
 * of the address bar and the browser's history; its hash is all that the policy allows.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.2.4}
 */
export function renderPage(page: Page): { html: string; headers: Record<string, string> } {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.heading)} – Latchkey</title>
<style>${STYLE}</style>
<script>${SCRIPT}</script>
</head>
<body>
<main class="${page.tone}">
<header>${LOGO}<p>Latchkey</p></header>
<h1>${MARKS[page.tone]}${escapeHtml(page.heading)}</h1>
${page.text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n')}
</main>
</body>
</html>
`
  return {
    html,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(html)),
      'Content-Security-Policy': POLICY,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
  }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

const SCRIPT = `history.replaceState(null, '', location.pathname)`

const STYLE = `
:root { color-scheme: light dark; --page: #eef1f5; --card: #fff; --text: #1b2430; --soft: #56606e;
  --line: #d9dfe7; --good: #17734a; --neutral: #56606e; --bad: #b3261e; --brand: #2d5bd7 }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --card: #1b2129; --text: #e8ecf2;
  --soft: #a3adba; --line: #313a46; --good: #5fd39b; --neutral: #a3adba; --bad: #ff8a80;
  --brand: #8fb0ff } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, sans-serif }
main { width: min(30rem, 100%); background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; padding: 1.75rem 2rem 2rem; overflow-wrap: anywhere }
header { display: flex; align-items: center; gap: .6rem; color: var(--brand) }
header p { margin: 0; font-weight: 600 }
header svg { width: 1.6rem; height: 1.6rem }
h1 { display: flex; align-items: center; gap: .6rem; margin: 1.25rem 0 .5rem; font-size: 1.5rem;
  line-height: 1.25 }
h1 svg { flex: none; width: 1.6rem; height: 1.6rem }
.good h1 svg { color: var(--good) } .neutral h1 svg { color: var(--neutral) }
.bad h1 svg { color: var(--bad) }
h1 ~ p { margin: .5rem 0 0 } main > p:last-child { color: var(--soft) }
`

const icon = (path: string): string =>
  `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
  `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`

const LOGO = icon(
  '<circle cx="8" cy="16" r="4.5"/><path d="M11.2 12.8 20 4m-4 4 3 3m-6 0 2.5 2.5"/>',
)

const MARKS: Readonly<Record<Page['tone'], string>> = {
  good: icon('<circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/>'),
  neutral: icon('<circle cx="12" cy="12" r="10"/><path d="M8 12h8"/>'),
  bad: icon('<circle cx="12" cy="12" r="10"/><path d="M12 7v6m0 3.5v.01"/>'),
}

const hash = (source: string): string =>
  `'sha256-${createHash('sha256').update(source).digest('base64')}'`

const POLICY = [
  `default-src 'none'`,
  `style-src ${hash(STYLE)}`,
  `script-src ${hash(SCRIPT)}`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')
