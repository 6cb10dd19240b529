// The local service proves to programs of its user that it is the one that wrote the service file.

import { PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { createNonce, isProof } from '../../main/net/service-proof.js'
import { readServiceFile } from '../../main/storage/service-file.js'
import { call, expect, expectProblem, test } from '../support/service.js'

async function askProof({ url }: { url: string }, query: string): Promise<unknown> {
  const { status, text } = await call({ url }, `/.well-known/proof${query}`, { method: 'GET' })
  expect(status).toBe(200)
  return JSON.parse(text)
}

test('the proof is made with the secret of the service file, which is new for each run', async ({
  serve,
}) => {
  const [one, other] = [await serve(), await serve()]
  const nonce = createNonce()
  const challenge = { nonce, port: one.port }
  const [ours, theirs] = [one, other].map(({ program }) => {
    const { instance, secret } = readServiceFile(program.dataDir)!
    return { instance, secret: secret! }
  })
  const answer = (await askProof(one, `?nonce=${nonce}`)) as { proof: string }
  expect(Object.keys(answer)).toEqual(['proof'])
  expect(isProof(answer.proof, ours!, challenge)).toBe(true)
  expect(isProof(answer.proof, theirs!, challenge)).toBe(false)
  expect(JSON.stringify(answer)).not.toContain(ours!.secret.reveal())
  // The same from the other address.
  expect(await askProof({ url: `http://[::1]:${one.port}` }, `?nonce=${nonce}`)).toEqual(answer)
})

test('only a nonce of the right form gets a proof', async ({ shared }) => {
  const nonce = createNonce()
  for (const query of [
    '',
    '?',
    '?nonce=',
    '?nonce=short',
    `?nonce=${nonce}x`,
    `?nonce=${nonce}&nonce=${nonce}`,
    `?other=${nonce}`,
  ]) {
    const answer = await call(shared, `/.well-known/proof${query}`, { method: 'GET' })
    expect(expectProblem(answer, 400, 'malformed'), query).toBe(PROBLEM_DETAILS.noNonce)
  }
})

test('a web page gets no proof', async ({ shared }) => {
  const answer = await call(shared, `/.well-known/proof?nonce=${createNonce()}`, {
    method: 'GET',
    headers: { origin: 'https://evil.example' },
  })
  expectProblem(answer, 403, 'web-page')
})
