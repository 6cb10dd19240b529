// The windows of the stand-in's app. Each is a page in a real Chromium that asks the app for
// content, calls and permissions.

import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Frame, Page, Request, Route } from '@playwright/test'
import type {
  AppCalls,
  FrameFacts,
  HostCalls,
  LastResult,
  PageSettings,
} from '../stand-in/contract.js'
import type { Answers, Wire } from '../stand-in/wire.js'
import { fromChromium, isOwnScheme, toChromium } from './addresses.js'
import { createMail, type Mail } from './mail.js'
import { grantPermissions } from './permissions.js'
import { preloadScript, type Delivery, type PagePacket } from './preload-host.js'
import { createWaiting } from './waiting.js'

export type Pages = {
  answers: Pick<Answers<HostCalls>, 'load' | 'closed' | 'send' | 'reply'>
  /** The loaded page of a window, as soon as there is one. */
  opened(): Promise<Page>
  /** The number of the open window. */
  id(): number
  count(): number
  /** Resolves when the pages of closed windows are gone. */
  allClosed(): Promise<void>
  wasLetGo(url: string): Promise<boolean>
  /** Calls the app's main process as a frame would. */
  invokeFrom(frame: Frame, channel: string, args: readonly unknown[]): Promise<unknown>
  /** Everything that was sent to pages, as JSON. */
  sent(): readonly string[]
  close(): Promise<void>
}

const BINDING = 'latchkeyStandIn'

type Window = {
  context: BrowserContext | null
  /** Playwright can't close a page that is still being set up. */
  setUp: Promise<unknown>
  page: Page | null
  isLoaded: boolean
  isClosed: boolean
  /** The address that the main process itself sends the page to. Nobody is asked about it. */
  ordered: string | null
  /** Messages for the page's document. Null before its preload script has run. */
  mail: Mail | null
}

