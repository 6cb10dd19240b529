// Saves the window's changes to settings.json, completely or not at all, and restarts Latchkey with them.

import { join } from 'node:path'
import type { AutostartState } from '../autostart/autostart.js'
import { diskError } from '../base/errno.js'
import { editJsonText } from '../base/json-edit.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type {
  EditableSettings,
  ProviderChanges,
  SaveOutcome,
  SettingsChanges,
  SettingsView,
} from '../ipc.js'
import { realPath, replaceFile } from '../storage/atomic-file.js'
import { isObject } from './file-layer.js'
import { applyChanges, createSettingsView, pickDefaults } from './form.js'
import { SETTINGS_FILE } from './layer.js'
import type { Settings } from './options.js'
import {
  applyProviderChanges,
  createProviderForm,
  removeProvider,
  type ProviderForm,
} from './provider-changes.js'
import { examineSettings, type SettingsFindings, type Sources } from './read.js'
import { checkGivenSecret, findGivenOwner } from './secret-owner.js'
import { MESSAGES } from './settings-messages.js'
import { readSettingsText, SettingsTextError } from './settings-text.js'

export type SettingsFile = {
  view(startAtLogin: AutostartState): SettingsView
  /** If a value is invalid, nothing changes. */
  save(changes: SettingsChanges): Promise<SaveOutcome>
  /** Reads a provider for the form. Null: an empty form for one more. Throws if there is none. */
  readProvider(name: string | null): ProviderForm & Pick<SettingsView, 'defaults'>
  /** Changes or renames a provider. Null: adds one. */
  saveProvider(name: string | null, changes: ProviderChanges): Promise<SaveOutcome>
  removeProvider(name: string): Promise<SaveOutcome>
}

/** Runs with the settings, and restarts with new ones. */
export type RunsSettings = { settings(): Settings; restart(settings: Settings): Promise<void> }

export function createSettingsFile(supervisor: RunsSettings, sources: Sources): SettingsFile {
  const path = (): string => join(supervisor.settings().dataDir, SETTINGS_FILE)
  const defaults = readDefaults(sources)
  const enqueue = createSerialQueue()
  const save = (change: Change): Promise<SaveOutcome> =>
    enqueue(() => saveChanges(path(), change, { supervisor, sources }))
  return {
    view: (startAtLogin) =>
      createSettingsView(examineSettings(sources), defaults, startAtLogin, path()),
    save: (changes) =>
      save((content, findings) => applyChanges(content, changes, findGivenOwner(findings))),
    readProvider(name) {
      const form = createProviderForm(name, examineSettings(sources))
      if (form === null) throw new Error(MESSAGES.noSuchProvider(name ?? ''))
      return { ...form, defaults: pickDefaults(defaults) }
    },
    saveProvider: (name, changes) =>
      save((content, findings) => applyProviderChanges(content, name, changes, findings)),
    removeProvider: (name) => save((content, findings) => removeProvider(content, name, findings)),
  }
}

type Content = Readonly<Record<string, unknown>>

/** Returns the new content of settings.json, or a rejection. `findings`: the settings before. */
type Change = (content: Content, findings: SettingsFindings) => { content: Content } | Rejection

type Rejection = Extract<SaveOutcome, { kind: 'rejected' }>

/**
 * 1. Read the file and apply the changes.
 * 2. Check the new settings together with the flags and variables, which may give a client secret.
 * 3. Replace the file.
 * 4. Restart. If that fails, restore the file.
 */
async function saveChanges(
  path: string,
  change: Change,
  { supervisor, sources }: { supervisor: RunsSettings; sources: Sources },
): Promise<SaveOutcome> {
  const before = readText(path)
  if ('problem' in before) return reject(before.problem)
  const changed = applyChange(before.content, change, sources)
  if ('kind' in changed) return changed
  const text = before.hasComments
    ? editJsonText(before.text, changed.content)
    : `${JSON.stringify(changed.content, null, 2)}\n`
  // Replace the target of a link, so that the link remains.
  const target = realPath(path)
  try {
    // The zeros are all that is left of the user's settings, so keep a copy of them.
    if (before.text.includes('\0')) replaceFile(`${target}.damaged`, before.text)
    replaceFile(target, text)
  } catch (thrown) {
    return reject(MESSAGES.unwritable(path, diskError(thrown)))
  }
  try {
    await supervisor.restart(changed.settings)
  } catch (thrown) {
    // Do not overwrite what another program has written in the meantime.
    const now = readText(path)
    if ('text' in now && now.text === text) replaceFile(target, before.text)
    return reject(thrown instanceof Error ? thrown.message : String(thrown))
  }
  return { kind: 'saved' }
}

/** Returns the new content of the file and the settings with it, or a rejection. */
function applyChange(
  before: Content,
  change: Change,
  sources: Sources,
): { content: Content; settings: Settings } | Rejection {
  const examine = (content: Content): SettingsFindings =>
    examineSettings({ ...sources, readFile: () => ({ content, warning: null }) })
  const findings = examine(before)
  const wanted = change(before, findings)
  if ('kind' in wanted) return wanted
  const { content } = wanted
  const after = examine(content)
  const rejection = checkGivenSecret(findings, after)
  if (rejection !== null) return rejection
  const { settings, problems } = after
  return problems[0] === undefined
    ? { content, settings }
    : reject(problems[0], findMissing(content))
}

function readDefaults(sources: Sources): Settings {
  const home = sources.home ?? '/'
  const readFile = () => undefined
  return examineSettings({ ...sources, args: [], env: {}, home, readFile }).settings
}

function reject(message: string, field: keyof EditableSettings | null = null): Rejection {
  return { kind: 'rejected', field, message }
}

/** Returns the issuer or the client ID if only that one is missing. */
function findMissing(content: Content): keyof EditableSettings | null {
  const names = ['issuer', 'clientId'] as const
  const missing = names.filter((name) => content[name] === undefined)
  return missing.length === 1 ? missing[0]! : null
}

type FoundFile = { content: Content; text: string; hasComments: boolean }

function readText(path: string): FoundFile | { problem: string } {
  try {
    const found = readSettingsText(path)
    if (found === undefined) return { content: {}, text: '{}\n', hasComments: false }
    const { content, text, hasComments } = found
    return isObject(content)
      ? { content, text, hasComments }
      : { problem: MESSAGES.notAnObject(path) }
  } catch (thrown) {
    if (thrown instanceof SettingsTextError) return { problem: thrown.message }
    return { problem: MESSAGES.unreadable(path, diskError(thrown)) }
  }
}
