// Answers the window's calls.

import type { Agent } from '../agent/agent.js'
import { findAccount } from '../agent/model.js'
import { reportError } from '../app/report-error.js'
import { createSecret } from '../base/secret.js'
import { asAuthError } from '../base/errors.js'
import { testProvider } from '../diagnose/test-provider.js'
import { PASTED_MESSAGES } from '../oauth/oauth-messages.js'
import { describeAnswer } from '../present/consent-view.js'
import { describePreset } from '../settings/presets.js'
import { findGuide, listProviders, listRedirectUris } from '../settings/provider-choices.js'
import { createSettingsFile } from '../settings/save.js'
import type { AccountCommands } from './account-commands.js'
import { openBrowser } from './browser.js'
import { createReport } from './create-report.js'
import type { DataRemoval } from './data-removal.js'
import type { DesktopCommands } from './desktop-commands.js'
import type { DesktopParts, DesktopView } from './desktop-view.js'
import { KEY, START_AT_LOGIN } from './electron-messages.js'
import type { AccountCommand, ProviderView } from '../ipc.js'
import type { Handlers } from './ipc-server.js'

export type CallDeps = {
  parts: DesktopParts
  view: DesktopView
  commands: DesktopCommands
  accounts: AccountCommands
  removal: DataRemoval
}

export function createCalls(deps: CallDeps): Handlers {
  const { parts, view, commands, removal } = deps
  const { supervisor, sources, autostart, http, memory } = parts
  const settings = createSettingsFile(supervisor, sources)
  return {
    'read-status': () => view.status(),
    'run-command': (command) => commands[command](),
    ...createAccountCalls(deps),
    ...createConsentCalls(parts),
    'read-settings': () => settings.view(autostart.state()),
    'save-settings': (changes) => settings.save(changes),
    'read-provider': (name) => {
      const form = settings.readProvider(name)
      return { ...form, accounts: listAccounts(supervisor.latchkey().agent, form.fields) }
    },
    'save-provider': (name, changes) => settings.saveProvider(name, changes),
    'remove-provider': (name) => settings.removeProvider(name),
    'set-start-at-login': (on) => {
      const state = autostart.set(on)
      view.renderTray()
      const message = state.message ?? START_AT_LOGIN.rejected
      return state.on === on ? { kind: 'saved' } : { kind: 'rejected', field: null, message }
    },
    'describe-provider': (issuer) => describePreset(issuer.trim()),
    'list-providers': listProviders,
    'open-provider-guide': (id) => {
      const link = findGuide(id)
      // The window shows the link too, in case no browser opens.
      if (!supervisor.settings().noBrowser) openBrowser(link).catch(reportError)
      return link
    },
    'list-redirect-uris': (typed) => (memory.redirectUris = listRedirectUris(typed)),
    'test-provider': (issuer) => testProvider(http, issuer),
    'paste-address': (address) => {
      const pasted = supervisor.latchkey().agent.paste(address)
      return { kind: pasted === 'taken' ? 'taken' : 'rejected', message: PASTED_MESSAGES[pasted] }
    },
    'create-report': async () => {
      memory.report = await createReport(supervisor.latchkey(), sources, http)
      return memory.report
    },
    'read-removal': () => removal.plan(),
    'revoke-session': () => removal.revoke(),
    'remove-data': () => removal.remove(),
  }
}

type AccountChannel = AccountCommand['kind'] | 'sign-out-everywhere'
type ConsentChannel = 'answer-consent' | 'forget-app' | 'create-key'

function createAccountCalls({
  parts,
  commands,
  accounts,
}: CallDeps): Pick<Handlers, AccountChannel> {
  return {
    'sign-in-account': (id) => accounts.run({ kind: 'sign-in-account', id }),
    'sign-in-provider': (name) => accounts.run({ kind: 'sign-in-provider', name }),
    'sign-out-account': (id) => accounts.run({ kind: 'sign-out-account', id }),
    'make-default': (id) => accounts.makeDefault(id),
    'decide-person': (id, keeps) => accounts.run({ kind: 'decide-person', id, keeps }),
    'sign-out-and-forget': (id) => accounts.run({ kind: 'sign-out-and-forget', id }),
    'sign-out-everywhere': async (forgetsApps) => {
      const notRevoked = await parts.supervisor.signOutEverywhere({ forgetsApps })
      await commands['stay-signed-in']()
      return notRevoked
    },
  }
}

function createConsentCalls({ supervisor, memory }: DesktopParts): Pick<Handlers, ConsentChannel> {
  const agent = () => supervisor.latchkey().agent
  return {
    'answer-consent': (questionId, answer) => {
      const question = agent().model().consentQuestion
      const isTaken = agent().consents.answer(questionId, answer)
      return describeAnswer(question, answer, isTaken)
    },
    'forget-app': async (id) => {
      try {
        // It may be gone already, which is fine.
        await agent().consents.forget(id)
        return { kind: 'forgotten' }
      } catch (thrown) {
        return { kind: 'not-stored', message: asAuthError(thrown).message }
      }
    },
    'create-key': async ({ name, accountId, scope }) => {
      const account = findAccount(agent().model(), accountId)
      if (!account) return { kind: 'rejected', message: KEY.accountGone }
      try {
        const { key } = await agent().consents.createKey({ name, account, scope })
        memory.key = createSecret(key)
        return { kind: 'created', key }
      } catch (thrown) {
        return { kind: 'rejected', message: asAuthError(thrown).message }
      }
    },
  }
}

/** Lists the names of the people who are signed in at a provider. */
function listAccounts(agent: Agent, { issuer, clientId }: ProviderView['fields']): string[] {
  return agent
    .model()
    .accounts.filter((one) => one.issuer === issuer.value && one.clientId === clientId.value)
    .map(({ account }) => account.name)
}
