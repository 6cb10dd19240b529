// The question about a program that asks: its own view, or a banner beside what the person is doing.

import type { ConsentQuestionView, LatchkeyApi } from '../main/ipc.js'
import { onPress } from './button.js'
import {
  element,
  findElement,
  make,
  setAttribute,
  setChildren,
  setHidden,
  setText,
  showText,
} from './dom.js'
import { drawFacts } from './facts.js'
import { announce } from './news.js'
import { clockTime } from './time.js'
import { CALM_MS } from './view.js'
import { CONSENT, FACTS } from './words.js'

export type ConsentPage = {
  /** Shows the question, or that there is none. Returns when its countdown changes next. */
  show(question: ConsentQuestionView | null, nowMs: number): number | null
  /** True if the question may take the place of the home view. */
  takesHome(): boolean
  /** Another view is shown. */
  moved(): void
}

export type ConsentDeps = {
  latchkey: LatchkeyApi
  isShown(): boolean
  /** True while the person types at home. */
  isTyping(): boolean
  /** Shows the question over the view that is open. */
  open(): void
  /** Returns to that view. */
  leave(): void
}

export function createConsentPage(deps: ConsentDeps): ConsentPage {
  const { latchkey, isShown, isTyping, open, leave } = deps
  const parts = findParts()
  const answers = createAnswers(parts.actions, latchkey)
  let shown: ConsentQuestionView | null = null
  /** True if the person was not typing when the question came. */
  let takesHome = false
  let wasShown = false

  const place = (): void => {
    setHidden(parts.banner, shown === null || isShown())
    const isNew = isShown() && !wasShown
    wasShown = isShown()
    if (!isNew) return
    answers.rest()
    // Not a button: Enter must not answer by accident.
    parts.title.focus()
  }

  parts.bannerButton.addEventListener('click', open)
  // A click that brings the window to the front was not meant for a button.
  addEventListener('focus', answers.rest)

  return {
    show(question, nowMs) {
      const isNew = question !== null && question.id !== shown?.id
      shown = question
      if (isNew) {
        takesHome = isShown() || !isTyping()
        drawQuestion(parts, question)
        answers.offer(question)
        // The button that was pressed is gone, and the focus must not move to another one.
        if (isShown()) parts.title.focus()
        else if (!takesHome) announce(`${question.title}.`)
      }
      if (question === null && isShown()) leave()
      place()
      return question === null ? null : drawTime(parts, question, nowMs)
    },
    takesHome: () => shown !== null && takesHome,
    moved: place,
  }
}

/** The buttons, which take no press in the first moment. */
function createAnswers(
  actions: HTMLElement,
  latchkey: LatchkeyApi,
): { offer(question: ConsentQuestionView): void; rest(): void } {
  /** When the buttons take presses, by the page's clock. */
  let readyAtMs = 0
  let timer: number | undefined
  const setResting = (isResting: boolean): void => {
    for (const button of actions.querySelectorAll('button')) {
      button.ariaDisabled = isResting ? 'true' : null
    }
  }
  const rest = (): void => {
    readyAtMs = performance.now() + CALM_MS
    setResting(true)
    clearTimeout(timer)
    timer = setTimeout(() => setResting(false), CALM_MS)
  }
  // Made for one question each: a press never answers a later one.
  const makeButton = (
    id: string,
    { answer, label }: ConsentQuestionView['answers'][number],
  ): HTMLButtonElement => {
    const button = make('button', { type: 'button', className: 'plain', value: answer }, [label])
    onPress(button, async () => {
      if (performance.now() < readyAtMs) return
      announce(await latchkey.answerConsent(id, answer), { shown: true })
    })
    return button
  }
  return {
    offer({ id, answers }) {
      actions.replaceChildren(...answers.map((one) => makeButton(id, one)))
      rest()
    },
    rest,
  }
}

type Parts = ReturnType<typeof findParts>

function drawQuestion(parts: Parts, question: ConsentQuestionView): void {
  const { title, certainty, isUncertain, doubts, onlyOnce } = question
  parts.view.dataset['tone'] = isUncertain ? 'warning' : 'busy'
  setAttribute(parts.mark, 'href', isUncertain ? '#mark-warning' : '#mark-ask')
  setText(parts.heading, title)
  setText(parts.text, isUncertain ? '' : certainty)
  const warning = make('div', { className: 'banner' }, [make('p', {}, [certainty])])
  warning.append(...(doubts.length > 0 ? [listDoubts(doubts)] : []))
  setChildren(parts.banners, isUncertain ? [warning] : [])
  showText(parts.onlyOnce, onlyOnce)
  setText(parts.bannerText, `${title}.`)
}

/** Returns when the countdown changes next. */
function drawTime(parts: Parts, question: ConsentQuestionView, nowMs: number): number | null {
  const left = Math.max(0, question.untilMs - nowMs)
  const time = { label: FACTS.timeLeft, value: clockTime(left), detail: null }
  drawFacts(parts.facts, [...question.facts, time])
  setText(parts.bannerHint, CONSENT.left(clockTime(left)))
  return left === 0 ? null : left % 1000 || 1000
}

function findParts() {
  const part = (selector: string): HTMLElement => element(`#consent > ${selector}`)
  const bannerButton = make('button', { type: 'button', className: 'quiet' }, [CONSENT.answer])
  element('#consent-banner').append(bannerButton)
  return {
    view: element('#consent'),
    mark: findElement(SVGUseElement, '#consent > h1 use'),
    title: part('h1'),
    heading: part('h1 > span'),
    text: part('.text'),
    banners: part('.banners'),
    facts: part('.facts'),
    onlyOnce: part('.hint'),
    actions: part('.actions'),
    banner: element('#consent-banner'),
    bannerText: element('#consent-banner > p'),
    bannerHint: element('#consent-banner > .hint'),
    bannerButton,
  }
}

function listDoubts(doubts: readonly string[]): HTMLElement {
  return make(
    'ul',
    {},
    doubts.map((doubt) => make('li', {}, [doubt])),
  )
}
