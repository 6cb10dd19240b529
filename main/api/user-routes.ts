// The calls that plugins of the official client make: who is signed in, sign in, sign out.

import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Agent } from '../agent/agent.js'
import type { AccountSession } from '../agent/model.js'
import type { Clock } from '../base/clock.js'
import { answerJson, answerText, DONE, type Answer } from './answer.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import type { EndpointName } from './endpoints.js'
import type { IdentityAccess, IdentityDeps, Patience } from './identity-access.js'
import { loadSchemas } from './load-schemas.js'
import type { Context, SentApplication, UserProfile, Users } from './models.js'
import type { Handlers } from './pkce-routes.js'
import { makeNotSignedInProblem, Problem } from './problem.js'
import type { ProgramSignIns } from './program-sign-in.js'
import { readJson, readPatience, skipBody, watchHangUp } from './read-request.js'
import { findAllowed, type CallerWish } from './renewal-call.js'
import { parseBody } from './request-body.js'
import { findKey } from './require-consent.js'
import { DEFAULT_VALIDITY_S, readAccessToken } from './session-token.js'
import { signOutForCaller } from './sign-out-call.js'
import { toUserProfile, toUuid } from './user-profile.js'

export type UserDeps = IdentityDeps & {
  agent: Pick<
    Agent,
    'all' | 'consents' | 'last' | 'model' | 'read' | 'readNarrowed' | 'signOut' | 'subscribe'
  >
  clock: Clock
  identity: IdentityAccess
  signIns: ProgramSignIns
  /** The version that clients are told. */
  version: string
}

type UserEndpoint = Extract<
  EndpointName,
  | `${string} /${'connect' | 'user' | 'users'}`
  | `${'GET' | 'POST'} /user/${string}`
  | `${string} /os/${string}`
>

export function createUserHandlers(deps: UserDeps): Pick<Handlers, UserEndpoint> {
  const { identity, signIns } = deps
  const osId = randomUUID()
  return {
    'POST /connect': (request) => connect(deps, request, osId),
    'GET /user': async (request, response) => {
      const patience = readPatience(request, response)
      const account = await findSignedIn(identity, request, patience)
      return answer(account === null ? {} : { user: toUserProfile(deps, account) })
    },
    'GET /user/access_token': (request, response) => readToken(deps, request, response),
    'GET /user/refresh': async (request, response) => {
      const hangUp = watchHangUp(response)
      const { account } = await findAllowed(deps, request, {
        wanted: {},
        purpose: 'identity',
        hangUp,
      })
      return answer(toUserProfile(deps, account))
    },
    'POST /user/clear': async (request) => {
      await skipBody(request)
      findKey(deps, request)
      deps.callers.forgetProgram(await deps.findCaller(request))
      return DONE
    },
    'POST /user/select': (request) => select(deps, request),
    'GET /users': async (request, response) =>
      answer(await listUsers(deps, request, readPatience(request, response))),
    'POST /os/sign_in': async (request, response) => {
      const hangUp = watchHangUp(response)
      await skipBody(request)
      return answer(toUserProfile(deps, await signIns.signIn(request, { hangUp })))
    },
    'POST /os/sign_out': (request, response) => signOut(deps, request, response),
  }
}

function answer(value: UserProfile | Users | Context | { user?: UserProfile }): Answer {
  return answerJson(JSON.stringify(value))
}

/** To the clients, an account whose session has ended is not signed in. */
function isSignedIn(account: AccountSession): boolean {
  return account.kind === 'signed-in'
}

async function findSignedIn(
  identity: IdentityAccess,
  request: IncomingMessage,
  patience?: Patience,
): Promise<AccountSession | null> {
  const account = await identity.peek(request, patience)
  return account !== null && isSignedIn(account) ? account : null
}

async function connect(deps: UserDeps, request: IncomingMessage, osId: string): Promise<Answer> {
  const body = await readJson(request)
  const { application } = parseBody((await loadSchemas()).connection, body)
  const account = await findSignedIn(deps.identity, request)
  return answer({
    os: osId,
    application: describeApplication(application),
    health: { os: { id: osId, version: deps.version } },
    ...(account !== null && { user: toUserProfile(deps, account) }),
  })
}

/** Two generated clients fail on a privacy that they do not know. */
function describeApplication({
  name,
  version,
  platform,
  privacy,
}: SentApplication): Context['application'] {
  return {
    id: toUuid(createHash('sha256').update(JSON.stringify([name, platform]))),
    name,
    version,
    platform,
    onboarded: true,
    privacy: privacy ?? 'CLOSED',
  }
}

async function readToken(
  deps: UserDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const hangUp = watchHangUp(response)
  const wish: CallerWish = { wanted: {}, purpose: 'access-token', hangUp }
  const allowed = await findAllowed(deps, request, wish)
  const leastMs = DEFAULT_VALIDITY_S * 1000
  const { text } = await readAccessToken(deps, allowed, { scope: null, leastMs })
  await allowed.recheck()
  return answerText(text)
}

/** An unknown person and one that the program is not allowed to know get the same answer. */
async function select(deps: UserDeps, request: IncomingMessage): Promise<Answer> {
  const body = await readJson(request)
  const { user_id: id, email } = parseBody((await loadSchemas()).selectedUser, body)
  if (id === undefined && email === undefined) {
    throw new Problem('malformed', PROBLEM_DETAILS.nobodyNamed)
  }
  const accounts = (await deps.identity.list(request)).filter(isSignedIn)
  const found = accounts.find((account) => {
    const profile = toUserProfile(deps, account)
    return id === undefined
      ? profile.email === email
      : [account.account.sub, profile.id].includes(id)
  })
  if (!found) throw makeNotSignedInProblem(PROBLEM_DETAILS.noSuchUser)
  deps.callers.remember(await deps.findCaller(request), found.id)
  return answer(toUserProfile(deps, found))
}

async function listUsers(
  deps: UserDeps,
  request: IncomingMessage,
  patience?: Patience,
): Promise<Users> {
  const accounts = await deps.identity.list(request, patience)
  return { iterable: accounts.filter(isSignedIn).map((account) => toUserProfile(deps, account)) }
}

/** Signs out the account that the program uses. Returns who is left, as far as the program may know. */
async function signOut(
  deps: UserDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const hangUp = watchHangUp(response)
  await skipBody(request)
  await signOutForCaller(deps, request, { hangUp })
  return answer(await listUsers(deps, request))
}
