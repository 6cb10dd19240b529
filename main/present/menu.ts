// Makes the tray's menu from the model.

import {
  askingSignIn,
  defaultId,
  reachableSignIn,
  shownSignIn,
  toSessionState,
  type AccountSession,
  type Model,
  type OtherPerson,
  type SignIn,
} from '../agent/model.js'
import type { AccountCommand, Command, RestartOffer } from '../ipc.js'
import { formatAccount } from '../oauth/account.js'
import { PRESENT_MESSAGES } from './present-messages.js'
import { toHeadline } from './status.js'

export type MenuCommand =
  | Exclude<
      Command,
      | 'sign-out'
      | 'stay-signed-in'
      | 'copy-service-url'
      | 'copy-report'
      | 'copy-redirect-uris'
      | 'copy-key'
      | 'clear-key'
      | 'apps-opened'
    >
  | 'open'
  | 'toggle-start-at-login'
  | 'quit'
  | AccountCommand

export type MenuItem =
  | { kind: 'text'; label: string }
  | { kind: 'command'; label: string; command: MenuCommand }
  | { kind: 'checkbox'; label: string; command: MenuCommand; checked: boolean; enabled: boolean }
  | { kind: 'submenu'; label: string; items: readonly MenuItem[] }
  | { kind: 'separator' }

/** What the menu shows besides the model. */
export type MenuSurroundings = {
  /** The state of the system's setting. */
  startAtLogin: { on: boolean; changeable: boolean }
  /** Null if a restart would not help. */
  restart: RestartOffer | null
  /** The names of the configured providers. */
  providers: readonly string[]
}

const SEPARATOR: MenuItem = { kind: 'separator' }

/**
 * Makes the whole menu. It holds every command, because a click on the tray's icon may do nothing on
 * Linux. Only this function decides which commands a person has.
 */
export function createMenu(model: Model, surroundings: MenuSurroundings): readonly MenuItem[] {
  const { startAtLogin, restart, providers } = surroundings
  const { on: checked, changeable: enabled } = startAtLogin
  const label = PRESENT_MESSAGES.menu.startAtLogin
  return [
    text(toHeadline(model)),
    // Allowing an app needs the window, which shows which app it is.
    ...(model.consentQuestion ? [command(PRESENT_MESSAGES.menu.answer, 'open')] : []),
    SEPARATOR,
    ...createAppCommands(model),
    ...createCommands(model, providers),
    SEPARATOR,
    command(PRESENT_MESSAGES.menu.open, 'open'),
    { kind: 'checkbox', label, command: 'toggle-start-at-login', checked, enabled },
    SEPARATOR,
    // The other kind ends a session, and a menu cannot warn about that.
    ...(restart?.kind === 'session-back'
      ? [command(PRESENT_MESSAGES.menu.restart, 'restart')]
      : []),
    command(PRESENT_MESSAGES.menu.quit, 'quit'),
  ]
}

/** Makes the menu for the start, while the system may ask the person to unlock the keyring. */
export function createStartingMenu(): readonly MenuItem[] {
  return [
    text(PRESENT_MESSAGES.menu.starting),
    SEPARATOR,
    command(PRESENT_MESSAGES.menu.quit, 'quit'),
  ]
}

/** The sign-in comes first, then the accounts. */
function createCommands(model: Model, providers: readonly string[]): readonly MenuItem[] {
  const signIn = shownSignIn(model)
  const [account, ...others] = model.accounts
  const isOneOfSeveral = others.length > 0
  if (signIn) {
    const commands = createSignInCommands(model, signIn)
    if (!isOneOfSeveral) return commands
    return [...commands, SEPARATOR, ...listAccounts(model), SEPARATOR, SIGN_OUT_EVERYWHERE]
  }
  if (!account) {
    return providers.length > 1
      ? providers.map(signInAt)
      : [command(PRESENT_MESSAGES.menu.signIn, 'sign-in')]
  }
  if (!isOneOfSeveral) return createOnlyAccountCommands(account, providers)
  return [...listAccounts(model), SEPARATOR, createAddAccount(providers), SIGN_OUT_EVERYWHERE]
}

const SIGN_OUT_EVERYWHERE = command(PRESENT_MESSAGES.menu.signOutEverywhere, 'ask-sign-out')

/** The commands if there is one account. Other providers can be signed in at, too. */
function createOnlyAccountCommands(
  account: AccountSession,
  providers: readonly string[],
): readonly MenuItem[] {
  const others = providers.filter((name) => name !== account.provider).map(signInAt)
  if (needsPerson(account)) return [signInAgain(account), signOut(account), ...others]
  const asOther = command(PRESENT_MESSAGES.menu.signInAsOther, 'sign-in-as-other')
  return [signOut(account), asOther, ...others]
}

