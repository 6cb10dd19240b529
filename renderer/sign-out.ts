// Asks before every account is signed out, and says which sessions their providers did not end.

import type { AccountView, LatchkeyApi, WindowStatus } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, make, setText } from './dom.js'
import { makeTickBox } from './fields.js'
import { announce } from './news.js'
import { BUTTONS, SIGN_OUT } from './words.js'

export type SignOutPage = {
  /** Opens the page if the main process asks the question, and leaves it if the question was withdrawn. */
  showStatus(status: WindowStatus): void
  /** Withdraws the question that the person has left. */
  left(): void
}

export type SignOutDeps = {
  latchkey: LatchkeyApi
  isShown(): boolean
  open(): void
  leave(): void
}

export function createSignOutPage(deps: SignOutDeps): SignOutPage {
  const { latchkey, isShown, open, leave } = deps
  /** `left`: the person has left the page, but the main process may not know yet. */
  let phase: 'none' | 'asking' | 'left' | 'answered' = 'none'
  const box = createBox(leave)

  onPress(box.everywhere, async () => {
    announce(SIGN_OUT.signingOut, { shown: true })
    phase = 'answered'
    try {
      const notRevoked = await latchkey.signOutEverywhere(box.forgetsApps())
      if (isShown() && notRevoked.length > 0) return box.report(notRevoked)
      if (isShown()) leave()
      announce([SIGN_OUT.done, ...notRevoked].join(' '), { shown: true })
    } catch (thrown) {
      phase = 'asking'
      throw thrown
    }
  })

  return {
    showStatus({ asksSignOut, accounts }) {
      if (phase === 'answered') return
      if (!asksSignOut) {
        phase = 'none'
        if (isShown()) leave()
        return
      }
      if (phase === 'left') return
      // The last account was signed out elsewhere.
      if (accounts.length === 0) return isShown() ? leave() : undefined
      phase = 'asking'
      box.ask(accounts)
      if (!isShown()) open()
    },
    left() {
      if (phase === 'asking') void latchkey.runCommand('stay-signed-in')
      phase = phase === 'asking' ? 'left' : 'none'
    },
  }
}

/** The page's content: the question, or the result. */
function createBox(leave: () => void): {
  everywhere: HTMLButtonElement
  ask(accounts: readonly AccountView[]): void
  /** True if the person wants the apps of the accounts forgotten, too. */
  forgetsApps(): boolean
  report(notRevoked: readonly string[]): void
} {
  const heading = element('#sign-out h1')
  const makeButton = (label: string, className: string): HTMLButtonElement =>
    make('button', { type: 'button', className }, [label])
  const everywhere = makeButton(BUTTONS.signOutEverywhere, 'danger')
  const cancel = makeButton(BUTTONS.cancel, 'plain')
  const done = makeButton(BUTTONS.done, 'main')
  // Screen readers read the consequences at the button too.
  everywhere.setAttribute('aria-describedby', 'sign-out-lines sign-out-end')
  element('#sign-out .actions').append(everywhere, cancel, done)
  cancel.addEventListener('click', leave)
  const forgets = makeTickBox('forgets-apps', SIGN_OUT.forgetsApps, '', () => undefined)
  element('#sign-out-end').after(forgets.box)
  done.addEventListener('click', leave)

  const draw = (isQuestion: boolean, intro: string, lines: readonly string[]): void => {
    setText(heading, isQuestion ? SIGN_OUT.heading : SIGN_OUT.partHeading)
    setText(element('#sign-out-intro'), intro)
    element('#sign-out-lines').replaceChildren(...lines.map((line) => make('li', {}, [line])))
    const only = {
      question: [element('#sign-out-end'), forgets.box, everywhere, cancel],
      result: [done],
    }
    for (const part of only.question) part.hidden = !isQuestion
    for (const part of only.result) part.hidden = isQuestion
  }
  return {
    everywhere,
    ask(accounts) {
      draw(true, SIGN_OUT.intro, accounts.map(nameAccount))
      forgets.box.hidden = !accounts.some(({ hasApps }) => hasApps)
    },
    forgetsApps: () => !forgets.box.hidden && forgets.input.checked,
    report(notRevoked) {
      const { partHeading, partIntro } = SIGN_OUT
      draw(false, partIntro, notRevoked)
      heading.focus()
      announce([`${partHeading}.`, partIntro, ...notRevoked].join(' '))
    },
  }
}

function nameAccount({ name, email, provider }: AccountView): string {
  const account = email === '' || email === name ? name : `${name} (${email})`
  return SIGN_OUT.line(account, provider)
}
