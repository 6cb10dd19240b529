// Messages of the app room for people: at the start, on a second start, and when data is removed.

import { SERVICE_FILE } from '../storage/service-file.js'

/** Reasons why Latchkey doesn't start, or ends. */
export const START_MESSAGES = {
  unusableDirectory: (directory: string, diskError: string) =>
    `The data directory ${directory} cannot be used (${diskError}). Choose another one with ` +
    '--data-dir.',
  takenOver: (directory: string) =>
    `Another computer has taken over the data directory ${directory}, so Latchkey is quitting.`,
  noServiceFile: (url: string, diskError: string) =>
    `${SERVICE_FILE} cannot be written (${diskError}), so other apps cannot look up the service's ` +
    `address, ${url}.`,
  demoSession: "The demo's session is in memory only and ends when Latchkey quits.",
  unexpectedError: (count: number, shown: string) =>
    `unexpected error${count === 1 ? '' : ` (${count} times so far)`}: ${shown}`,
}
