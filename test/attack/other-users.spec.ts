// Other users of the same computer: they can reach Latchkey's ports, and nothing else.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect, type Socket } from 'node:net'
import { mergeTests } from '@playwright/test'
import { createSocketOwners } from '../../main/net/socket-owner.js'
import { openTcpTable } from '../../main/net/proc-net-tcp.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import {
  call,
  expect,
  formSeedFor,
  respond,
  seeded,
  seedFor,
  signIn,
  test as service,
} from '../support/service.js'
import { test as inProcess } from '../support/fixture.js'
import { asNobody, NOBODY, whyNoOtherUser } from '../support/other-user.js'
import { owners } from '../support/owners.js'
import { answerLink } from '../support/person.js'

const test = mergeTests(service, inProcess)
test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')

const ENDPOINTS = [
  ['POST', '/pkce/code'],
  ['POST', '/pkce/token'],
  ['POST', '/pkce/clear'],
  ['POST', '/pkce/response/code'],
  ['GET', '/openapi.json'],
  ['GET', '/nothing'],
  ['POST', '/pkce/challenge'],
  ['DELETE', '/.well-known/health'],
] as const

/** Endpoints that return nobody's data. */
const OPEN = ['/pkce/challenge', '/.well-known/health', '/.well-known/version'] as const

test.describe('S25: the service', () => {
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    test(`rejects every request of other users at ${host}`, async ({ shared }) => {
      const said = await asNobody(
        { url: `http://${host}:${shared.port}`, endpoints: ENDPOINTS, open: OPEN },
        `for (const [method, path] of given.endpoints) {
           const answer = await fetch(given.url + path, { method })
           console.log(answer.status, (await answer.json()).code)
         }
         for (const path of given.open) console.log((await fetch(given.url + path)).status)`,
      )
      expect(said.trim().split('\n')).toEqual([
        ...ENDPOINTS.map(() => '403 other-user'),
        ...OPEN.map(() => '200'),
      ])
      expect(await shared.state()).toBe('signed-out')
      expect(shared.opened()).toBe(0)
    })
  }

  test('rejects their answers, even with the correct state', async ({ serve }) => {
    const served = await serve()
    const { seed } = formSeedFor(served)
    const called = served.api.generateCode(seeded(seed))
    await served.program.link()
    const said = await asNobody(
      { url: `${served.url}/pkce/response/code`, state: seed.state },
      `const body = new URLSearchParams({ state: given.state, code: 'theirs' })
       const answer = await fetch(given.url, { method: 'POST', body })
       console.log(answer.status, (await answer.json()).code)`,
    )
    expect(said.trim()).toBe('403 other-user')
    await respond(served, { state: seed.state, code: 'ours' })
    expect((await called).result!.code).toBe('ours')
  })

  test('rejects a caller that hangs up at once, though a closed socket may look like root’s', async ({
    serve,
  }) => {
    const { api, program, port } = await serve()
    const called = api.generateCode()
    const callback = await answerLink(await program.link())
    // The service looks up the owner only when the caller is gone.
    program.process.kill('SIGSTOP')
    await asNobody(
      { port },
      `const { connect } = await import('node:net')
       const socket = connect(given.port, '127.0.0.1', () => socket.write(
         'POST /pkce/clear HTTP/1.1\\r\\nHost: localhost:' + given.port + '\\r\\n\\r\\n',
         () => process.exit(0)))`,
    )
    program.process.kill('SIGCONT')

    const page = await fetch(callback).catch(() => null)
    const ended = await called.then(
      () => 'answered',
      () => 'cancelled',
    )
    expect([page?.status, ended]).toEqual([200, 'answered'])
  })
})

/**
 * Holds as many connections as allowed and sends requests on each, again and again, until it is stopped;
 * prints each kind of answer once. How many are answered before they are closed depends on how busy the
 * machine is: under load it may be none.
 */