/** Lists each account with a menu of its own. */
function listAccounts(model: Model): readonly MenuItem[] {
  const { menu } = PRESENT_MESSAGES
  return model.accounts.map((session) => {
    const label = chooseLabel(session, model.accounts)
    const isDefault = session.id === defaultId(model)
    return {
      kind: 'submenu',
      label: isDefault ? menu.defaultAccount(label) : label,
      items: createAccountCommands(session, isDefault),
    }
  })
}

/** Names the account and its provider. Adds the email address or the ID if that makes the label unique. */
function chooseLabel(session: AccountSession, all: readonly AccountSession[]): string {
  const { accountAt } = PRESENT_MESSAGES
  const labels: readonly ((session: AccountSession) => string)[] = [
    ({ account, provider }) => accountAt(account.name, provider),
    ({ account, provider }) => accountAt(formatAccount(account), provider),
  ]
  const isUnique = (toLabel: (one: AccountSession) => string): boolean =>
    all.filter((one) => toLabel(one) === toLabel(session)).length === 1
  const found = labels.find(isUnique)
  return found
    ? found(session)
    : accountAt(`${session.account.name} ${session.id}`, session.provider)
}

function createAccountCommands(session: AccountSession, isDefault: boolean): readonly MenuItem[] {
  const { menu, accountState } = PRESENT_MESSAGES
  const makeDefault = { kind: 'make-default', id: session.id } as const
  return [
    text(accountState[toSessionState(session)]),
    SEPARATOR,
    ...(needsPerson(session) ? [signInAgain(session)] : []),
    isDefault
      ? {
          kind: 'checkbox',
          label: menu.isDefault,
          command: makeDefault,
          checked: true,
          enabled: false,
        }
      : command(menu.makeDefault, makeDefault),
    signOut(session),
  ]
}

/** True if signing in again helps. */
function needsPerson(session: AccountSession): boolean {
  const state = toSessionState(session)
  return state === 'renewal-failing' || state === 'needs-sign-in'
}

function createAddAccount(providers: readonly string[]): MenuItem {
  const { addAccount: label } = PRESENT_MESSAGES.menu
  const [first, ...others] = providers
  if (first === undefined) return command(label, 'sign-in')
  if (others.length === 0) return command(label, { kind: 'sign-in-provider', name: first })
  const items = providers.map((name) => command(name, { kind: 'sign-in-provider', name }))
  return { kind: 'submenu', label, items }
}

function createSignInCommands(model: Model, { phase, question }: SignIn): readonly MenuItem[] {
  if (question !== null) return createDecisions(question)
  const cancel = command(PRESENT_MESSAGES.menu.cancel, 'cancel')
  return phase === 'waiting' ? [...createLinkCommands(model), cancel] : [cancel]
}

function createDecisions({ id, expected, got }: OtherPerson): readonly MenuItem[] {
  const { signInWasFor, keep, discard } = PRESENT_MESSAGES.menu
  const name = formatAccount(got)
  return [
    text(signInWasFor(formatAccount(expected))),
    command(keep(name), { kind: 'decide-person', id, keeps: true }),
    command(discard(name), { kind: 'decide-person', id, keeps: false }),
  ]
}

/** Makes the commands for a sign-in of an app during a session. Cancelling it signs nobody out. */
function createAppCommands(model: Model): readonly MenuItem[] {
  const signIn = askingSignIn(model)
  if (!signIn) return []
  return [
    text(PRESENT_MESSAGES.appAsks(signIn.program)),
    ...createLinkCommands(model),
    command(PRESENT_MESSAGES.menu.cancel, 'cancel'),
    SEPARATOR,
  ]
}

/** F19: for a person whose browser did not open, or who closed its page. */
function createLinkCommands(model: Model): readonly MenuItem[] {
  if (!reachableSignIn(model)?.link) return []
  return [
    command(PRESENT_MESSAGES.menu.openAgain, 'open-again'),
    command(PRESENT_MESSAGES.menu.copyLink, 'copy-link'),
  ]
}

function signInAt(name: string): MenuItem {
  return command(PRESENT_MESSAGES.menu.signInAt(name), { kind: 'sign-in-provider', name })
}

function signInAgain({ id }: AccountSession): MenuItem {
  return command(PRESENT_MESSAGES.menu.signInAgain, { kind: 'sign-in-account', id })
}

function signOut({ id }: AccountSession): MenuItem {
  return command(PRESENT_MESSAGES.menu.signOut, { kind: 'sign-out-account', id })
}

function text(label: string): MenuItem {
  return { kind: 'text', label }
}

function command(label: string, name: MenuCommand): MenuItem {
  return { kind: 'command', label, command: name }
}
