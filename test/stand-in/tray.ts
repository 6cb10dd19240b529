// Electron's Tray: an icon and a menu, which are gone if the app keeps no reference to the object.

import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Tray } from 'electron'
import { inside } from './app.js'
import { collectGarbage } from './collect.js'
import { answer, behaviour, tell } from './host.js'
import type { ItemDouble, MenuDouble } from './menu.js'
import { findItem, toLines } from './menu-lines.js'
import { toFileName, type ImageDouble } from './native-image.js'
import { createEvent, strict } from './strict.js'

let latest: WeakRef<TrayDouble> | undefined

export class TrayDouble extends EventEmitter {
  #image: ImageDouble
  #toolTip = ''
  #menu: { items: readonly ItemDouble[]; lines: ReturnType<typeof toLines> } | null = null
  #isDestroyed = false
  /** Decided once: on Linux without a host, the icon never becomes visible. */
  readonly #isSeen = hasTrayHost()

  constructor(image: ImageDouble) {
    inside.needsReady('Cannot create Tray')
    super()
    this.#image = image
    latest = new WeakRef(this)
    // oxlint-disable-next-line no-constructor-return -- the app gets the strict view
    return strict('Tray', this)
  }

  setContextMenu(menu: MenuDouble | null): void {
    this.#checkAlive()
    this.#menu = menu && { items: [...menu.items], lines: toLines(menu.items) }
    if (this.#menu) tell('menuSet', this.#menu.lines)
  }

  setImage(image: ImageDouble | string): void {
    this.#checkAlive()
    if (typeof image === 'string') throw new Error('the stand-in has no Tray.setImage by a path')
    this.#image = image
  }

  setToolTip(toolTip: string): void {
    this.#checkAlive()
    this.#toolTip = toolTip
  }

  destroy(): void {
    this.#isDestroyed = true
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  /** Not part of Electron. */
  readonly inside = {
    menu: () => (this.#isDestroyed ? null : this.#menu),
    isSeen: () => this.#isSeen,
    facts: () => ({ toolTip: this.#toolTip, hasIcon: !this.#image.isEmpty() }),
    icon: () => toFileName(this.#image),
  }

  #checkAlive(): void {
    if (this.#isDestroyed) throw new Error('Tray is destroyed')
  }
}

/** The tray that the user sees. None if the app kept no reference to it. */
async function find(): Promise<TrayDouble | undefined> {
  await collectGarbage()
  const tray = latest?.deref()
  return tray?.isDestroyed() || !tray?.inside.isSeen() ? undefined : tray
}

/** Whether there is a StatusNotifier host. This double does not have the older kind of tray. */
function hasTrayHost(): boolean {
  const { platform, trayHostFile } = behaviour
  if (platform !== 'linux' || trayHostFile === null) return true
  return readFileSync(trayHostFile, 'utf8').includes('true')
}

answer({
  menu: async () => (await find())?.inside.menu()?.lines ?? null,
  tray: async () => (await find())?.inside.facts() ?? null,
  trayIcon: async () => (await find())?.inside.icon() ?? null,
  async clickTray() {
    const tray = await find()
    if (!tray) throw new Error('there is no icon in the tray')
    // macOS sends the event and then opens the menu too.
    tray.emit('click', createEvent({}), { x: 0, y: 0, width: 22, height: 22 }, { x: 0, y: 0 })
  },
  async choose(...labels) {
    const menu = (await find())?.inside.menu()
    if (!menu) throw new Error('there is no menu in the tray')
    findItem(menu, labels).click()
  },
})

TrayDouble satisfies new (image: ImageDouble) => Pick<
  Tray,
  'destroy' | 'isDestroyed' | 'setToolTip'
> & {
  setContextMenu(menu: MenuDouble | null): void
  setImage(image: ImageDouble | string): void
}
