// An app asks for a sign-in while someone is signed in: the user sees the sign-in and can cancel it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { answerLink } from '../support/person.js'
import { call, expect, expectProblem, seedFor, test } from '../support/service.js'

const ASK =
  'const [url, body] = process.argv.slice(1); const headers = { "content-type": "application/json" };' +
  'fetch(url, { method: "POST", body, headers }).then((r) => r.text()).then((t) => console.log(t))'

test('cancel, open and link act on it, and programs see it and get answers', async ({ serve }) => {
  const service = await serve()
  const { program, provider } = service
  program.type('sign-in')
  await fetch(await answerLink(await program.link()))
  await program.status('signed-in')

  const asked = call(service, '/pkce/code', { body: seedFor(provider.clientId).seed })
  const link = await program.link()
  const { id, ...told } = await program.line('sign-in', ({ state }) => state === 'waiting')
  const name = process.platform === 'linux' ? expect.stringMatching(/./) : null
  expect(told).toEqual({ event: 'sign-in', origin: 'api', state: 'waiting', program: name })
  program.type('link')
  expect(await program.line('link')).toEqual({ event: 'link', url: link })
  program.type('open')
  expect(await program.link()).toBe(link)
  program.type('cancel')
  expect(await program.line('answer', ({ command }) => command === 'cancel')).toEqual({
    event: 'answer',
    command: 'cancel',
    ok: true,
    message: 'The sign-in was cancelled.',
  })
  expect(await program.line('sign-in')).toEqual({
    event: 'sign-in',
    id,
    origin: 'api',
    state: 'cancelled',
    program: name,
  })
  expectProblem(await asked, 409, 'cancelled')

  program.type('cancel')
  expect(await program.line('answer')).toMatchObject({ command: 'cancel', ok: false })
  program.type('status')
  await program.status('signed-in')
})

test('a program is shown by the name of its script', async ({ serve }) => {
  test.skip(process.platform !== 'linux', 'only Linux tells whose a connection is')
  const service = await serve()
  const { program, provider, url } = service
  const seed = JSON.stringify(seedFor(provider.clientId).seed)
  const child = spawn(process.execPath, ['-e', ASK, `${url}/pkce/code`, seed], { stdio: 'ignore' })
  const ended = once(child, 'close')
  expect(await program.line('sign-in')).toMatchObject({ program: 'node', origin: 'api' })
  program.type('cancel')
  await ended
})
