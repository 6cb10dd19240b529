// The contract between the main process and the window: types only.

import type { WindowStatus } from './present/status.js'

export type { WindowStatus }

/** What a person may ask for, in the window as in the tray. */
export type Command = 'sign-in' | 'sign-in-as-other' | 'cancel' | 'sign-out'

/** What the window asks of the main process. The main process answers nobody else. */
export type Calls = {
  'read-status': () => WindowStatus
  'run-command': (command: Command) => void
}

/** What the main process tells the window. */
export type Notices = {
  'status-changed': (status: WindowStatus) => void
}

/** What the preload script exposes to the window's page, as `latchkey`. */
export type LatchkeyApi = {
  readStatus(): Promise<WindowStatus>
  runCommand(command: Command): Promise<void>
  /** Calls `listener` on each change; the returned function ends that. */
  onStatusChanged(listener: (status: WindowStatus) => void): () => void
}
