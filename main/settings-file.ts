// settings.json as the window changes it: whole or not at all, and what runs follows it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AutostartState } from './autostart.js'
import type { Engine } from './engine.js'
import { errnoOf } from './errno.js'
import type { EditableSettings, SaveOutcome, SettingsChanges, SettingsView } from './ipc.js'
import { realPath, replaceFile } from './replace-file.js'
import { changedContent, settingsView } from './settings-form.js'
import { examineSettings, SETTINGS_FILE, type Sources } from './settings.js'
import { createTurns } from './turns.js'

export type SettingsFile = {
  view(startAtLogin: AutostartState): SettingsView
  /** Where a value cannot be used, nothing changes. */
  save(changes: SettingsChanges): Promise<SaveOutcome>
}

export function createSettingsFile(
  engine: Pick<Engine, 'settings' | 'restart'>,
  sources: Sources,
): SettingsFile {
  const path = (): string => join(engine.settings().dataDir, SETTINGS_FILE)
  const defaults = examineSettings({
    ...sources,
    args: [],
    env: {},
    home: sources.home ?? '/',
    readFile: () => undefined,
  }).settings

  const save = async (changes: SettingsChanges): Promise<SaveOutcome> => {
    const before = read(path())
    if (before === null) return refused(`${path()} is damaged. Mend it, or move it away.`)
    const changed = changedContent(before.content, changes)
    if ('kind' in changed) return changed
    const readFile = (): unknown => changed.content
    const { settings, problems } = examineSettings({ ...sources, readFile })
    if (problems[0] !== undefined) return refused(problems[0], missingOf(changed.content))

    const text = `${JSON.stringify(changed.content, null, 2)}\n`
    // A linked file stays linked.
    const target = realPath(path())
    try {
      replaceFile(target, text)
    } catch (thrown) {
      return refused(`${path()} cannot be written (${errnoOf(thrown)}).`)
    }
    try {
      await engine.restart(settings)
    } catch (thrown) {
      // Unless somebody else has written there meanwhile.
      if (read(path())?.text === text) replaceFile(target, before.text)
      return refused(thrown instanceof Error ? thrown.message : String(thrown))
    }
    return { kind: 'saved' }
  }
  const inTurn = createTurns()

  return {
    view: (startAtLogin) => settingsView(examineSettings(sources), defaults, startAtLogin, path()),

    save: (changes) => inTurn(() => save(changes)),
  }
}

function refused(message: string, field: keyof EditableSettings | null = null): SaveOutcome {
  return { kind: 'refused', field, message }
}

/** The one of the two without which there is no provider. */
function missingOf(content: Readonly<Record<string, unknown>>): keyof EditableSettings | null {
  const names = ['issuer', 'clientId'] as const
  const missing = names.filter((name) => content[name] === undefined)
  return missing.length === 1 ? missing[0]! : null
}

/** What the file holds, and its very text; null where that cannot be understood. */
function read(path: string): { content: Record<string, unknown>; text: string } | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    return errnoOf(thrown) === 'ENOENT' ? { content: {}, text: '{}\n' } : null
  }
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return null
    return { content: content as Record<string, unknown>, text }
  } catch {
    return null
  }
}