const FLOOD = `
  const { connect } = await import('node:net')
  const seen = new Set()
  let left = given.connections
  await new Promise((done) => {
    let open = 0
    const next = () => {
      if (left === 0) return void (open === 0 && done())
      left -= 1
      open += 1
      const socket = connect(given.port, '127.0.0.1')
      let answer = ''
      socket.setEncoding('latin1').on('data', (text) => (answer += text))
      socket.on('connect', () => {
        seen.add('connected')
        // Half of the connections send nothing and only stay open.
        if (left % 2 === 0) return void socket.setTimeout(500, () => socket.destroy())
        socket.write('POST /pkce/token HTTP/1.1\\r\\nHost: localhost:' + given.port +
          '\\r\\nContent-Type: application/json\\r\\nContent-Length: ' + given.body.length +
          '\\r\\n\\r\\n' + given.body)
      })
      socket.on('error', () => undefined)
      socket.on('close', () => {
        seen.add(/^HTTP\\/1\\.1 \\d+/.exec(answer)?.[0] ?? 'closed')
        if (/access_token/.test(answer)) seen.add('TOKEN')
        open -= 1
        next()
      })
    }
    for (let index = 0; index < 600; index++) next()
  })
  console.log(JSON.stringify([...seen].sort()))`

for (const limit of [128, 512]) {
  test(`S40: ${limit} descriptors: a flood from another user gets nothing, and the owner is served`, async ({
    serve,
  }) => {
    const needs = 'Node 22 itself opens more files than that while it loads the program'
    test.skip(limit < 256 && Number.parseInt(process.versions.node, 10) < 24, needs)
    const served = await serve({ through: ['sh', '-c', `ulimit -n ${limit} && exec "$@"`, 'sh'] })
    const { clientId } = served.provider
    await signIn(served)
    const body = JSON.stringify({
      grant_type: 'refresh_token',
      client_id: clientId,
      minimum_validity: 0,
    })
    const flooding = { isOn: true }
    const flood = asNobody({ port: served.port, connections: 1_500, body }, FLOOD).finally(
      () => void (flooding.isOn = false),
    )
    let answered = 0
    do {
      const answer = await call(served, '/pkce/token', { body })
      expect(answer.status).toBe(200)
      answered += 1
    } while (flooding.isOn)
    expect(answered).toBeGreaterThan(1)
    const seen = JSON.parse(await flood) as string[]
    expect(seen).toContain('connected')
    const allowed = ['closed', 'connected', 'HTTP/1.1 403', 'HTTP/1.1 408']
    expect(allowed).toEqual(expect.arrayContaining(seen))
    // When the flood has ended, the other user gets an answer again, and it is still a rejection.
    const said = await asNobody(
      { url: `${served.url}/pkce/token`, body },
      `const headers = { 'content-type': 'application/json' }
       const answer = await fetch(given.url, { method: 'POST', headers, body: given.body })
       console.log(answer.status, (await answer.json()).code)`,
    )
    expect(said.trim()).toBe('403 other-user')
  })
}

