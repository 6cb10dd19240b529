// S24: which programs get tokens, by their real processes.

import { expect, test } from '../support/service.js'

test('a program that the user has not allowed gets no token', async ({ serve }) => {
  const { url } = await serve()
  const answer = await fetch(`${url}/pkce/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer latchkey_wrong' },
    body: JSON.stringify({ grant_type: 'refresh_token' }),
  })
  expect(answer.status).toBe(403)
})
