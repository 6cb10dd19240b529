// The messages of the sign-in code, once, for a reader to check.

import { expect, test } from '@playwright/test'
import {
  CALLBACK_MESSAGES,
  ID_TOKEN_MESSAGES,
  ISSUER_MESSAGES,
  MESSAGES,
  METADATA_MESSAGES,
  PAGE_MESSAGES,
  PASTED_MESSAGES,
  PURPOSES,
  REGISTRATION_MESSAGES,
  REVOCATION_MESSAGES,
  SCOPE_MESSAGES,
  TOKEN_MESSAGES,
} from '../../main/oauth/oauth-messages.js'

test('the purposes of requests', () => {
  expect(Object.values(PURPOSES)).toEqual([
    "reading the provider's metadata",
    "reading the provider's keys",
    'reading your profile',
    'finishing the sign-in',
    'renewing the session',
    'asking for a token for fewer scopes',
    'ending the old session at the provider',
  ])
})

test('the messages about the metadata and the keys', () => {
  const { status, notMetadata, notHttps } = METADATA_MESSAGES
  const url = 'https://id.example/.well-known/openid-configuration'
  expect([
    METADATA_MESSAGES.noCodeFlow,
    METADATA_MESSAGES.noPkce,
    status(503, url),
    status(404, url),
    notMetadata(url, 'jwks_uri'),
    notMetadata(url, undefined),
    METADATA_MESSAGES.onlyHs256,
    METADATA_MESSAGES.noAlgorithm,
    notHttps('token_endpoint'),
    METADATA_MESSAGES.unreadableKeys,
  ]).toEqual([
    'The provider does not offer the authorization code flow, which Latchkey needs. Ask its administrator to enable it.',
    'The provider does not support PKCE with S256, and Latchkey does not sign in without it. Ask its administrator to enable it.',
    'The provider answered 503 at https://id.example/.well-known/openid-configuration. Try again later.',
    'The provider answered 404 at https://id.example/.well-known/openid-configuration. Check the issuer setting.',
    "The answer from https://id.example/.well-known/openid-configuration is not an OpenID provider's metadata (jwks_uri is missing or malformed). Check the issuer setting.",
    "The answer from https://id.example/.well-known/openid-configuration is not an OpenID provider's metadata. Check the issuer setting.",
    'The provider signs ID tokens with HS256 only, which needs a client secret to check, and Latchkey has none. Set RS256 or ES256 for your application there, or ask its administrator.',
    "The provider signs ID tokens only in ways that Latchkey can't check. Ask its administrator for RS256 or ES256.",
    "The provider's token_endpoint is not https, so anyone on the network could read the sign-in. Latchkey won't use it. Ask the provider's administrator to fix that.",
    "The provider's signing keys could not be read, so its answer could not be checked. Try again later.",
  ])
})

test('the messages about another issuer', () => {
  const { missing, otherSpelling, manyTenants, other } = ISSUER_MESSAGES
  expect([
    missing('https://id.example'),
    otherSpelling('https://id.example/'),
    manyTenants('https://id.example', 'https://id.example/{tenantid}'),
    other('https://id.example', 'https://other.example'),
  ]).toEqual([
    'The provider at https://id.example does not say what its issuer is. Check the issuer setting.',
    'The provider spells its issuer https://id.example/: set the issuer to exactly that.',
    "The provider at https://id.example serves many tenants: its issuer is https://id.example/{tenantid}. Set the issuer to your own tenant's: replace the braces with its ID.",
    'The provider at https://id.example names another issuer as its own: https://other.example. If that is your provider, set the issuer to exactly that.',
  ])
})

