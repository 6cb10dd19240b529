// Sign-in, renewal and sign-out, end to end, at every kind of provider. The run prints the matrix.

import { call } from '../support/service.js'
import { expect, SCRIPTED, test } from '../support/desktop-test.js'
import type { Program } from '../support/program.js'
import { MATRIX_STEPS, MATRIX_TAG, REJECTED_SHAPE } from './matrix-reporter.js'
import type { OddProvider } from './odd-provider.js'
import { SHAPES, type Shape, type SignOut } from './shapes.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'

type Page = Parameters<OddProvider['signIn']>[0]

for (const shape of SHAPES) {
  const details = {
    tag: MATRIX_TAG,
    ...(shape.refused && { annotation: { type: REJECTED_SHAPE } }),
  }
  test(shape.name, details, async ({ run, page }) => {
    const provider = await shape.start()
    try {
      const { issuer, clientId } = provider
      const program = await run([...SCRIPTED, '--issuer', issuer, '--client-id', clientId])
      const { url } = await program.line('listening')
      const latchkey: Latchkey = { program, url }
      const [signInStep, renewalStep, signOutStep] = MATRIX_STEPS
      if (shape.refused) {
        return await test.step(signInStep, () => reject(shape.refused!, provider, program, page))
      }
      await test.step(signInStep, () => signIn(provider, latchkey, page))
      await test.step(renewalStep, () => renew(provider, latchkey))
      await test.step(signOutStep, () => signOut(shape, provider, program))
    } finally {
      await provider.close()
    }
  })
}

type Latchkey = { program: Program; url: string }

/** Nobody is signed in, and the user sees the reason. If the metadata decide that, no browser is opened. */
async function reject(
  { at, words }: NonNullable<Shape['refused']>,
  provider: OddProvider,
  program: Program,
  page: Page,
): Promise<void> {
  program.type('sign-in')
  if (at === 'callback') await provider.signIn(page, await program.link())
  const { account, reason } = await program.status('failed')
  expect(account).toBeNull()
  expect(reason).toContain(words)
  if (at === 'metadata') expect(program.stdout()).not.toContain('"event":"open"')
}

/** An app asks for a sign-in, the user answers in the browser, and the app fetches the tokens. */
async function signIn(
  provider: OddProvider,
  { program, url }: Latchkey,
  page: Page,
): Promise<void> {
  const asked = call({ url }, '/pkce/code')
  // An answer before the link is an error, and no link will follow.
  const link = await Promise.race([program.link(), asked.then(({ text }) => text)])
  expect(link).toContain('/authorize')
  await provider.signIn(page, link)
  expect((await asked).text).toContain('"code"')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.returnToApp.heading)
  const answer = await call({ url }, '/pkce/token')
  expect(answer, answer.text).toMatchObject({ status: 200 })
  const { account, reason } = await program.status('signed-in')
  expect(account?.sub).toBeTruthy()
  expect(reason).toBeNull()
  expect(provider.answers.token).toEqual([200])
}

async function renew(provider: OddProvider, { program, url }: Latchkey): Promise<void> {
  const body = { grant_type: 'refresh_token', client_id: provider.clientId }
  const answer = await call({ url }, '/pkce/token', { body })
  expect(answer, answer.text).toMatchObject({ status: 200 })
  expect(provider.answers.token).toEqual([200, 200])
  program.type('status')
  expect((await program.status('signed-in')).reason).toBeNull()
}

async function signOut(
  { signOut = 'revoked' }: Shape,
  provider: OddProvider,
  program: Program,
): Promise<void> {
  program.type('sign-out')
  await program.status('signed-out')
  // The program ends after the provider was contacted. Failures are visible only then.
  program.type('quit')
  expect(await program.ended).toBe(0)
  expect(toSignOut(provider.answers.revocation)).toBe(signOut)
  expect(program.stdout()).not.toContain('could not be told')
}

function toSignOut(revocations: readonly number[]): SignOut | 'failed' {
  if (revocations.length === 0) return 'forgotten'
  if (revocations.every((status) => status === 200)) return 'revoked'
  return revocations.every((status) => [400, 401, 403].includes(status))
    ? 'refused as announced'
    : 'failed'
}
