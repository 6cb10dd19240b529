// The settings about consents: which programs may be allowed by path, and what the core gets.

import { realpathSync, statSync } from 'node:fs'
import { isToolScript, readProgramKind } from '../base/program-kind.js'
import type { ConsentSettings } from '../consent/consent.js'
import type { Messages } from './layer.js'
import type { Settings } from './options.js'
import { MESSAGES } from './settings-messages.js'

/** Converts the settings for the core. Links are followed, because the system names real paths. */
export function toConsentSettings({
  consent,
  allow,
  pauseWhenLocked,
}: Pick<Settings, 'consent' | 'allow' | 'pauseWhenLocked'>): ConsentSettings {
  return { mode: consent, allow: allow.map(followLinks), pauseWhenLocked }
}

/**
 * Rejects interpreters, shells and tools: allowing one would allow every program. Warns about files
 * that are missing or that other users can change, and on systems where Latchkey finds no programs. `origin`: where the paths come from.
 */
export function checkAllowed(
  { allow, origin }: { allow: readonly string[]; origin: string },
  platform: NodeJS.Platform,
  { problems, warnings }: Messages,
): void {
  for (const path of allow) {
    // A link is rejected by its own name, too: it may lead elsewhere later.
    const isTool = [path, followLinks(path)].some(
      (one) => readProgramKind(one) !== 'program' || isToolScript(one),
    )
    if (isTool) problems.push(MESSAGES.allowsTool(origin, path))
    else if (!isFile(path)) warnings.push(MESSAGES.allowsMissing(origin, path))
    else if (platform === 'linux' && isOfOthers(path)) {
      warnings.push(MESSAGES.allowsFileOfOthers(origin, path))
    }
  }
  if (allow.length > 0 && platform !== 'linux') warnings.push(MESSAGES.allowWithoutEffect(origin))
}

function followLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** True if another user than root owns a file, or if all users may write to it. */
function isOfOthers(path: string): boolean {
  const { uid, mode } = statSync(path)
  return ![0, process.geteuid?.()].includes(uid) || (mode & 0o002) !== 0
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
