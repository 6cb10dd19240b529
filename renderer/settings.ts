// The settings that are changed with one press, and the ways to the others.

import type { EditableSettings, LatchkeyApi, SaveOutcome, WindowStatus } from '../main/ipc.js'
import { element, setText } from './dom.js'
import { drawFacts } from './facts.js'
import { makeTickBox, type Control } from './fields.js'
import { announce, setProblem, UNREADABLE } from './news.js'
import { TIERS, type Fact } from './view.js'

export type SettingsPage = {
  /** Reads the settings as they are now. */
  fill(): Promise<void>
  /** Shows how the session is kept now, and at whose provider. */
  showStatus(status: Pick<WindowStatus, 'storage' | 'demo'>): void
  /** Moves the focus to the choice of keeping the session without a keyring. */
  focusKeeping(): void
}

type Choice = 'startAtLogin' | 'notifications' | 'endSession' | 'keepWithoutKeyring'

const WORDS: { readonly [Name in Choice]: readonly [label: string, hint: string] } = {
  startAtLogin: ['Start Latchkey when you log in', ''],
  notifications: [
    'Show notifications',
    'When a sign-in ends, or you need to sign in again, and this window is not in front.',
  ],
  endSession: [
    'Sign out at the provider too',
    "Signing out here then opens your provider's own sign-out page in your browser.",
  ],
  keepWithoutKeyring: [
    'Keep the session without a keyring',
    'Where no keyring can be used, it is kept in a file. Any program that runs as you could read that.',
  ],
}

const CHOICES = Object.keys(WORDS) as Choice[]

export function createSettingsPage(latchkey: LatchkeyApi): SettingsPage {
  const boxes = Object.fromEntries(
    CHOICES.map((name) => [name, makeTickBox(name, ...WORDS[name], () => void save(name))]),
  ) as Record<Choice, Control<boolean>>
  let isDemo = false
  element('#choices').append(...CHOICES.map((name) => boxes[name].box))

  const send = (name: Choice, on: boolean): Promise<SaveOutcome> =>
    name === 'startAtLogin'
      ? latchkey.setStartAtLogin(on)
      : latchkey.saveSettings({ [name]: on } satisfies Partial<EditableSettings>)

  const save = async (name: Choice): Promise<void> => {
    const { input, setRefusal } = boxes[name]
    setProblem('')
    setRefusal(null)
    input.ariaDisabled = 'true'
    const outcome = await send(name, input.checked).catch((): null => null)
    // What counts is what the settings say now, whatever was asked of them.
    await fill().catch(() => setProblem(UNREADABLE))
    if (outcome?.kind === 'saved') return announce('Saved.', { shown: true })
    const message = outcome?.message ?? 'That did not work. Try again.'
    setRefusal(message)
    announce(message)
  }

  const fill = async (): Promise<void> => {
    const { fields, startAtLogin, file } = await latchkey.readSettings()
    boxes.notifications.show(fields.notifications)
    boxes.endSession.show(fields.endSession)
    boxes.keepWithoutKeyring.show(fields.keepWithoutKeyring)
    const { on, changeable, note } = startAtLogin
    boxes.startAtLogin.show({ value: on, lockedBy: null })
    boxes.startAtLogin.input.ariaDisabled = changeable ? null : 'true'
    boxes.startAtLogin.setHint(note ?? '')
    setText(element('#settings-file'), file)
    const { issuer, clientId, redirectPort } = fields
    const facts = [
      fact('Provider', issuer.value, 'None yet'),
      fact('Client ID', clientId.value, 'None yet'),
      fact('Redirect ports', redirectPort.value, 'Any free one'),
    ]
    drawFacts(element('#provider-facts'), isDemo ? [fact('Provider', 'The demo')] : facts)
  }

  return {
    fill,
    showStatus({ storage: { tier }, demo }) {
      isDemo = demo
      const [, warning] = WORDS.keepWithoutKeyring
      boxes.keepWithoutKeyring.setHint(`${warning} Now it is kept ${lowered(TIERS[tier])}.`)
    },
    focusKeeping: () => boxes.keepWithoutKeyring.input.focus(),
  }
}

function fact(label: string, value: string, otherwise = ''): Fact {
  return { label, value: value === '' ? otherwise : value, detail: null }
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1)
}
