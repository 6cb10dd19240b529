// Electron's WebContents: its messages to its page, and the page's permissions.

import { EventEmitter } from 'node:events'
import type { HandlerDetails, WebContents, WindowOpenHandlerResponse } from 'electron'
import { tell } from './host.js'
import { createEvent, strict } from './strict.js'

/** The part of a frame that the app reads: its address. */
export type FrameDouble = { readonly url: string }

export class WebContentsDouble extends EventEmitter {
  readonly id: number
  readonly mainFrame: FrameDouble
  #url = ''
  #documents = 0
  #isDestroyed = false
  #zoomLevel = 0
  #openHandler: ((details: HandlerDetails) => WindowOpenHandlerResponse) | null = null
  readonly #facade: this

  constructor(id: number) {
    super()
    this.id = id
    const url = (): string => this.#url
    this.mainFrame = strict('webFrameMain', {
      get url() {
        return url()
      },
    })
    this.#facade = strict('webContents', this, () => this.#isDestroyed)
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  send(channel: string, ...args: unknown[]): void {
    tell('send', this.id, channel, cloneForIpc(args))
  }

  getZoomLevel(): number {
    return this.#zoomLevel
  }

  setZoomLevel(level: number): void {
    this.#zoomLevel = level
  }

  setWindowOpenHandler(handler: (details: HandlerDetails) => WindowOpenHandlerResponse): void {
    this.#openHandler = handler
  }

  /** Not part of Electron. */
  readonly inside = {
    facade: (): this => this.#facade,
    destroy: (): void => void (this.#isDestroyed = true),
    documents: (): number => this.#documents,
    navigated: (url: string): void => {
      this.#url = url
      this.#documents += 1
    },
    /** True unless a listener prevents it. */
    permits: (event: string, details: object, ...more: unknown[]): boolean => {
      const given = createEvent(details)
      this.emit(event, given, ...more)
      return !given.defaultPrevented
    },
    // Without a handler, the window is opened.
    opens: (url: string): boolean => {
      if (!this.#openHandler) return true
      const details = { url, frameName: '', features: '', disposition: 'foreground-tab' as const }
      const referrer = { url: this.#url, policy: 'strict-origin-when-cross-origin' as const }
      return this.#openHandler({ ...details, referrer }).action === 'allow'
    },
  }
}

/** Copies a value as IPC does. */
export function cloneForIpc<Value>(value: Value): Value {
  try {
    return structuredClone(value)
  } catch {
    throw new Error('An object could not be cloned.')
  }
}

WebContentsDouble satisfies new (
  id: number,
) => Pick<
  WebContents,
  'getZoomLevel' | 'id' | 'isDestroyed' | 'send' | 'setWindowOpenHandler' | 'setZoomLevel'
>
