// The embedded provider's own pages: choosing a person, signing out, and messages.

import { createHash } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Person } from './provider-people.js'

const STYLE = `
:root { color-scheme: light dark; --page: #f2f4f7; --card: #fff; --ink: #1c2430; --soft: #5a6675;
  --line: #d5dbe3; --accent: #2456c7; --on-accent: #fff }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181f; --card: #1d232d; --ink: #e9edf3; --soft: #a3aebc; --line: #36404e;
    --accent: #8cb0ff; --on-accent: #0d1526 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 24rem; padding: 2rem; border: 1px solid var(--line);
  border-radius: 1rem; background: var(--card) }
h1 { margin: 0 0 1.25rem; font-size: 1.5rem; line-height: 1.25 }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
p:last-child { margin: 0 }
.note, small { color: var(--soft); font-size: .875rem }
ul { list-style: none; margin: 0 0 1.25rem; padding: 0; display: grid; gap: 1rem }
form { margin-bottom: 1.25rem }
small { display: block; margin-top: .25rem; text-align: center }
button { width: 100%; padding: .75rem 1rem; border: 1px solid var(--accent); border-radius: .5rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600;
  cursor: pointer }
button.quiet { border-color: var(--line); background: transparent; color: var(--ink) }
button:hover { filter: brightness(1.1) }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
button + button { margin-top: .75rem }
`

// No form-action: Chromium applies it to the redirects after a form, which lead to the client.
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Asks who is signing in. The person named by `hint` (sub or email) comes first. */
export function showSignIn(
  ctx: KoaContextWithOIDC,
  people: readonly Person[],
  clientId: string,
  hint: unknown,
): void {
  const isHinted = (person: Person): boolean => person.sub === hint || person.email === hint
  const ordered = [...people.filter(isHinted), ...people.filter((person) => !isHinted(person))]
  const items = ordered.map(
    ({ sub, name, email }) => `<li>
<button name="account" value="${escape(sub)}" aria-describedby="of-${escape(sub)}">Sign in as ${escape(name)}</button>
<small id="of-${escape(sub)}">${escape(email)}</small>
</li>`,
  )
  show(
    ctx,
    'Who is signing in?',
    `<form method="post">
<ul>${items.join('')}</ul>
<button class="quiet" name="deny" value="yes">Deny</button>
</form>
<p class="note">The app “${escape(clientId)}” asks you to sign in. These people are made up and need no password.</p>`,
  )
}

/** Asks whether to sign out here too. `form` is oidc-provider's, protected against forgery. */
export function showSignOut(ctx: KoaContextWithOIDC, form: string): void {
  show(
    ctx,
    'Sign out here too?',
    `${form}
<button form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="quiet" form="op.logoutForm">Stay signed in</button>`,
  )
}

export function showMessage(ctx: KoaContextWithOIDC, heading: string, text: string): void {
  show(ctx, heading, `<p>${escape(text)}</p>`)
}

function show(ctx: KoaContextWithOIDC, heading: string, content: string): void {
  ctx.set('Content-Security-Policy', POLICY)
  ctx.set('Cache-Control', 'no-store')
  ctx.type = 'html'
  ctx.body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading} – Latchkey’s demo provider</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="note">Latchkey’s demo provider</p>
<h1>${heading}</h1>
${content}
</main>
</body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
