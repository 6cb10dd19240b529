// Checks this computer: the data directory, the loopback addresses, the session storage, the browser.

import { lookup } from 'node:dns/promises'
import { accessSync, constants, statSync } from 'node:fs'
import { connect, createServer, isIPv4, type AddressInfo, type Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import type { Environment } from '../base/environment.js'
import { readErrno } from '../base/errno.js'
import { canShowBrowser } from '../base/graphical-browser.js'
import type { Settings } from '../settings/options.js'
import type { Storage } from '../storage/choose-storage.js'
import { createCheck, type Check } from './check.js'
import { MESSAGES } from './diagnose-messages.js'

/** Checks that this user can use the data directory and that other users cannot. */
export function checkDataDirectory(directory: string, platform: NodeJS.Platform): Check {
  const name = 'data-directory'
  const { dataDirectory } = MESSAGES
  try {
    const stats = statSync(directory)
    if (!stats.isDirectory()) {
      return createCheck(name, 'problem', dataDirectory.notADirectory(directory))
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    // Windows does not express permissions in the mode.
    const isOpen = platform !== 'win32' && (stats.mode & 0o077) !== 0
    return isOpen
      ? createCheck(name, 'warning', dataDirectory.open(directory))
      : createCheck(name, 'ok', dataDirectory.usable(directory))
  } catch (thrown) {
    const errno = readErrno(thrown)
    return errno === 'ENOENT'
      ? createCheck(name, 'ok', dataDirectory.missing(directory))
      : createCheck(name, 'problem', dataDirectory.unusable(directory, errno))
  }
}

/** How long this computer may take to connect to itself. */
const CONNECT_TIMEOUT_MS = 3_000

/** Checks that a browser could return to Latchkey: a listener starts, and a connection reaches it. */
export async function checkLoopback(version: 4 | 6, clock: Clock): Promise<Check> {
  const name = `loopback-ipv${version}` as const
  const address = version === 4 ? '127.0.0.1' : '::1'
  const { loopback } = MESSAGES
  const errno = await connectToSelf(address, clock)
  if (errno === null) return createCheck(name, 'ok', loopback.works(address))
  if (version === 6 && (errno === 'EADDRNOTAVAIL' || errno === 'EAFNOSUPPORT')) {
    return createCheck(name, 'ok', loopback.noIpv6)
  }
  return createCheck(name, 'problem', loopback.fails(address, errno))
}

/** Returns the system's error code, or null if the connection works. */
function connectToSelf(address: string, clock: Clock): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.on('error', () => socket.destroy()).end('ok'))
    let client: Socket | null = null
    let ended = false
    const end = (result: string | null): void => {
      ended = true
      stopWaiting()
      client?.destroy()
      server.close()
      resolve(result)
    }
    const stopWaiting = clock.after(CONNECT_TIMEOUT_MS, () => end('ETIMEDOUT'))
    server.on('error', (error) => end(readErrno(error)))
    server.listen({ port: 0, host: address, ipv6Only: address === '::1' }, () => {
      if (ended) return void server.close()
      const { port } = server.address() as AddressInfo
      client = connect(port, address)
        .on('error', (error) => end(readErrno(error)))
        .once('data', () => end(null))
    })
  })
}

/** Checks that `localhost`, which some clients use, resolves to loopback addresses only. */
export async function checkLocalhost(
  resolveName: (name: string) => Promise<readonly string[]> = lookUpAddresses,
): Promise<Check> {
  const name = 'localhost'
  const { localhost } = MESSAGES
  try {
    const addresses = await resolveName('localhost')
    const others = addresses.filter((address) => !isLoopbackAddress(address))
    if (addresses.length > 0 && others.length === 0) {
      return createCheck(name, 'ok', localhost.resolves(addresses))
    }
    const message = others.length > 0 ? localhost.elsewhere(others) : localhost.nowhere
    return createCheck(name, 'problem', message, localhost.fix)
  } catch (thrown) {
    return createCheck(name, 'problem', localhost.lookupFailed(readErrno(thrown)), localhost.fix)
  }
}

async function lookUpAddresses(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true })
  return [...new Set(found.map(({ address }) => address))]
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'))
}

/** Checks whether the session is stored between runs, and how it is protected. */
export function checkStorage({ tier, message }: Pick<Storage, 'tier' | 'message'>): Check {
  const isSafe = tier === 'keyring' || tier === 'passphrase'
  return createCheck('storage', isSafe ? 'ok' : 'warning', message ?? MESSAGES.storage[tier])
}

/** Checks whether links can be opened here, as far as that is known without opening one. */
export function checkBrowser(
  { noBrowser }: Pick<Settings, 'noBrowser'>,
  env: Environment,
  platform: NodeJS.Platform,
): Check {
  const { browser } = MESSAGES
  if (noBrowser) return createCheck('browser', 'ok', browser.printed)
  if (canShowBrowser(env, platform)) return createCheck('browser', 'ok', browser.opens)
  const advice = env['SSH_CONNECTION'] ? browser.overSsh : browser.openHere
  return createCheck('browser', 'warning', `${browser.noDesktop} ${advice}`)
}
