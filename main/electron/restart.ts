// Restarts Latchkey in a new process, because Electron asks for some things only once per process.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { app } from 'electron'
import { makeRestart, makeWaiter, type Restart } from '../app/restart-command.js'

export type Restarter = {
  /** False if this Latchkey's file is gone. */
  canRestart(): boolean
  /**
   * Quits, and starts Latchkey again after this process has ended and released its locks. Only the first
   * call has an effect. Rejects without quitting if the system can't start a program.
   */
  restart(): Promise<void>
}

/** `secrets`: variables that were removed from this environment, but that the next start needs. */
export function createRestarter(secrets: Readonly<Record<string, string>>): Restarter {
  let isUnderWay = false
  const find = (): Restart | null => {
    const { env, execPath, argv } = process
    const { isPackaged } = app
    return makeRestart({ execPath, appPath: app.getAppPath(), isPackaged, env }, argv)
  }
  return {
    canRestart: () => find() !== null,
    async restart() {
      const next = find()
      if (next === null || isUnderWay) return
      isUnderWay = true
      try {
        if (process.platform === 'linux') await startAfterThis(next, secrets)
        else relaunch(next, secrets)
      } catch (thrown) {
        isUnderWay = false
        throw thrown
      }
      app.quit()
    },
  }
}

/**
 * Restarts without Electron on Linux. The process that `app.relaunch` starts, and all its children, can't
 * gain privileges, but the setuid sandbox, AppImage's mount and a browser from a snap need some. Also, an
 * AppImage is unmounted when this process ends, and Electron's waiting program is in it.
 *
 * @see {@link https://github.com/electron/electron/issues/41463}
 * @see {@link https://github.com/electron-userland/electron-builder/issues/1727}
 */
async function startAfterThis(
  next: Restart,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const { command, args } = makeWaiter(next)
  const waiter = spawn(command, args, {
    env: { ...process.env, ...secrets },
    // Nothing is written to the pipe.
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C in this start's terminal must not end the next one.
    detached: true,
  })
  await once(waiter, 'spawn')
}

/** Electron starts its waiting program at once, with the current environment. */
function relaunch({ program, args }: Restart, secrets: Readonly<Record<string, string>>): void {
  Object.assign(process.env, secrets)
  app.relaunch({ execPath: program, args: [...args] })
  for (const name of Object.keys(secrets)) delete process.env[name]
}
