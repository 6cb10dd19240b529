// Starts Latchkey again in the place of this process: what Electron asks for once, only a new process finds.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { app } from 'electron'
import { makeRestart, makeWaiter, type Restart } from '../app/restart-command.js'

export type Restarter = {
  /** False where this Latchkey's file is gone. */
  canRestart(): boolean
  /**
   * Quits, and starts Latchkey again once this process has ended, so that it meets none of its locks. Only
   * the first call does. Rejects, and quits nothing, if the system can start no program.
   */
  restart(): Promise<void>
}

/** `secrets`: variables of this start that are no longer in the environment, and that the next one is to have. */
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
 * Not by Electron on Linux. The process that `app.relaunch` starts, and all that come of it, may gain no
 * privileges: the setuid sandbox, AppImage's mount and a browser from a snap all need some. And an AppImage
 * is unmounted when this process ends, with the program of Electron's own waiter in it.
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
    // The pipe is never written to.
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C in the terminal of this start is not for the next one.
    detached: true,
  })
  await once(waiter, 'spawn')
}

/** Electron starts its waiter at once, with the environment of this moment. */
function relaunch({ program, args }: Restart, secrets: Readonly<Record<string, string>>): void {
  Object.assign(process.env, secrets)
  app.relaunch({ execPath: program, args: [...args] })
  for (const name of Object.keys(secrets)) delete process.env[name]
}
