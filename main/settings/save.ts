// settings.json as the window changes it: whole or not at all, and what runs follows it.

import { join } from 'node:path'
import type { AutostartState } from '../autostart/autostart.js'
import { diskError } from '../base/errno.js'
import type { EditableSettings, SaveOutcome, SettingsChanges, SettingsView } from '../ipc.js'
import { editJsonText } from '../base/json-text.js'
import { realPath, replaceFile } from '../storage/atomic-file.js'
import { changedContent, settingsView } from './form.js'
import { examineSettings, SETTINGS_FILE, type Settings, type Sources } from './options.js'
import { readSettingsText, SettingsTextError } from './settings-text.js'
import { createSerialQueue } from '../base/serial-queue.js'

export type SettingsFile = {
  view(startAtLogin: AutostartState): SettingsView
  /** Where a value cannot be used, nothing changes. */
  save(changes: SettingsChanges): Promise<SaveOutcome>
}

/** What runs by the settings, and starts again with others. */
export type RunsSettings = { settings(): Settings; restart(settings: Settings): Promise<void> }

export function createSettingsFile(supervisor: RunsSettings, sources: Sources): SettingsFile {
  const path = (): string => join(supervisor.settings().dataDir, SETTINGS_FILE)
  const defaults = examineSettings({
    ...sources,
    args: [],
    env: {},
    home: sources.home ?? '/',
    readFile: () => undefined,
  }).settings

  const save = async (changes: SettingsChanges): Promise<SaveOutcome> => {
    const before = read(path())
    if ('problem' in before) return rejected(before.problem)
    const changed = changedContent(before.content, changes)
    if ('kind' in changed) return changed
    const readFile = () => ({ content: changed.content, notice: null })
    const { settings, problems } = examineSettings({ ...sources, readFile })
    if (problems[0] !== undefined) return rejected(problems[0], missingOf(changed.content))

    const text = before.hasComments
      ? editJsonText(before.text, changed.content)
      : `${JSON.stringify(changed.content, null, 2)}\n`
    // A linked file stays linked.
    const target = realPath(path())
    try {
      // Zeros are all that is left of the settings, and still nobody's to throw away.
      if (before.text.includes('\0')) replaceFile(`${target}.damaged`, before.text)
      replaceFile(target, text)
    } catch (thrown) {
      return rejected(`${path()} cannot be written (${diskError(thrown)}).`)
    }
    try {
      await supervisor.restart(settings)
    } catch (thrown) {
      // Unless somebody else has written there meanwhile.
      const now = read(path())
      if ('text' in now && now.text === text) replaceFile(target, before.text)
      return rejected(thrown instanceof Error ? thrown.message : String(thrown))
    }
    return { kind: 'saved' }
  }
  const enqueue = createSerialQueue()

  return {
    view: (startAtLogin) => settingsView(examineSettings(sources), defaults, startAtLogin, path()),

    save: (changes) => enqueue(() => save(changes)),
  }
}

function rejected(message: string, field: keyof EditableSettings | null = null): SaveOutcome {
  return { kind: 'rejected', field, message }
}

/** The one of the two without which there is no provider. */
function missingOf(content: Readonly<Record<string, unknown>>): keyof EditableSettings | null {
  const names = ['issuer', 'clientId'] as const
  const missing = names.filter((name) => content[name] === undefined)
  return missing.length === 1 ? missing[0]! : null
}

/** What the file holds, and its very text; or why that cannot be understood. */
function read(
  path: string,
): { content: Record<string, unknown>; text: string; hasComments: boolean } | { problem: string } {
  try {
    const found = readSettingsText(path)
    if (found === undefined) return { content: {}, text: '{}\n', hasComments: false }
    const { content, text, hasComments } = found
    return typeof content === 'object' && content !== null && !Array.isArray(content)
      ? { content: content as Record<string, unknown>, text, hasComments }
      : { problem: `${path} must hold one JSON object.` }
  } catch (thrown) {
    if (thrown instanceof SettingsTextError) return { problem: thrown.message }
    return { problem: `${path} cannot be read (${diskError(thrown)}).` }
  }
}
