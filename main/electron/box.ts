// Boxes for what a person must hear of or decide while there may be no window.

import { app, dialog, type MessageBoxOptions } from 'electron'

/**
 * Shows a box in front of what the person does, and gives the index of the button that they chose, or
 * `cancelId` if they closed it. Call when the app is ready. On macOS the whole app waits for the answer
 * (`[NSAlert runModal]`, shell/browser/ui/message_box_mac.mm).
 */
export async function showBox(options: MessageBoxOptions): Promise<number> {
  // An app without a place in the Dock does not come to the front by showing a box.
  if (process.platform === 'darwin') app.focus({ steal: true })
  const { response } = await dialog.showMessageBox({ title: 'Latchkey', ...options })
  return response
}
