// The settings that take effect with one press, and the buttons to the others.

import type { EditableSettings, LatchkeyApi, SaveOutcome, WindowStatus } from '../main/ipc.js'
import { element, setText } from './dom.js'
import { makeTickBox, type Control } from './fields.js'
import { announce, setProblem } from './news.js'
import { createProviderRows, type EditedProvider } from './provider-rows.js'
import { NEWS, SETTINGS, TIERS } from './words.js'

export type SettingsPage = {
  /** Reads the settings as they are now. */
  fill(): Promise<void>
  /** Shows where the session is stored now, and whether the provider is the demo. */
  showStatus(status: Pick<WindowStatus, 'storage' | 'demo'>): void
  /** Moves the focus to the setting that stores the session without a keyring. */
  focusKeeping(): void
}

type Choice = keyof typeof SETTINGS.choices

const CHOICES = Object.keys(SETTINGS.choices) as Choice[]

export type SettingsDeps = {
  latchkey: LatchkeyApi
  /** Opens the form of a provider. */
  openProvider(edited: EditedProvider): void
}

export function createSettingsPage({ latchkey, openProvider }: SettingsDeps): SettingsPage {
  const rows = createProviderRows(openProvider)
  const boxes = Object.fromEntries(
    CHOICES.map((name) => [
      name,
      makeTickBox(name, ...SETTINGS.choices[name], () => void save(name)),
    ]),
  ) as Record<Choice, Control<boolean>>
  let isDemo = false
  element('#choices').append(...CHOICES.map((name) => boxes[name].box))

  const send = (name: Choice, on: boolean): Promise<SaveOutcome> =>
    name === 'startAtLogin'
      ? latchkey.setStartAtLogin(on)
      : latchkey.saveSettings({ [name]: on } satisfies Partial<EditableSettings>)

  const save = async (name: Choice): Promise<void> => {
    const { input, setError } = boxes[name]
    setProblem('')
    setError(null)
    input.ariaDisabled = 'true'
    const outcome = await send(name, input.checked).catch((): null => null)
    // Show the settings as they are now, even if the change failed.
    await fill().catch(() => setProblem(NEWS.settingsUnreadable))
    if (outcome?.kind === 'saved') return announce(NEWS.saved, { shown: true })
    const message = outcome?.message ?? NEWS.didNotWork
    setError(message)
    announce(message)
  }

  const fill = async (): Promise<void> => {
    const { fields, providers, startAtLogin, file } = await latchkey.readSettings()
    boxes.notifications.show(fields.notifications)
    boxes.endSession.show(fields.endSession)
    boxes.keepWithoutKeyring.show(fields.keepWithoutKeyring)
    boxes.asksForConsent.show(fields.asksForConsent)
    boxes.pauseWhenLocked.show(fields.pauseWhenLocked)
    const { on, changeable, message } = startAtLogin
    boxes.startAtLogin.show({ value: on, lockedBy: null })
    boxes.startAtLogin.input.ariaDisabled = changeable ? null : 'true'
    boxes.startAtLogin.setHint(message ?? '')
    setText(element('#settings-file'), file)
    rows.show(providers, isDemo)
  }

  return {
    fill,
    showStatus({ storage: { tier }, demo }) {
      isDemo = demo
      const [, warning] = SETTINGS.choices.keepWithoutKeyring
      boxes.keepWithoutKeyring.setHint(`${warning} ${SETTINGS.storedNow(TIERS[tier])}`)
    },
    focusKeeping: () => boxes.keepWithoutKeyring.input.focus(),
  }
}
