// Chooses the tray's icon for the state in one word.

import type { StatusState } from '../ipc.js'

export type Icon = 'signed-out' | 'waiting' | 'signed-in' | 'attention'

export function chooseIcon(state: StatusState): Icon {
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