test('the messages about the redirect URI and the scopes', () => {
  const { fixedPorts, anyPort } = REGISTRATION_MESSAGES
  expect([
    fixedPorts(['http://localhost:8400/cb']),
    fixedPorts([8400, 8401, 8402].map((port) => `http://localhost:${port}/cb`)),
    anyPort('http://127.0.0.1/callback', 'http://127.0.0.1:8400/callback'),
    SCOPE_MESSAGES.askedAgain,
  ]).toEqual([
    'Register http://localhost:8400/cb with your provider, exactly as shown.',
    'Register http://localhost:8400/cb, http://localhost:8401/cb and http://localhost:8402/cb with your provider, exactly as shown.',
    'Register http://127.0.0.1/callback with your provider. If it wants a port too, choose one with --redirect-port 8400 and register http://127.0.0.1:8400/callback.',
    'Your provider does not allow the scope offline_access, so Latchkey asks again without it. The session may end when its access token expires. To choose the requested scopes, set --scope.',
  ])
})

test('the messages about the callback', () => {
  const { denied, failed } = CALLBACK_MESSAGES
  expect([
    MESSAGES.noIpv6,
    CALLBACK_MESSAGES.noIssuer,
    CALLBACK_MESSAGES.otherIssuer,
    denied('"access_denied"'),
    failed('"server_error"', false),
    failed('"invalid_scope"', true),
  ]).toEqual([
    "This computer has no IPv6, so your browser can't return to [::1]. Choose another host with --redirect-host 127.0.0.1, and register that one.",
    "The answer did not say which provider it came from, although your provider promises to say so. Latchkey didn't use it. Try again.",
    "The answer came from a different provider than the one you were sent to. Latchkey didn't use it. Try again.",
    'The sign-in was denied at the provider: "access_denied".',
    'The provider could not sign you in: "server_error".',
    'The provider could not sign you in: "invalid_scope". Choose the requested scopes with --scope.',
  ])
})

test('the messages about a pasted address', () => {
  expect(PASTED_MESSAGES).toEqual({
    taken: 'Latchkey accepted the address that you pasted.',
    again: 'Latchkey already has this address. There is nothing more to do.',
    'no-address': "Latchkey can't read this address. Copy the whole address from the address bar.",
    'other-place':
      "This is not the address that your provider sends you back to. Sign in there first, then copy the address of the page that can't be loaded.",
    'no-answer':
      'This address contains no answer from your provider. Copy the whole address, including the part after the question mark.',
    'other-sign-in':
      'This address belongs to another sign-in. Open the link of the sign-in that is waiting, and paste the address that it leads to.',
  })
})

test('the messages about the answers of the token endpoint', () => {
  const { unreadable, notNow, failed, noReason, otherSuccess } = TOKEN_MESSAGES
  expect([
    unreadable('sign-in', 'id_token'),
    unreadable('renewal', 'access_token'),
    unreadable('narrowing', 'access_token'),
    notNow('sign-in', '"slow_down"'),
    notNow('renewal', '"server_error"'),
    failed('sign-in', 503),
    failed('renewal', 503),
    noReason('renewal-again', 404),
    otherSuccess('renewal-again', 203),
    failed('narrowing', 503),
    notNow('narrowing-again', '"server_error"'),
    TOKEN_MESSAGES.codeNotAccepted('"invalid_grant"'),
    TOKEN_MESSAGES.signInRejected('"invalid_client"'),
    TOKEN_MESSAGES.sessionEnded,
    TOKEN_MESSAGES.sessionReused,
    TOKEN_MESSAGES.wantsUser('"login_required"'),
    TOKEN_MESSAGES.registrationChanged('"invalid_client"'),
    TOKEN_MESSAGES.renewalRejected('"invalid_request"'),
    TOKEN_MESSAGES.narrowingRejected('"invalid_scope"'),
    TOKEN_MESSAGES.notNarrowed,
  ]).toEqual([
    "The provider's answer to the sign-in could not be understood (id_token is missing or malformed). Nothing was stored. Try again; if it happens again, tell the provider's administrator.",
    "The provider's answer to the renewal of the session could not be understood (access_token is missing or malformed). Latchkey will try again; if it happens again, tell the provider's administrator.",
    "The provider's answer to the request for a token for fewer scopes could not be understood (access_token is missing or malformed). Try again; if it happens again, tell the provider's administrator.",
    'The provider can\'t finish the sign-in now: "slow_down". Try again later.',
    'The provider can\'t renew the session now: "server_error". Try again later.',
    'The provider answered 503 to the sign-in. Try again later.',
    'The provider answered 503 to the renewal of the session. Try again later.',
    'The provider answered 404 to the renewal of the session without giving a reason, which OAuth requires. Check the issuer setting, and whether a proxy or a firewall answers instead.',
    "The provider answered 203 to the renewal of the session, but tokens are valid only with 200, so Latchkey does not use them. Tell the provider's administrator.",
    'The provider answered 503 to the request for a token for fewer scopes. Try again later.',
    'The provider can\'t give a token for fewer scopes now: "server_error". Try again later.',
    'The provider did not accept the sign-in: "invalid_grant". Try again.',
    'The provider rejected the sign-in: "invalid_client". Check the client ID and how the application is registered there.',
    'The provider has ended your session. Sign in again.',
    "The provider has ended your session because another copy of this session was used. Sign in again. If you did not copy it yourself, ask the provider's administrator.",
    'The provider won\'t renew the session until you sign in again: "login_required".',
    'The provider rejected the renewal of the session: "invalid_client". Sign in again. If that does not help, ask its administrator how this application is registered there now.',
    'The provider rejected the renewal of the session: "invalid_request". Latchkey will try again.',
    'The provider rejected the request for a token for fewer scopes: "invalid_scope". Your session is not affected.',
    'The provider gave a token for more scopes than Latchkey asked for, so Latchkey discarded it. This provider may not support tokens for fewer scopes than the session has.',
  ])
})

