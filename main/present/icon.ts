// Chooses the tray's icon.

import { summarize, type Model } from '../agent/model.js'
import type { StatusState } from '../ipc.js'

export type Icon = 'signed-out' | 'waiting' | 'signed-in' | 'attention'

/** An app that waits for an answer comes before the state. */
export function chooseIcon(model: Model): Icon {
  return model.consentQuestion === null ? iconIn(summarize(model)) : 'attention'
}

function iconIn(state: StatusState): Icon {
  switch (state) {
    case 'signed-out':
      return 'signed-out'
    case 'waiting':
    case 'answered':
    case 'exchanging':
      return 'waiting'
    case 'signed-in':
    case 'offline':
      return 'signed-in'
    case 'renewal-failing':
    case 'needs-sign-in':
    case 'failed':
      return 'attention'
  }
}
