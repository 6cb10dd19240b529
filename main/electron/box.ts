// Shows message boxes for important messages and decisions when there may be no window.

import { app, dialog, type MessageBoxOptions } from 'electron'

/**
 * Shows a box in front of other windows. Returns the index of the chosen button, or `cancelId` if the
 * person closed the box. Call when the app is ready. On macOS the whole app waits for the answer
 * (`[NSAlert runModal]`, shell/browser/ui/message_box_mac.mm).
 */
export async function showBox(options: MessageBoxOptions): Promise<number> {
  // A box does not bring an app without a Dock icon to the front.
  if (process.platform === 'darwin') app.focus({ steal: true })
  const { response } = await dialog.showMessageBox({ title: 'Latchkey', ...options })
  return response
}
