// Calls of programs inside this process, with the callers that a test gives them.

import type { IncomingMessage } from 'node:http'
import type { ChooseAccountDeps } from '../../main/api/choose-account.js'
import { createSignedInCallers } from '../../main/api/signed-in-callers.js'
import type { Caller } from '../../main/net/caller.js'
import type { ConsentAnswer } from '../../main/consent/consent.js'
import { createProviderSettings, type Fixture } from './fixture.js'
import { answerLink } from './person.js'

export type Calls = {
  /** Makes a request of a caller. */
  from(caller: Caller, headers?: Record<string, string>): IncomingMessage
  deps: ChooseAccountDeps & Pick<Fixture, 'agent' | 'clock'>
  /** The purposes of the questions that the person was asked. */
  asked: readonly string[]
  /** Answers the question that is shown. */
  answer(how: ConsentAnswer): void
  /** The links that were opened. */
  links: readonly string[]
  /** The person opens the newest link, and signs in. */
  visit(as?: string): Promise<void>
}

/** Collects what an agent asks and opens. */
export function collectCalls(fixture: Fixture): Calls {
  const { agent, clock, provider } = fixture
  const callers = new WeakMap<IncomingMessage, Caller>()
  const asked: string[] = []
  const links: string[] = []
  agent.subscribe((_model, event) => {
    if (event.type === 'consent-asked') asked.push(event.question.purpose)
    if (event.type === 'link-ready') links.push(event.link)
  })
  return {
    from(caller, headers = {}) {
      const request = { headers } as IncomingMessage
      callers.set(request, caller)
      return request
    },
    deps: {
      agent,
      clock,
      providers: [createProviderSettings(provider)],
      callers: createSignedInCallers(),
      findCaller: (request) => Promise.resolve(callers.get(request)!),
    },
    asked,
    links,
    answer(how) {
      const { consentQuestion } = agent.model()
      if (!consentQuestion || !agent.consents.answer(consentQuestion.id, how)) {
        throw new Error('there is no such question')
      }
    },
    async visit(as = 'alice') {
      const page = await fetch(await answerLink(links.at(-1)!, `account=${as}`))
      if (!page.ok) throw new Error(`the last page answered ${page.status}`)
    },
  }
}
