// The double's line to the driver, and how this run is to behave.

import { BEHAVIOUR_VARIABLE, type AppCalls, type Behaviour, type HostCalls } from './contract.js'
import { connect, type Answers } from './wire.js'

const answers: Partial<Answers<AppCalls>> = {}

/** The driver. */
export const host = connect<HostCalls, AppCalls>(process, answers as Answers<AppCalls>)

/** Takes on calls of the driver: each module those that concern it. */
export function answer(part: Partial<Answers<AppCalls>>): void {
  Object.assign(answers, part)
}

/** Tells the driver something without waiting for it. */
export function tell<Name extends keyof HostCalls>(
  name: Name,
  ...args: Parameters<HostCalls[Name]>
): void {
  // Where the driver has gone, this process is about to end.
  host.call(name, ...args).catch(() => undefined)
}

export const behaviour = readBehaviour()

/** Node, whatever the app is told that its program is. */
export const node = process.execPath
if (behaviour.executable !== null) process.execPath = behaviour.executable

// Before any module of the double looks.
Object.defineProperty(process, 'platform', { value: behaviour.platform })

function readBehaviour(): Behaviour {
  const text = process.env[BEHAVIOUR_VARIABLE]
  if (text === undefined) throw new Error('the stand-in is started by test/driver only')
  return JSON.parse(text) as Behaviour
}
