// Checks on Linux if the screen that the environment names answers.

import { once } from 'node:events'
import { connect, type NetConnectOpts } from 'node:net'
import { isAbsolute, join } from 'node:path'
import type { Environment } from '../base/environment.js'

/** Reads the variables that name the screen, as `NAME=value`. */
export function readScreenVariables(env: Environment): readonly string[] {
  return ['WAYLAND_DISPLAY', 'DISPLAY'].flatMap((name) =>
    env[name] ? [`${name}=${env[name]}`] : [],
  )
}

/** True if the screen answers, even if it then denies access. */
export async function isScreenReachable(env: Environment): Promise<boolean> {
  const places = [...listWaylandSockets(env), ...listXSockets(env['DISPLAY'] ?? '')]
  for (const place of places) if (await answers(place)) return true
  return false
}

function listWaylandSockets({
  WAYLAND_DISPLAY: name,
  XDG_RUNTIME_DIR,
}: Environment): NetConnectOpts[] {
  if (!name) return []
  if (isAbsolute(name)) return [{ path: name }]
  return XDG_RUNTIME_DIR ? [{ path: join(XDG_RUNTIME_DIR, name) }] : []
}

/** `:0`, `unix:0.0`, `host:10.0`: screen 0 of display 0, by a socket or by TCP from port 6000 on. */
function listXSockets(display: string): NetConnectOpts[] {
  const [, host = '', number = ''] = /^(.*):(\d+)(?:\.\d+)?$/.exec(display) ?? []
  if (number === '') return []
  if (host !== '' && host !== 'unix') return [{ host, port: 6000 + Number(number) }]
  const path = `/tmp/.X11-unix/X${number}`
  return [{ path: `\0${path}` }, { path }]
}

async function answers(place: NetConnectOpts): Promise<boolean> {
  const socket = connect({ ...place, timeout: LONGEST_WAIT_MS })
  try {
    const outcome = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'timeout').then(() => false),
    ])
    return outcome
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

const LONGEST_WAIT_MS = 2_000
