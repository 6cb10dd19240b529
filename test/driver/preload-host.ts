// Runs the app's preload script in the stand-in's Chromium. The function runs in the page, so it
// can't use anything from outside.

import type { LastResult } from '../stand-in/contract.js'

/** What a page sends through its binding. */
export type PagePacket =
  | { kind: 'begin' }
  | { kind: 'invoke'; call: number; channel: string; args: readonly unknown[] }
  | { kind: 'receive' }

/** The answer to `receive`, when there is one. Null at the end. */
export type Delivery =
  | { kind: 'message'; channel: string; args: readonly unknown[] }
  | { kind: 'reply'; call: number; outcome: LastResult }

type Preload = (
  require: (name: string) => unknown,
  module: { exports: unknown },
  exports: unknown,
) => void

/** Makes a window's init script: the preload's source, with the two modules that it may require. */
export function preloadScript(binding: string, preload: string): string {
  // As text, because the page's policy blocks functions made from strings.
  const wrapped = `function (require, module, exports) {${preload}\n}`
  return `(${hostPreload.toString()})(${JSON.stringify(binding)}, ${wrapped})`
}

function hostPreload(binding: string, preload: Preload): void {
  const globals = globalThis as unknown as Record<string, unknown>
  const send = globals[binding] as (packet: PagePacket) => Promise<Delivery[] | null>
  delete globals[binding]
  // Inner frames get no preload script, and the first empty page is not the app's.
  if (window !== window.top || location.href === 'about:blank') return

  const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const listeners = new Map<string, ((event: object, ...args: unknown[]) => void)[]>()
  let lastCall = 0

  const cloned = <Value>(value: Value): Value => {
    try {
      return structuredClone(value)
    } catch {
      throw new Error('An object could not be cloned.')
    }
  }

  const ipcRenderer = {
    invoke: async (channel: string, ...args: unknown[]): Promise<unknown> => {
      const packet: PagePacket = { kind: 'invoke', call: ++lastCall, channel, args: cloned(args) }
      return new Promise((resolve, reject) => {
        calls.set(packet.call, { resolve, reject })
        void send(packet)
      })
    },
    on: (channel: string, listener: (event: object, ...args: unknown[]) => void): object => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    off: (channel: string, listener: (event: object, ...args: unknown[]) => void): object => {
      const left = (listeners.get(channel) ?? []).filter((known) => known !== listener)
      listeners.set(channel, left)
      return ipcRenderer
    },
  }

  const deliver = (delivery: Delivery): void => {
    if (delivery.kind === 'reply') {
      const call = calls.get(delivery.call)
      calls.delete(delivery.call)
      if ('error' in delivery.outcome) call?.reject(new Error(delivery.outcome.error))
      else call?.resolve(delivery.outcome.value)
      return
    }
    for (const listener of listeners.get(delivery.channel) ?? []) {
      try {
        listener({ sender: ipcRenderer, ports: [] }, ...delivery.args)
      } catch (thrown) {
        reportError(thrown)
      }
    }
  }

  /**
   * What the other world receives: a copy with wrapped functions, without prototypes and symbols.
   */
  const bridged = (value: unknown): unknown => {
    if (typeof value === 'function') {
      return (...args: unknown[]): unknown => {
        try {
          return bridged((value as (...given: unknown[]) => unknown)(...args.map(bridged)))
        } catch (thrown) {
          throw bridged(thrown)
        }
      }
    }
    if (typeof value === 'symbol') return undefined
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Promise) {
      return new Promise((resolve, reject) => {
        value.then(
          (result) => resolve(bridged(result)),
          (error: unknown) => reject(bridged(error) as Error),
        )
      })
    }
    if (value instanceof Error) return new Error(value.message)
    if (Array.isArray(value)) return value.map(bridged)
    const isPlain = /^\[object Object\]$/.test(Object.prototype.toString.call(value))
    if (!isPlain) return cloned(value)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, bridged(part)]))
  }

  const frozen = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value)) frozen(part)
      Object.freeze(value)
    }
    return value
  }

  const contextBridge = {
    exposeInMainWorld: (name: string, api: unknown): void => {
      if (name in globalThis) {
        throw new Error('Cannot bind an API on top of an existing property on the window object')
      }
      Object.defineProperty(globalThis, name, { value: frozen(bridged(api)), enumerable: true })
    },
  }

  const strict = <Part extends object>(name: string, part: Part): Part =>
    new Proxy(part, {
      get(target, key) {
        if (key in target || typeof key === 'symbol') return Reflect.get(target, key) as unknown
        throw new Error(`the stand-in has no ${name}.${key} for preload scripts`)
      },
    })

  const receive = async (): Promise<void> => {
    await send({ kind: 'begin' })
    for (;;) {
      const deliveries = await send({ kind: 'receive' })
      if (deliveries === null) return
      for (const delivery of deliveries) deliver(delivery)
    }
  }
  void receive()

  const electron = strict('electron', {
    contextBridge: strict('contextBridge', contextBridge),
    ipcRenderer: strict('ipcRenderer', ipcRenderer),
  })
  const module = { exports: {} }
  const requireSandboxed = (name: string): unknown => {
    if (name === 'electron') return electron
    throw new Error(`module not found: ${name}`)
  }
  try {
    preload(requireSandboxed, module, module.exports)
  } catch (thrown) {
    // The page continues without it.
    console.error('Unable to load preload script', thrown)
  }
}
