// Tells from the kernel's facts which program a process runs, and what is doubtful about it.

import { realpath } from 'node:fs/promises'
import { uptime } from 'node:os'
import { resolve } from 'node:path'
import { isToolScript, readProgramKind, runsScripts } from '../base/program-kind.js'
import { programName } from '../base/program-name.js'
import type { Ancestor, CallerProcess, Doubt } from './caller.js'
import { readFileState, type FileState } from './file-state.js'
import type { ParentFacts, ProcessFacts } from './process-facts.js'
import { hasRiskyVariables } from './risky-variables.js'
import { findScriptArgument, readFamily } from './script-argument.js'

/** Describes a process that holds a socket of the user `uid`. Never fails. */
export async function describeProcess(
  facts: ProcessFacts,
  uid: number,
): Promise<{ process: CallerProcess; doubts: readonly Doubt[] }> {
  const executable = await readFileState(facts.executable)
  // A file can have a name that ends with the mark.
  const isMarked = executable?.file !== facts.file
  const path = isMarked ? removeMark(facts.executable) : facts.executable
  // Such an Electron app runs scripts as Node does.
  const actsAsNode = facts.variables !== null && 'ELECTRON_RUN_AS_NODE' in facts.variables
  const family = actsAsNode ? 'node' : readFamily(path)
  const isInterpreter = actsAsNode || runsScripts(path)
  const script = isInterpreter ? await findScript(facts, family) : null
  const process: CallerProcess = {
    pid: facts.pid,
    startedAtTicks: facts.image.startedAtTicks,
    executable: { path, file: facts.file },
    script: script && { path: script.path, file: script.file },
    kind: findKind(path, { script, actsAsNode }),
    name: programName(path, script?.path ?? null),
    parents: facts.parents.map(toAncestor),
  }
  const files = { executable, script, needsScript: isInterpreter }
  return { process, doubts: findDoubts(facts, files, { uid, family }) }
}

function findKind(
  path: string,
  { script, actsAsNode }: { script: FileState | null; actsAsNode: boolean },
): CallerProcess['kind'] {
  if (script !== null && isToolScript(script.path)) return 'tool'
  return script || actsAsNode ? 'interpreter' : readProgramKind(path)
}

type Files = { executable: FileState | null; script: FileState | null; needsScript: boolean }

function findDoubts(
  facts: ProcessFacts,
  { executable, script, needsScript }: Files,
  { uid, family }: { uid: number; family: string },
): readonly Doubt[] {
  const { file, variables } = facts
  const isScriptNewer = script !== null && isNewer(script, facts)
  const doubts: readonly (readonly [Doubt, boolean])[] = [
    ['other-user', facts.uid !== uid],
    ['other-namespace', facts.isElsewhere],
    ['other-file', executable?.file !== file || isScriptNewer],
    ['no-script', needsScript && script === null],
    ['environment', variables === null || hasRiskyVariables(family, variables)],
    ['traced', facts.isTraced],
  ]
  return doubts.filter(([, applies]) => applies).map(([doubt]) => doubt)
}

/** Linux adds this to the path if the file was replaced, for example by an update. */
function removeMark(executable: string): string {
  return executable.replace(/ \(deleted\)$/, '')
}

/** Finds the file of the script that the arguments name. Null if they name none. */
async function findScript(facts: ProcessFacts, family: string): Promise<FileState | null> {
  const argument = findScriptArgument(family, facts.args)
  if (argument === null || facts.cwd === null) return null
  try {
    return await readFileState(await realpath(resolve(facts.cwd, argument)))
  } catch {
    return null
  }
}

/** The kernel counts start times in hundredths of a second, on every kind of processor. */
const MS_PER_TICK = 10
/** Both clocks are coarse. */
const TOLERANCE_MS = 50

/** True if a file was changed after the process started, so that the process runs an earlier one. */
function isNewer({ changedAtMs }: FileState, { image }: ProcessFacts): boolean {
  const upMs = uptime() * 1_000
  const startedAtMs = Date.now() - upMs + Number(image.startedAtTicks) * MS_PER_TICK
  return changedAtMs > startedAtMs + TOLERANCE_MS
}

function toAncestor({ pid, startedAtTicks, executable, args }: ParentFacts): Ancestor {
  const path = executable === null ? null : removeMark(executable)
  if (path === null) return { pid, startedAtTicks, name: null, executable: null }
  const script = args && runsScripts(path) ? findScriptArgument(readFamily(path), args) : null
  return { pid, startedAtTicks, name: programName(path, script), executable: path }
}
