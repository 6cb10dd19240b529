// What `kubectl-credential` answers, by the documented ExecCredential.

import { expect, test } from '@playwright/test'
import { answerKubectlCredential } from '../../main/cli/kubectl-credential.js'

const V1 = 'client.authentication.k8s.io/v1'
const getIdToken = () =>
  Promise.resolve({ idToken: 'eyJ.id.token', expiresAtMs: Date.parse('2026-11-27T12:00:00.900Z') })

const STATUS = { expirationTimestamp: '2026-11-27T12:00:00Z', token: 'eyJ.id.token' }

const makeInfo = (apiVersion: unknown): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { interactive: false } })

for (const apiVersion of [V1, 'client.authentication.k8s.io/v1beta1']) {
  test(`a request of ${apiVersion} gets an answer of the same version`, async () => {
    const answer = await answerKubectlCredential(makeInfo(apiVersion), { getIdToken })
    expect(JSON.parse(answer)).toEqual({ kind: 'ExecCredential', apiVersion, status: STATUS })
    expect(answer).toMatch(/^[^\n]+\n$/)
  })
}

test('without KUBERNETES_EXEC_INFO, the answer is of version 1', async () => {
  for (const info of [undefined, '']) {
    const answer = await answerKubectlCredential(info, { getIdToken })
    expect(JSON.parse(answer)).toEqual({ kind: 'ExecCredential', apiVersion: V1, status: STATUS })
  }
})

for (const info of [
  '{',
  'null',
  '[]',
  makeInfo('client.authentication.k8s.io/v1alpha1'),
  makeInfo('client.authentication.k8s.io/v2'),
  makeInfo(undefined),
  makeInfo(7),
  JSON.stringify({ kind: 'Other', apiVersion: V1 }),
]) {
  test(`KUBERNETES_EXEC_INFO as ${info} is rejected, and no token is fetched`, async () => {
    let isFetched = false
    const answer = answerKubectlCredential(info, {
      getIdToken: () => {
        isFetched = true
        return getIdToken()
      },
    })
    await expect(answer).rejects.toThrow(/KUBERNETES_EXEC_INFO/)
    expect(isFetched).toBe(false)
  })
}