test.describe('S41: the callback listener', () => {
  /** Acts as another user, who has read the link from the opener's command line. */
  const deliver = (callback: string): Promise<string> =>
    asNobody(
      { callback },
      `const answer = await fetch(given.callback)
       console.log(answer.status, (await answer.text()).includes(${JSON.stringify(PAGE_MESSAGES.nothingToDo.heading)}))`,
    )

  for (const [name, altered] of [
    ['a code', (url: URL) => url],
    ['a code at [::1]', (url: URL) => Object.assign(url, { hostname: '[::1]' })],
    [
      'a denial',
      (url: URL) => {
        url.searchParams.delete('code')
        url.searchParams.set('error', 'access_denied')
        return url
      },
    ],
  ] as const) {
    test(`rejects ${name} from other users, and the sign-in keeps waiting`, async ({ start }) => {
      const { agent, provider, signIn: begin, reached } = await start()
      const callback = await answerLink(await begin())
      expect((await deliver(altered(new URL(callback)).href)).trim()).toBe('404 true')
      const [signIn] = agent.model().signIns
      expect(signIn?.phase).toBe('waiting')
      expect(signIn?.message).toContain('another user of this computer')
      expect(provider.requests.token).toBe(0)
      // The user's own browser is still served.
      expect((await fetch(callback)).status).toBe(200)
      await reached('signed-in')
    })
  }

  test('accepts the answer if the user pastes it', async ({ start }) => {
    const { agent, signIn: begin, reached } = await start()
    const callback = await answerLink(await begin())
    expect((await deliver(callback)).trim()).toBe('404 true')
    expect(agent.paste(callback)).toBe('taken')
    await reached('signed-in')
  })

  test('rejects forms from other users', async ({ serve }) => {
    const served = await serve()
    const { seed } = seedFor(served.provider.clientId, { response_mode: 'form_post' })
    const called = call(served, '/pkce/code', { body: seed })
    const link = new URL(await served.program.link())
    const said = await asNobody(
      { url: link.searchParams.get('redirect_uri'), state: seed.state },
      `const body = new URLSearchParams({ state: given.state, code: 'theirs' })
       console.log((await fetch(given.url, { method: 'POST', body })).status)`,
    )
    expect(said.trim()).toBe('404')
    served.program.type('cancel')
    expect((await called).status).toBe(409)
  })
})

test.describe('the owner of a connection', () => {
  /** Connects from this process or as the user nobody, and returns the server's end. */
  async function connected(host: string, listenAt: string, asOther: boolean) {
    const server = createServer()
    server.listen(0, listenAt)
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const accepted = once(server, 'connection')
    const code = `const { connect } = await import('node:net')
      await new Promise((done) => connect(given.port, given.host).on('close', done).on('error', done))`
    const ended = asOther ? asNobody({ port, host }, code) : Promise.resolve('')
    const client = asOther ? null : connect(port, host)
    const [socket] = (await accepted) as [Socket]
    const close = async (): Promise<void> => {
      client?.destroy()
      socket.destroy()
      server.close()
      await ended
    }
    return { socket, close }
  }

  for (const [name, host, listenAt] of [
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
    ['an IPv6 socket at an IPv4 address, like Java’s', '::ffff:127.0.0.1', '127.0.0.1'],
  ] as const) {
    test(`is read from the kernel’s table for ${name}`, async () => {
      for (const asOther of [false, true]) {
        const { socket, close } = await connected(host, listenAt, asOther)
        const uid = asOther ? NOBODY : process.getuid!()
        expect(owners.findOwners([socket])).toEqual([
          { kind: 'user', uid, inode: expect.stringMatching(/^[1-9]\d*$/) },
        ])
        expect(await owners.isOurs(socket)).toBe(!asOther)
        await close()
      }
    })
  }

  test('may always be root, because forwarders of containers and WSL run as root', async () => {
    const theirs = createSocketOwners({ table: openTcpTable(), user: 4_242 })
    for (const [asOther, isOurs] of [
      [false, true],
      [true, false],
    ] as const) {
      const { socket, close } = await connected('127.0.0.1', '127.0.0.1', asOther)
      expect(await theirs.isOurs(socket)).toBe(isOurs)
      await close()
    }
  })
})

test('S25: if the system does not show owners, the output says so', async ({ run }) => {
  const hidden = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh']
  test.skip(spawnSync(hidden[0]!, [...hidden.slice(1), 'true']).status !== 0, 'no mount namespaces')
  const program = await run(['--no-browser', '--port', '0'], { through: hidden })
  await expect.poll(() => program.stdout()).toContain('Not signed in')
  expect(program.stdout()).toContain(
    'does not show who owns a connection (/proc/net/tcp is missing)',
  )
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(program.stdout())![0]
  const said = await asNobody(
    { url: `${url}/openapi.json` },
    'process.stdout.write(String((await fetch(given.url)).status))',
  )
  expect(said).toBe('200')
})