export function createPages(
  browser: Browser,
  colorScheme: 'dark' | 'light',
  app: () => Wire<AppCalls>,
): Pages {
  const windows = new Map<number, Window>()
  const popups = new Set<Page>()
  const sent: string[] = []
  const closing: Promise<void>[] = []
  const decisions = createWaiting<{ url: string; may: boolean }>()
  const replies = new Map<number, (outcome: LastResult) => void>()
  let lastCall = 0
  let wake = Promise.withResolvers<void>()

  const changed = (): void => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }

  const invoke = async (
    id: number,
    frame: FrameFacts,
    channel: string,
    args: readonly unknown[],
    answered: (outcome: LastResult) => void,
  ): Promise<void> => {
    lastCall += 1
    replies.set(lastCall, answered)
    await app().call('invoke', id, frame, lastCall, channel, args)
  }

  const hear = async (
    id: number,
    window: Window,
    frame: Frame,
    packet: PagePacket,
  ): Promise<Delivery[] | null> => {
    switch (packet.kind) {
      case 'begin':
        window.mail?.end()
        window.mail = createMail()
        await app().call('navigated', id, fromChromium(frame.url()))
        return null
      case 'invoke': {
        const { mail } = window
        const { call, channel, args } = packet
        await invoke(id, readFacts(frame), channel, args, (outcome) =>
          mail?.put({ kind: 'reply', call, outcome }),
        )
        return null
      }
      case 'receive':
        return window.mail?.take() ?? null
    }
  }

  /** Asks the app whether a page may do something. */
  const may = async (
    wish: 'mayNavigate' | 'mayRedirect' | 'mayOpen',
    id: number,
    url: string,
  ): Promise<boolean> => {
    const answer = await app().call(wish, id, url)
    decisions.put({ url, may: answer })
    return answer
  }

  const create = async (
    id: number,
    url: string,
    settings: PageSettings,
    window: Window,
  ): Promise<void> => {
    const { preload, width, height } = settings
    const context = await browser.newContext({ viewport: { width, height }, colorScheme })
    window.context = context
    await grantPermissions(context, app(), id, url)
    await context.route('**/*', (route) => decide(route, id, window).catch(() => undefined))
    // It goes on as it is, until a spec moves it.
    await context.clock.install()
    const page = await context.newPage()
    window.page = page
    page.on('close', () => {
      if (!window.isClosed) ignoringTheEnd(app().call('close', id))
    })
    // A window that the page opened. In Electron, the app would have been asked before.
    context.on('page', (popup) => {
      popups.add(popup)
      popup.on('close', () => popups.delete(popup))
      ignoringTheEnd(
        may('mayOpen', id, fromChromium(popup.url())).then((open) =>
          open ? undefined : popup.close(),
        ),
      )
    })
    if (preload !== null) {
      await page.exposeBinding(BINDING, ({ frame }, packet: PagePacket) =>
        hear(id, window, frame, packet),
      )
      const source = await readFile(preload, 'utf8')
      await page.addInitScript({ content: preloadScript(BINDING, source) })
    }
  }

  /** Asks the app about navigation and new windows, and answers requests. */
  const decide = async (route: Route, id: number, window: Window): Promise<void> => {
    const request = route.request()
    const url = fromChromium(request.url())
    const frame = findFrame(request)
    const isMainFrame = frame !== null && frame === window.page?.mainFrame()
    if (request.isNavigationRequest()) {
      if (frame?.page() !== window.page) {
        if (!(await may('mayOpen', id, url))) return route.abort('aborted')
      } else if (isMainFrame) {
        const isOrdered = window.ordered === request.url()
        window.ordered = null
        if (!isOrdered && !(await may('mayNavigate', id, url))) return route.abort('aborted')
      }
    }
    const isWatched = request.isNavigationRequest() && isMainFrame
    const mayGoOn = async (status: number, location: string | undefined): Promise<boolean> =>
      !isWatched ||
      status < 300 ||
      status > 399 ||
      location === undefined ||
      may('mayRedirect', id, new URL(location, url).href)

    if (isOwnScheme(request.url())) {
      const body = request.postDataBuffer()
      const answer = await app()
        .call('serve', { url, method: request.method(), headers: request.headers(), body })
        .catch(() => null)
      if (!answer) return route.abort('failed')
      const { status, headers } = answer
      if (!(await mayGoOn(status, headers['location']))) return route.abort('aborted')
      return route.fulfill({ status, headers, body: Buffer.from(answer.body) })
    }
    // Not `continue`: Chromium would then block requests to servers of this machine without a word.
    const response = await route.fetch({ maxRedirects: 0 })
    if (!(await mayGoOn(response.status(), response.headers()['location']))) {
      return route.abort('aborted')
    }
    return route.fulfill({ response })
  }

  return {
    answers: {
      async load(id, url, settings) {
        const window = windows.get(id) ?? emptyWindow()
        windows.set(id, window)
        window.isLoaded = false
        if (!window.page) window.setUp = create(id, url, settings, window)
        await window.setUp
        const { page } = window
        if (window.isClosed || !page) throw new Error('net::ERR_ABORTED')
        window.ordered = toChromium(url)
        await page.goto(window.ordered)
        window.isLoaded = true
        changed()
        ignoringTheEnd(page.evaluate(nextFrame).then(() => app().call('painted', id)))
      },
      closed(id) {
        const window = windows.get(id)
        windows.delete(id)
        changed()
        if (!window) return
        window.isClosed = true
        window.mail?.end()
        closing.push(closePage(window))
      },
      send(id, channel, args) {
        sent.push(JSON.stringify([channel, args]))
        // Before the preload script has run, nobody listens.
        windows.get(id)?.mail?.put({ kind: 'message', channel, args })
      },
      reply(_id, call, outcome) {
        sent.push(JSON.stringify(outcome))
        replies.get(call)?.(outcome)
        replies.delete(call)
      },
    },

    async opened() {
      for (;;) {
        const found = [...windows.values()].find(({ isLoaded }) => isLoaded)
        if (found?.page) return found.page
        await wake.promise
      }
    },

    id() {
      const [id] = windows.keys()
      if (id === undefined) throw new Error('there is no window')
      return id
    },

    count: () => windows.size + popups.size,

    allClosed: async () => void (await Promise.all(closing)),

    wasLetGo: async (url) => (await decisions.take((decision) => decision.url === url)).may,

    async invokeFrom(frame, channel, args) {
      const [id] = [...windows].find(([, { page }]) => page === frame.page()) ?? []
      if (id === undefined) throw new Error('this frame is in no window of the app')
      const outcome = await new Promise<LastResult>((resolve, reject) => {
        invoke(id, readFacts(frame), channel, args, resolve).catch(reject)
      })
      if ('error' in outcome) throw new Error(outcome.error)
      return outcome.value
    },

    sent: () => sent,

    async close() {
      for (const window of windows.values()) {
        window.isClosed = true
        closing.push(closePage(window))
      }
      await Promise.all(closing)
    },
  }
}

function emptyWindow(): Window {
  return {
    context: null,
    setUp: Promise.resolve(),
    page: null,
    isLoaded: false,
    isClosed: false,
    ordered: null,
    mail: null,
  }
}

/** Ignores failures of calls that nobody waits for: the app or the page may end meanwhile. */
function ignoringTheEnd(task: Promise<unknown>): void {
  task.catch(() => undefined)
}

async function closePage(window: Window): Promise<void> {
  await window.setUp.catch(() => undefined)
  // The page may already be closed, with the browser or by an app that ended.
  await window.context?.close().catch(() => undefined)
}

function readFacts(frame: Frame): FrameFacts {
  return {
    url: fromChromium(frame.url()),
    isMainFrame: frame === frame.page().mainFrame(),
    isGone: frame.isDetached(),
  }
}

/** The frame that asks. Null while its page is being made. */
function findFrame(request: Request): Frame | null {
  try {
    return request.frame()
  } catch {
    return null
  }
}

/** Runs in the page. Resolves when a frame has been drawn. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
  })
}
