// Which links may be passed to the user's browser. One function decides that.

import { built, expect, test } from './program.js'

const GOOD = [
  'https://login.example/authorize?state=s',
  'http://127.0.0.1:8400/',
  'http://localhost:8400/authorize',
  'http://[::1]:8400/',
]
const BAD = [
  'http://login.example/',
  'http://127.0.0.1.login.example/',
  'http://localhost.login.example/',
  'http://localhost@login.example/',
  'http://192.168.0.1/',
  'file:///etc/passwd',
  'file://localhost/etc/passwd',
  'ftp://localhost/',
  'smb://127.0.0.1/share',
  'calc:',
  'javascript:alert(1)',
  'data:text/html,x',
]

test('S31: only https links, and http links to this machine, are opened', async ({ start }) => {
  const program = await start(`
    import { openBrowser } from ${JSON.stringify(built('browser.js'))}
    app.whenReady().then(async () => {
      for (const link of ${JSON.stringify([...GOOD, ...BAD])}) {
        say(await openBrowser(link).then(() => 'opened', (error) => error.message.split(':')[0]))
      }
      app.exit()
    })
  `)
  expect(await program.said()).toEqual([
    ...GOOD.map(() => 'opened'),
    ...BAD.map(() => 'not a link for a browser'),
  ])
})
