// Names whom a message is about: the account and, with several providers, the provider.

import { defaultAccount, type AccountRef, type LastResult, type Model } from '../agent/model.js'
import { formatAccount } from '../oauth/account.js'
import { PRESENT_MESSAGES } from './present-messages.js'

type Named = Pick<AccountRef, 'account' | 'provider'>

/** Names a person by name and address, and with their provider if there are several. */
export function nameAccount(model: Model, { account, provider }: Named): string {
  const name = formatAccount(account)
  return hasOtherProvider(model, provider) ? PRESENT_MESSAGES.personAt(name, provider) : name
}

type Failure = Extract<LastResult, { reason: string }>

/** Says why a sign-in failed, and whose it was if it could be another one's. */
export function describeFailure(model: Model, { of, reason }: Failure): string {
  if (of === undefined) return reason
  const { provider, expected } = of
  const isOneOfSeveral = hasOtherProvider(model, provider)
  if (expected !== null && (isOneOfSeveral || model.accounts.length > 1)) {
    return PRESENT_MESSAGES.ofAccount(nameAccount(model, { account: expected, provider }), reason)
  }
  return isOneOfSeveral ? PRESENT_MESSAGES.ofAccount(provider, reason) : reason
}

/**
 * Says who was signed out last, and who is the default account now if it was the default. Null if the last
 * result is another one, or if nobody else is signed in.
 */
export function describeSignOut(model: Model): string | null {
  const { lastResult, accounts } = model
  if (lastResult?.kind !== 'signed-out' || accounts.length === 0) return null
  const signedOut = PRESENT_MESSAGES.isSignedOut(nameAccount(model, lastResult))
  const successor = lastResult.wasDefault ? nameDefault(model) : null
  return successor === null ? signedOut : `${signedOut} ${successor}`
}

/** Says who is the default account. Null if nobody is signed in. */
export function nameDefault(model: Model): string | null {
  const account = defaultAccount(model)
  return account && PRESENT_MESSAGES.isDefaultNow(nameAccount(model, account))
}

function hasOtherProvider({ accounts, hasSeveralProviders }: Model, provider: string): boolean {
  return hasSeveralProviders || accounts.some((account) => account.provider !== provider)
}
