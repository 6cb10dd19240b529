// Electron's `ipcMain`: handlers for what a page's preload script invokes.

import { EventEmitter } from 'node:events'
import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import type { Arguments, FrameFacts, LastResult } from './contract.js'
import { answer, tell } from './host.js'
import { createEvent, strict } from './strict.js'
import { cloneForIpc, type FrameDouble } from './web-contents.js'
import { windowOf } from './window.js'

type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown

export class IpcMainDouble extends EventEmitter {
  readonly #handlers = new Map<string, Handler>()

  handle(channel: string, listener: Handler): void {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    }
    this.#handlers.set(channel, listener)
  }

  /** Not Electron's. Runs a handler; of what it throws the caller learns the words only. */
  async invoke(
    event: () => IpcMainInvokeEvent,
    channel: string,
    args: Arguments,
  ): Promise<LastResult> {
    try {
      const handler = this.#handlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      return { value: cloneForIpc(await handler(event(), ...args)) }
    } catch (thrown) {
      process.stderr.write(`Error occurred in handler for '${channel}': ${String(thrown)}\n`)
      return { error: `Error invoking remote method '${channel}': ${String(thrown)}` }
    }
  }
}

function createInvokeEvent(id: number, frame: FrameFacts): IpcMainInvokeEvent {
  const contents = windowOf(id).inside.contents()
  const { mainFrame } = contents
  const documents = contents.inside.documents()
  const subframe: FrameDouble = strict('webFrameMain', { url: frame.url })
  const event = createEvent({
    sender: contents.inside.facade(),
    get senderFrame() {
      // Gone, or on another document by the time that it is looked at.
      if (frame.isGone || contents.isDestroyed()) return null
      if (!frame.isMainFrame) return subframe
      return contents.inside.documents() === documents ? mainFrame : null
    },
    frameId: frame.isMainFrame ? 1 : 2,
    processId: id,
    type: 'frame',
  })
  return strict('event', event) as unknown as IpcMainInvokeEvent
}

export const ipcMainDouble = new IpcMainDouble()

answer({
  async invoke(id, frame, call, channel, args) {
    const outcome = await ipcMainDouble.invoke(() => createInvokeEvent(id, frame), channel, args)
    tell('reply', id, call, outcome)
  },
})

ipcMainDouble satisfies Pick<IpcMain, 'handle'>
