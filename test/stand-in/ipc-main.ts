// Electron's `ipcMain`: handlers for calls from a page's preload script.

import { EventEmitter } from 'node:events'
import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import type { Arguments, FrameFacts, LastResult } from './contract.js'
import { answer, tell } from './host.js'
import { createEvent, strict } from './strict.js'
import { cloneForIpc, type FrameDouble } from './web-contents.js'
import { findWindow } from './window.js'

type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown

export class IpcMainDouble extends EventEmitter {
  readonly #handlers = new Map<string, Handler>()

  handle(channel: string, listener: Handler): void {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    }
    this.#handlers.set(channel, listener)
  }

  /** Not part of Electron. Runs a handler. If it throws, the caller gets only the message. */
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
  const contents = findWindow(id).inside.contents()
  const { mainFrame } = contents
  const documents = contents.inside.documents()
  const subframe: FrameDouble = strict('webFrameMain', { url: frame.url })
  const event = createEvent({
    sender: contents.inside.facade(),
    get senderFrame() {
      // The frame may be gone, or show another document, when it is read.
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
