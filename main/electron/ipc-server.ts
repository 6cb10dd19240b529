// The main process's side of the IPC contract.

import { ipcMain, type IpcMainInvokeEvent } from 'electron'
import * as z from 'zod'
import type { Calls } from '../ipc.js'
import { WINDOW_ORIGIN } from './scheme.js'

/** The handler of each channel. A channel without a handler doesn't compile. */
export type Handlers = {
  readonly [Channel in keyof Calls]: (
    ...args: Parameters<Calls[Channel]>
  ) => ReturnType<Calls[Channel]> | Promise<ReturnType<Calls[Channel]>>
}

const text = z.string().max(2_000)
/** The ID of an account or a question. */
const id = z.string().max(40)
/** Longer than any valid address, so that the person gets a message about a longer one. */
const pasted = z.string().max(1_000_000)

const providerFields = {
  issuer: text.optional(),
  clientId: text.optional(),
  clientSecret: z.string().max(8_000).optional(),
  scope: text.optional(),
  audience: text.optional(),
  redirectPort: text.optional(),
  redirectHost: text.optional(),
  redirectPath: text.optional(),
  prompt: text.optional(),
  authorizationParameters: text.optional(),
}

/** The schema of each channel's arguments. A channel without a schema doesn't compile. */
const ARGUMENTS = {
  'read-status': z.tuple([]),
  'run-command': z.tuple([
    z.enum([
      'sign-in',
      'sign-in-as-other',
      'cancel',
      'sign-out',
      'ask-sign-out',
      'stay-signed-in',
      'open-again',
      'copy-link',
      'copy-service-url',
      'copy-report',
      'copy-redirect-uris',
      'copy-key',
      'clear-key',
      'apps-opened',
      'restart',
    ]),
  ]),
  'sign-in-account': z.tuple([id]),
  'sign-in-provider': z.tuple([text]),
  'sign-out-account': z.tuple([id]),
  'make-default': z.tuple([id]),
  'decide-person': z.tuple([id, z.boolean()]),
  // The question's ID, so that an answer to an earlier question does nothing.
  'answer-consent': z.tuple([id, z.enum(['once', 'always', 'denied'])]),
  'forget-app': z.tuple([id]),
  'create-key': z.tuple([z.strictObject({ name: text, accountId: id, scope: text.nullable() })]),
  'sign-out-and-forget': z.tuple([id]),
  'sign-out-everywhere': z.tuple([z.boolean()]),
  'read-settings': z.tuple([]),
  'save-settings': z.tuple([
    // The settings check the values themselves.
    z.strictObject({
      ...providerFields,
      notifications: z.boolean().optional(),
      endSession: z.boolean().optional(),
      keepWithoutKeyring: z.boolean().optional(),
      asksForConsent: z.boolean().optional(),
      pauseWhenLocked: z.boolean().optional(),
    }),
  ]),
  'read-provider': z.tuple([text.nullable()]),
  'save-provider': z.tuple([
    text.nullable(),
    z.strictObject({ name: text.optional(), ...providerFields }),
  ]),
  'remove-provider': z.tuple([text]),
  'set-start-at-login': z.tuple([z.boolean()]),
  'test-provider': z.tuple([text]),
  'describe-provider': z.tuple([text]),
  'list-providers': z.tuple([]),
  // A name from a table, never a link.
  'open-provider-guide': z.tuple([
    z.enum(['auth0', 'google', 'entra', 'okta', 'keycloak', 'gitlab', 'cognito', 'salesforce']),
  ]),
  'list-redirect-uris': z.tuple([
    z.strictObject({ redirectPort: text, redirectHost: text, redirectPath: text }),
  ]),
  'paste-address': z.tuple([pasted]),
  'create-report': z.tuple([]),
  'read-removal': z.tuple([]),
  'revoke-session': z.tuple([]),
  'remove-data': z.tuple([]),
} satisfies { readonly [Channel in keyof Calls]: z.ZodType<Parameters<Calls[Channel]>> }

/** The channels whose schema differs from the contract. If there are any, this doesn't compile. */
type Drifted = {
  [Channel in keyof Calls]: IsSame<
    Writable<z.output<(typeof ARGUMENTS)[Channel]>>,
    Writable<Parameters<Calls[Channel]>>
  > extends true
    ? never
    : Channel
}[keyof Calls]
void (true satisfies [Drifted] extends [never] ? true : `${Drifted} is checked otherwise`)

/** True for exactly the same type, including optional members. */
type IsSame<A, B> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- so types are compared as they are
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** The same type without `readonly`, which schemas don't add. */
type Writable<T> = T extends object ? { -readonly [Key in keyof T]: Writable<T[Key]> } : T

/**
 * Answers the window's calls. The caller's promise rejects if the call doesn't come from the main frame
 * of the window's page, or if its arguments don't fit the contract.
 */
export function serveCalls(handlers: Handlers): void {
  for (const channel of Object.keys(ARGUMENTS) as (keyof Calls)[]) {
    // Arguments that pass a channel's schema fit its handler.
    serve(channel, ARGUMENTS[channel], handlers[channel] as (...args: unknown[]) => unknown)
  }
}

function serve(
  channel: keyof Calls,
  argumentsSchema: z.ZodType<unknown[]>,
  handler: (...args: unknown[]) => unknown,
): void {
  ipcMain.handle(channel, (event, ...args: unknown[]) => {
    if (!isFromOurWindow(event)) throw new Error(`${channel}: rejected, it is for the window only`)
    const parsed = argumentsSchema.safeParse(args)
    if (!parsed.success) throw new Error(`${channel}: rejected, its arguments are wrong`)
    return handler(...parsed.data)
  })
}

/** True if the call comes from the main frame of one of our pages. */
function isFromOurWindow({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  // Null if the frame has navigated away or was destroyed.
  if (senderFrame === null || senderFrame !== sender.mainFrame) return false
  // Not `origin`: URL returns "null" for unknown schemes.
  return senderFrame.url === `${WINDOW_ORIGIN}/`
}
