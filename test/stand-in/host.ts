// The double's connection to the driver, and the behaviour of this run.

import { BEHAVIOUR_VARIABLE, type AppCalls, type Behaviour, type HostCalls } from './contract.js'
import { connect, type Answers } from './wire.js'

const answers: Partial<Answers<AppCalls>> = {}

/** The driver. */
export const host = connect<HostCalls, AppCalls>(process, answers as Answers<AppCalls>)

/** Adds handlers for calls from the driver. Each module adds its own. */
export function answer(part: Partial<Answers<AppCalls>>): void {
  Object.assign(answers, part)
}

/** Calls the driver without waiting for an answer. */
export function tell<Name extends keyof HostCalls>(
  name: Name,
  ...args: Parameters<HostCalls[Name]>
): void {
  // If the driver is gone, this process is about to end.
  host.call(name, ...args).catch(() => undefined)
}

export const behaviour = readBehaviour()

/** The path of Node, even if the app is given another program's path. */
export const node = process.execPath
if (behaviour.executable !== null) process.execPath = behaviour.executable

// Set before any module of the double reads it.
Object.defineProperty(process, 'platform', { value: behaviour.platform })

function readBehaviour(): Behaviour {
  const text = process.env[BEHAVIOUR_VARIABLE]
  if (text === undefined) throw new Error('the stand-in is started by test/driver only')
  return JSON.parse(text) as Behaviour
}
