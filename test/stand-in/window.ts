// Electron's BrowserWindow. The page itself is in the driver's Chromium.

import { EventEmitter, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { BrowserWindow, BrowserWindowConstructorOptions, WebPreferences } from 'electron'
import { appDouble, inside } from './app.js'
import type { WindowFacts } from './contract.js'
import { answer, host, tell } from './host.js'
import { openMenuIn } from './menu.js'
import { isPng } from './native-image.js'
import { createEvent, strict } from './strict.js'
import { WebContentsDouble } from './web-contents.js'

const windows = new Map<number, BrowserWindowDouble>()
let lastId = 0

export class BrowserWindowDouble extends EventEmitter {
  readonly id: number
  readonly webContents: WebContentsDouble
  readonly #contents: WebContentsDouble
  readonly #preferences: WebPreferences
  readonly #size: { width: number; height: number }
  readonly #hasIcon: boolean
  #isDestroyed = false
  #isVisible = false
  #isFocused = false
  #isMinimized = false
  #isPainted = false
  #wasShownUnpainted = false

  constructor(options: BrowserWindowConstructorOptions = {}) {
    inside.needsReady('Cannot create BrowserWindow')
    super()
    lastId += 1
    this.id = lastId
    this.#size = { width: options.width ?? 800, height: options.height ?? 600 }
    const { icon = '' } = options
    if (typeof icon !== 'string') throw new Error('the stand-in has window icons by a path only')
    this.#hasIcon = isPng(icon)
    this.#preferences = {
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      ...options.webPreferences,
      ...(inside.isSandboxed() && { sandbox: true }),
    }
    this.#contents = new WebContentsDouble(this.id)
    this.webContents = this.#contents.inside.facade()
    windows.set(this.id, this)
    inside.opened(this)
    if (options.show ?? true) this.show()
    const facade = strict('BrowserWindow', this, () => this.#isDestroyed)
    appDouble.emit('browser-window-created', createEvent({}), facade)
    appDouble.emit('web-contents-created', createEvent({}), this.webContents)
    // oxlint-disable-next-line no-constructor-return -- the app gets the strict view
    return facade
  }

  async loadURL(url: string): Promise<void> {
    try {
      const preload = this.#preferences.preload ?? null
      await host.call('load', this.id, url, { preload, ...this.#size })
    } catch (thrown) {
      const code = /ERR_\w+/.exec(String(thrown))?.[0] ?? 'ERR_FAILED'
      throw Object.assign(new Error(`${code} (-2) loading '${url}'`), { code, errno: -2, url })
    }
    if (!this.#isDestroyed) this.#contents.emit('did-finish-load')
  }

  show(): void {
    this.#isVisible = true
    if (!this.#isPainted) this.#wasShownUnpainted = true
    this.emit('show', createEvent({}))
    this.focus()
  }

  focus(): void {
    if (!this.#isVisible || this.#isFocused) return
    for (const window of windows.values()) window.inside.blur()
    this.#isFocused = true
    this.emit('focus', createEvent({}))
  }

  restore(): void {
    this.#isMinimized = false
    this.emit('restore', createEvent({}))
  }

  isVisible(): boolean {
    return this.#isVisible
  }

  isMinimized(): boolean {
    return this.#isMinimized
  }

  isFocused(): boolean {
    return this.#isFocused
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  close(): void {
    void setImmediate().then(() => {
      if (this.#isDestroyed) return
      const event = createEvent({})
      this.emit('close', event)
      if (event.defaultPrevented) inside.closeCancelled()
      else this.destroy()
    })
  }

  destroy(): void {
    if (this.#isDestroyed) return
    this.inside.blur()
    this.#isDestroyed = true
    this.#contents.inside.destroy()
    windows.delete(this.id)
    tell('closed', this.id)
    this.#contents.emit('destroyed')
    this.emit('closed')
    inside.closed(this)
  }

  /** Not part of Electron. */
  readonly inside = {
    contents: (): WebContentsDouble => this.#contents,
    preferences: (): WebPreferences => this.#preferences,
    visible: async (): Promise<void> => {
      if (!this.#isVisible) await once(this, 'show')
    },
    blur: (): void => {
      if (!this.#isFocused) return
      this.#isFocused = false
      this.emit('blur', createEvent({}))
    },
    minimize: (): void => {
      this.inside.blur()
      this.#isMinimized = true
      this.emit('minimize', createEvent({}))
    },
    painted: (): void => {
      if (this.#isPainted) return
      this.#isPainted = true
      this.emit('ready-to-show')
    },
    facts: (): WindowFacts => ({
      isVisible: this.#isVisible && !this.#isMinimized,
      isFocused: this.#isFocused,
      isMinimized: this.#isMinimized,
      wasShownUnpainted: this.#wasShownUnpainted,
      hasIcon: this.#hasIcon,
      zoomLevel: this.#contents.getZoomLevel(),
      webPreferences: { ...this.#preferences },
    }),
  }
}

/** Finds the open window with this number. */
export function findWindow(id: number): BrowserWindowDouble {
  const window = windows.get(id)
  if (!window) throw new Error('Object has been destroyed')
  return window
}

const findContents = (id: number): WebContentsDouble => findWindow(id).inside.contents()

answer({
  close(id) {
    const window = windows.get(id)
    if (!window) return
    return new Promise((resolve) => {
      window.once('closed', resolve)
      window.once('close', (event: { defaultPrevented: boolean }) =>
        process.nextTick(() => event.defaultPrevented && resolve()),
      )
      window.close()
    })
  },
  async look(id, at) {
    const window = findWindow(id)
    await window.inside.visible()
    if (at) window.focus()
    else window.inside.blur()
  },
  minimize: (id) => findWindow(id).inside.minimize(),
  contextMenu: (id, { isEditable, selection }) =>
    openMenuIn(selection, () => {
      const canCopy = selection !== ''
      const editFlags = { canCut: isEditable && canCopy, canCopy, canPaste: isEditable }
      findContents(id).emit('context-menu', createEvent({}), {
        isEditable,
        selectionText: selection,
        editFlags: { ...editFlags, canSelectAll: true },
      })
    }),
  pressControl(id, key) {
    const modifiers = { control: true, shift: false, alt: false, meta: false }
    const input = { type: 'keyDown', key, ...modifiers }
    findContents(id).emit('before-input-event', createEvent({}), input)
  },
  turnWheel: (id, direction) =>
    void findContents(id).emit('zoom-changed', createEvent({}), direction),
  crash(id) {
    const details = { reason: 'crashed', exitCode: 5 }
    findContents(id).emit('render-process-gone', createEvent({}), details)
  },
  facts: (id) => findWindow(id).inside.facts(),
  loadUrl: (id, url) => findWindow(id).loadURL(url),
  painted: (id) => windows.get(id)?.inside.painted(),
  navigated: (id, url) => windows.get(id)?.inside.contents().inside.navigated(url),
  mayNavigate(id, url) {
    const contents = findContents(id)
    const details = { url, isMainFrame: true, isSameDocument: false, frame: contents.mainFrame }
    return contents.inside.permits('will-navigate', details, url)
  },
  mayRedirect(id, url) {
    const contents = findContents(id)
    const details = { url, isMainFrame: true, isSameDocument: false, frame: contents.mainFrame }
    return contents.inside.permits('will-redirect', details, url)
  },
  mayOpen: (id, url) => findContents(id).inside.opens(url),
  mayAttachWebview(id, url) {
    // The preference is read first: without it, the tag has no meaning.
    if (findWindow(id).inside.preferences().webviewTag !== true) return false
    return findContents(id).inside.permits('will-attach-webview', {}, {}, { src: url })
  },
})

/** The parts that the app uses. Listening is Node's own. */
type UsedOfWindow = Pick<
  BrowserWindow,
  | 'close'
  | 'destroy'
  | 'focus'
  | 'id'
  | 'isDestroyed'
  | 'isFocused'
  | 'isMinimized'
  | 'loadURL'
  | 'restore'
  | 'show'
>

BrowserWindowDouble satisfies new (options?: BrowserWindowConstructorOptions) => UsedOfWindow