test('the messages about a failed revocation', () => {
  expect([REVOCATION_MESSAGES.requestFailed, REVOCATION_MESSAGES.status(503)]).toEqual([
    'The request failed.',
    'The provider answered 503 when asked to end the old session.',
  ])
})

test('the messages about the ID token', () => {
  const { invalid, wrongClock } = ID_TOKEN_MESSAGES
  expect([
    invalid('expired'),
    wrongClock(7_200_000, 'sign-in'),
    wrongClock(-90_000, 'renewal'),
    ID_TOKEN_MESSAGES.anotherAccount,
  ]).toEqual([
    "The provider's proof of who signed in (its ID token) is not valid: it has expired already. Latchkey did not use it. Try again; if it happens again, tell the provider's administrator.",
    "This computer's clock is 2 hours behind the provider's, so Latchkey could not check who signed in. Correct the clock, then sign in again.",
    "This computer's clock is 90 seconds ahead of the provider's, so Latchkey could not check who signed in. Correct the clock. Latchkey then renews the session.",
    'The provider renewed the session for someone else, so Latchkey ended it. Sign in again.',
  ])
})

test('the pages', () => {
  const pages = Object.values(PAGE_MESSAGES).map(({ heading, text }) =>
    [heading, ...(typeof text === 'function' ? text('TEXT') : text)].join(' | '),
  )
  expect(pages).toEqual([
    'You are signed in | Latchkey signed you in as TEXT. | You can close this tab.',
    'You signed in as someone else | You are signed in at your provider as TEXT, but this sign-in was for another account. | Latchkey asks you whether to keep this account. You can close this tab.',
    "You are not signed in | TEXT | If you didn't mean to deny access, start again from Latchkey. You can close this tab.",
    'Go back to your app | Your answer has arrived, and the app is finishing the sign-in. | You can close this tab.',
    'The app has stopped waiting | The app that sent you here stopped waiting before you finished, so you were not signed in. Your answer was not passed on. | If you still want to sign in, start again from the app. You can close this tab.',
    'This sign-in was cancelled | Latchkey stopped it before it finished, and stored nothing. | You can close this tab.',
    'The sign-in failed | TEXT | You can close this tab.',
    'Nothing to do here | Latchkey is not waiting for this answer: it may have been used already, or it belongs to a sign-in that has ended. | If you meant to sign in, start from Latchkey. You can close this tab.',
    'Your browser sent too much | Programs on this computer have set so many cookies for 127.0.0.1 in your browser that Latchkey could not read its answer. | Delete the cookies for 127.0.0.1 and localhost, then open the sign-in link again.',
  ])
})
