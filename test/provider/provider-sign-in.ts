// Signing in at the embedded provider: whom it asks, and what it does with the answer.

import { text } from 'node:stream/consumers'
import type Provider from 'oidc-provider'
import type { InteractionResults, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider'
import { showMessage, showSignIn } from './provider-pages.js'
import { findPerson, people } from './provider-people.js'

/** oidc-provider's own rules, plus prompt=select_account, which it lacks (Core 3.1.2.1). */
export function createPolicy(
  module: typeof interactionPolicy,
): readonly interactionPolicy.Prompt[] {
  const policy = module.base()
  policy.add(new module.Prompt({ name: 'select_account', requestable: true }), 0)
  return policy
}

/**
 * Shows the sign-in page and takes its answer. There is no consent page: signing in grants the
 * requested scopes, and if only consent is missing, nobody is asked.
 */
export async function askWhoSignsIn(
  ctx: KoaContextWithOIDC,
  provider: Provider,
  guests: number,
): Promise<void> {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res).catch(() => undefined)
  if (!interaction) {
    ctx.status = 400
    return showMessage(ctx, 'This page has expired', 'Go back to the app and sign in again.')
  }
  const { params, prompt, session } = interaction
  const clientId = String(params['client_id'])

  if (prompt.name === 'consent' && session) return finish(await permit(session.accountId))
  const form = new URLSearchParams(ctx.method === 'POST' ? await text(ctx.req) : '')
  if (form.has('deny')) {
    return finish({ error: 'access_denied', error_description: 'The user denied access.' })
  }
  const person = findPerson(form.get('account'), guests)
  if (!person) return showSignIn(ctx, people, clientId, params['login_hint'])
  return finish({ ...(await permit(person.sub)), login: { accountId: person.sub } })

  async function permit(accountId: string): Promise<InteractionResults> {
    const grant = new provider.Grant({ accountId, clientId })
    if (typeof params['scope'] === 'string') grant.addOIDCScope(params['scope'])
    return { consent: { grantId: await grant.save() }, select_account: {} }
  }

  async function finish(result: InteractionResults): Promise<void> {
    ctx.status = 303
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
  }
}

/**
 * Accepts offline_access without prompt=consent. oidc-provider would drop the scope (Core section
 * 11), but other providers don't require the prompt from a native client.
 */
export function allowOfflineAccess(ctx: KoaContextWithOIDC): void {
  const { scope, prompt = '' } = ctx.query
  if (typeof scope !== 'string' || !scope.split(' ').includes('offline_access')) return
  if (typeof prompt !== 'string' || /\b(none|consent)\b/.test(prompt)) return
  ctx.query = { ...ctx.query, prompt: `${prompt} consent`.trim() }
}

/** Removes the provider's session cookie from the request, so that the provider asks. */
export function forgetLogin(ctx: KoaContextWithOIDC): void {
  const cookies = ctx.req.headers.cookie?.split('; ') ?? []
  ctx.req.headers.cookie = cookies.filter((cookie) => !/^_session(\.sig)?=/.test(cookie)).join('; ')
}
