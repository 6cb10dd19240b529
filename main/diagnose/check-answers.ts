// What the log says of the provider's last answer with tokens that was odd.

import { NO_EXPIRY } from '../oauth/token-answer.js'
import { ASSUMED_LIFE_MS } from '../oauth/token-endpoint.js'
import { check, type Check } from './check.js'

/** `odd`: what was odd, by name; nothing is said where nothing was. */
export function checkAnswers(odd: readonly string[]): readonly Check[] {
  if (odd.length === 0) return []
  const unreadable = odd.filter((name) => name !== NO_EXPIRY)
  const says = [
    ...(odd.includes(NO_EXPIRY)
      ? [
          'Neither the provider nor the access token says how long the token lives: ' +
            `${ASSUMED_LIFE_MS / 1000} s are assumed, and it is renewed when an app asks for more.`,
        ]
      : []),
    ...(unreadable.length > 0
      ? [
          "The provider's last answer with tokens has members that cannot be read, so Latchkey went " +
            `on without them: ${unreadable.join(', ')}.`,
        ]
      : []),
  ]
  return [check('token-answers', 'warning', ...says)]
}
