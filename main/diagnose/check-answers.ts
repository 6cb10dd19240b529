// Reports what the log says about the provider's last unusual token response.

import { NO_EXPIRY } from '../oauth/token-answer.js'
import { ASSUMED_LIFE_MS } from '../oauth/token-endpoint.js'
import { createCheck, type Check } from './check.js'
import { MESSAGES } from './diagnose-messages.js'

/** `oddities`: what was unusual, by name. Returns no check if nothing was. */
export function checkAnswers(oddities: readonly string[]): readonly Check[] {
  if (oddities.length === 0) return []
  const unreadable = oddities.filter((name) => name !== NO_EXPIRY)
  const messages: string[] = []
  if (oddities.includes(NO_EXPIRY)) messages.push(MESSAGES.tokens.noExpiry(ASSUMED_LIFE_MS / 1000))
  if (unreadable.length > 0) messages.push(MESSAGES.tokens.ignored(unreadable))
  return [createCheck('token-answers', 'warning', ...messages)]
}
