// A service on the default port of http, which clients leave out of Host and of URLs.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { guard } from '../../main/api/guard.js'
import { seededPkce } from '../../main/api/models.js'
import { parseBody } from '../../main/api/request-body.js'
import { toSignInRequest } from '../../main/api/seeded-request.js'
import { createProviderSettings } from '../support/fixture.js'
import { SCRIPTED } from '../support/program.js'
import { ask, createClient, expect, expectProblem, seedFor, test } from '../support/service.js'

test.describe('a service on port 80, which clients leave out of Host', () => {
  test('accepts Host with and without the port, and no other host or port', async () => {
    const server = createServer((request, response) => {
      const refusal = guard(request, {
        ports: [80],
        isOurs: () => true,
        isSocketCall: () => false,
        checkKey: () => null,
      })
      response.end(refusal === null ? 'let in' : refusal.code)
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const answerTo = async (host: string): Promise<string> =>
      (await ask({ port }, '/pkce/challenge', { headers: { host } })).text
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'LocalHost']) {
      expect(await answerTo(host), host).toBe('let in')
      expect(await answerTo(`${host}:80`), host).toBe('let in')
    }
    for (const host of ['localhost:', 'localhost:8080', 'localhost.', '0.0.0.0', 'example.com']) {
      expect(await answerTo(host), host).toBe('wrong-host')
    }
    await new Promise((resolve) => server.close(resolve))
  })

  test('is the only one that accepts a Host without a port', async ({ shared }) => {
    const answer = await ask(shared, '/pkce/challenge', { headers: { host: 'localhost' } })
    expectProblem(answer, 403, 'wrong-host')
  })

  test('accepts a provider’s form at its URL with and without the port', async () => {
    const provider = createProviderSettings({ issuer: 'https://a.example', clientId: 'c' })
    for (const authority of ['localhost', 'localhost:80', '127.0.0.1', '[::1]:80']) {
      const redirectUri = `http://${authority}/pkce/response/code`
      const { seed } = seedFor('c', { redirect_uri: redirectUri, response_mode: 'form_post' })
      const { redirectTarget } = toSignInRequest(
        { provider, ports: [80] },
        { ...parseBody(seededPkce, seed), client_id: 'c' },
        null,
      )
      expect(redirectTarget).toEqual({ kind: 'api', redirectUri })
    }
  })

  test('serves the official client at http://localhost:80', async ({ run }) => {
    const program = await run([...SCRIPTED, '--demo', '--port', '80'])
    const started = await Promise.race([program.line('listening'), program.ended])
    test.skip(typeof started === 'number', "this user can't have port 80 here, or it is taken")
    const { challenge } = await createClient('http://localhost:80').getChallenge()
    expect(challenge).toBeDefined()
  })
})
