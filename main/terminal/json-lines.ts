// JSON lines for programs: one object a line on stdout, and nothing else. Other programs rely on them.

import type { Model } from '../agent/model.js'
import { complain, writeLine } from '../base/output.js'
import { jsonLine } from '../base/printable.js'
import { openLines, standardInput } from '../base/standard-input.js'
import { createSignInLines } from '../present/sign-in-lines.js'
import { toStatus } from '../present/status.js'
import { toAccountsLine, toOtherPersonLine } from './accounts-json.js'
import { toAppsLine, toConsentAnsweredLine, toConsentLine, type KeyLine } from './consent-json.js'
import type { Terminal } from './terminal.js'

export function createJsonLines(): Terminal {
  const input = openLines(standardInput())
  let isOpen = true
  input.once('close', () => (isOpen = false))
  const print = (event: object): void => writeLine(jsonLine(event))
  let lastStatus = ''
  const status = (model: Model, { ifChanged }: { ifChanged: boolean }): void => {
    const current = toStatus(model)
    const text = JSON.stringify(current)
    if (ifChanged && text === lastStatus) return
    lastStatus = text
    print({ event: 'status', status: current })
  }
  let lastAccounts = ''
  const accounts = (model: Model, { ifChanged }: { ifChanged: boolean }): void => {
    const line = toAccountsLine(model)
    const text = JSON.stringify(line)
    if (ifChanged && text === lastAccounts) return
    lastAccounts = text
    print(line)
  }
  const signInLines = createSignInLines()
  return {
    listening: (url) => print({ event: 'listening', url }),
    say: () => undefined,
    complain,
    follow(agent) {
      status(agent.model(), { ifChanged: false })
      accounts(agent.model(), { ifChanged: false })
      for (const line of signInLines(agent.model(), null)) print(line)
      const { consentQuestion } = agent.model()
      if (consentQuestion !== null) print(toConsentLine(consentQuestion))
      agent.subscribe((model, event) => {
        if (event.type === 'link-ready') print({ event: 'open', url: event.link })
        for (const line of signInLines(model, event)) print(line)
        if (event.type === 'other-person-asked') print(toOtherPersonLine(event.question))
        if (event.type === 'consent-asked') print(toConsentLine(event.question))
        if (event.type === 'consent-ended') print(toConsentAnsweredLine(event.question, event.end))
        accounts(model, { ifChanged: true })
        status(model, { ifChanged: true })
      })
    },
    status: (model) => status(model, { ifChanged: false }),
    accounts: (model) => accounts(model, { ifChanged: false }),
    apps: (model) => print(toAppsLine(model)),
    key: ({ id, name, key }) => print({ event: 'key', id, name, key } satisfies KeyLine),
    link: (url) => print({ event: 'link', url }),
    signOutLink: (url) => print({ event: 'open', url }),
    answer: (command, { ok, message }) => print({ event: 'answer', command, ok, message }),
    readsCommands: () => isOpen,
    onLine: (take) => void input.on('line', take),
    close: () => input.close(),
  }
}
