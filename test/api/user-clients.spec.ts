// The calls around a sign-in as the official client sends them in its other languages, and reads the answers.

import type * as z from 'zod'
import {
  readableContext,
  readableProfile,
  readableUser,
  readableUsers,
  USER_CLIENTS,
  type UserClient,
} from '../support/client-user-calls.js'
import { ask, comeBack, expect, test, type Service } from '../support/service.js'

type Sent = { headers: Readonly<Record<string, string>>; text?: string }

function send(service: Service, client: UserClient, path: string, sent?: Sent) {
  return ask(service, path, {
    method: sent === undefined ? 'GET' : 'POST',
    headers: { ...client.headers, ...sent?.headers },
    ...(sent?.text !== undefined && { body: sent.text }),
  })
}

/** Reads an answer as strictly as any of them does. */
async function read<Value>(
  model: z.ZodType<Value>,
  called: ReturnType<typeof send>,
): Promise<Value> {
  const { status, headers, text } = await called
  expect(status, text).toBe(200)
  expect(headers['content-type']).toBe('application/json')
  // A JSON null anywhere is read as a value by Dart and C#.
  expect(text).not.toMatch(/[:,[]null[,}\]]/)
  return model.parse(JSON.parse(text))
}

for (const client of USER_CLIENTS) {
  test(`${client.language}: what it sends is understood, and what it gets can be read`, async ({
    serve,
  }) => {
    const service = await serve()
    const get = (path: string) => send(service, client, path)
    const post = (path: string, sent = client.nothing) => send(service, client, path, sent)

    const before = await read(readableContext, post('/connect', client.connect))
    expect(before.user).toBeUndefined()
    expect((await get('/user')).text).toBe('{}')
    expect((await get('/users')).text).toBe('{"iterable":[]}')

    const signedIn = post('/os/sign_in')
    await comeBack(service.program)
    const profile = await read(readableProfile, signedIn)
    expect(profile).toMatchObject({ name: 'Alice Adams', email: 'alice@example.com' })

    const after = await read(readableContext, post('/connect', client.connect))
    expect(after.user).toEqual(profile)
    expect(after.application.id).toBe(before.application.id)
    expect(await read(readableUser, get('/user'))).toEqual({ user: profile })
    expect(await read(readableUsers, get('/users'))).toEqual({ iterable: [profile] })
    expect(await read(readableProfile, get('/user/refresh'))).toEqual(profile)
    expect(await read(readableProfile, post('/user/select', client.select(profile.id)))).toEqual(
      profile,
    )

    // Dart and C# keep quotes.
    const token = await get('/user/access_token')
    expect(token.headers['content-type']).toMatch(/^text\/plain/)
    expect(token.text).toMatch(/^[\w.~+/-]+=*$/)

    const cleared = await post('/user/clear')
    expect([cleared.status, cleared.text]).toEqual([204, ''])
    expect(await read(readableUsers, post('/os/sign_out'))).toEqual({ iterable: [] })
  })
}
