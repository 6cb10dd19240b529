// Actions that the lockdown prevents even if a window's preferences allow them.

import { built, expect, test } from './program.js'

test('S29: no page can be embedded, even if a window allows the webview tag', async ({ start }) => {
  const program = await start(`
    import { lockDown } from ${JSON.stringify(built('lockdown.js'))}
    app.whenReady().then(() => {
      const isPrevented = () => {
        const window = new BrowserWindow({ show: false, webPreferences: { webviewTag: true } })
        let prevented = false
        const event = { preventDefault: () => void (prevented = true) }
        window.webContents.emit('will-attach-webview', event, {}, { src: 'https://evil.example/' })
        return prevented
      }
      say(isPrevented())
      lockDown()
      say(isPrevented())
      app.exit()
    })
  `)
  expect(await program.said()).toEqual([false, true])
})
