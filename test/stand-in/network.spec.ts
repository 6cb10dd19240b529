// The app's network requests and Electron's session, which would store cookies and answers of a provider.

import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { built, expect, test as base } from './program.js'

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

const test = base.extend<{
  /** A web server. Returns its origin and its requests, oldest first. */
  serve: (answer: RequestListener) => Promise<{ origin: string; asked: readonly Asked[] }>
}>({
  // eslint-disable-next-line no-empty-pattern
  serve: async ({}, use) => {
    const closes: (() => void)[] = []
    await use(async (answer) => {
      const asked: Asked[] = []
      const server = createServer((request, response) => {
        const { method, url, headers } = request
        asked.push({ method: method!, url: url!, headers })
        answer(request, response)
      })
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
      closes.push(() => server.close().closeAllConnections())
      const { port } = server.address() as AddressInfo
      return { origin: `http://127.0.0.1:${port}`, asked }
    })
    for (const close of closes) close()
  },
})

/** A program that requests `given.url` and prints the answer. */
function asking(url: string, calls: readonly string[]): string {
  return `
    import { electronFetch } from ${JSON.stringify(built('network.js'))}
    const ask = (init) => electronFetch(${JSON.stringify(url)}, { redirect: 'manual', ...init }).then(
      async (response) => [response.status, response.headers.get('location') ?? await response.text()],
      (error) => error.message,
    )
    const plain = (init) => electron.net.fetch(${JSON.stringify(url)}, init).then((one) => one.text())
    app.whenReady().then(async () => {
      ${calls.map((call) => `say(await ${call})`).join('\n')}
      app.exit()
    })
  `
}

const keep: RequestListener = (_request, response) => {
  response.setHeader('Set-Cookie', 'tracked=yes; Path=/')
  response.setHeader('Cache-Control', 'public, max-age=3600')
  response.end('the answer')
}

test('the stand-in’s session stores cookies and answers, like Electron’s', async ({
  start,
  serve,
}) => {
  const { origin, asked } = await serve(keep)
  const program = await start(
    asking(origin, [
      'plain()',
      'plain()',
      'plain({ cache: "no-store" })',
      'plain({ cache: "reload" })',
    ]),
  )
  expect(await program.said()).toEqual(Array.from({ length: 4 }, () => 'the answer'))
  expect(asked.map(({ headers }) => headers.cookie)).toEqual([
    undefined,
    'tracked=yes',
    'tracked=yes',
  ])
})

test('S38: a provider gets no cookies, and its answers are not cached', async ({
  start,
  serve,
}) => {
  const { origin, asked } = await serve(keep)
  const program = await start(asking(origin, ['ask()', 'ask()', 'plain()', 'ask()']))
  expect(await program.said()).toEqual([
    [200, 'the answer'],
    [200, 'the answer'],
    'the answer',
    [200, 'the answer'],
  ])
  expect(asked.map(({ headers }) => headers.cookie)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('the target of a redirect gets no cookies either, and its answers are not cached', async ({
  start,
  serve,
}) => {
  let places = 0
  const { origin, asked } = await serve((_request, response) => {
    places += 1
    response.setHeader('Set-Cookie', 'tracked=yes')
    response.setHeader('Cache-Control', 'max-age=3600')
    response.writeHead(301, { Location: `/place-${places}` }).end()
  })
  const program = await start(asking(origin, ['ask()', 'ask()']))
  // Each URL is requested twice: for its redirect, and for its answer.
  expect(await program.said()).toEqual([
    [301, `${origin}/place-2`],
    [301, `${origin}/place-4`],
  ])
  expect(asked.map(({ headers }) => headers.cookie)).toEqual(
    Array.from({ length: 4 }, () => undefined),
  )
})

test('S12: requests that use up a code or contain a token are not repeated', async ({
  start,
  serve,
}) => {
  const { origin, asked } = await serve((_request, response) => {
    response.writeHead(302, { Location: '/elsewhere' }).end()
  })
  const program = await start(
    asking(origin, [
      `ask({ method: 'POST', body: 'code=c' })`,
      `ask({ headers: { Authorization: 'Bearer the-token' } })`,
    ]),
  )
  expect(await program.said()).toEqual(['Redirect was cancelled', 'Redirect was cancelled'])
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /', 'GET /'])
})
