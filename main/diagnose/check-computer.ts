// Checks of this computer: the data directory, its loopback, what keeps the session, the browser.

import { lookup } from 'node:dns/promises'
import { accessSync, constants, statSync } from 'node:fs'
import { connect, createServer, isIPv4, type AddressInfo, type Socket } from 'node:net'
import type { Environment } from '../base/environment.js'
import { canShowBrowser } from '../base/graphical-browser.js'
import type { Clock } from '../base/clock.js'
import { errnoOf } from '../base/errno.js'
import type { Settings } from '../settings/options.js'
import type { Storage, StorageTier } from '../storage/choose-storage.js'
import { check, type Check } from './check.js'

/** Whether the data directory can be used, and by nobody else. */
export function checkDataDirectory(directory: string, platform: NodeJS.Platform): Check {
  const name = 'data-directory'
  const elsewhere = 'Mend that, or choose another with --data-dir.'
  try {
    const found = statSync(directory)
    if (!found.isDirectory()) {
      return check(name, 'problem', `${directory} is no directory. ${elsewhere}`)
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    // Windows keeps rights elsewhere.
    if (platform === 'win32' || (found.mode & 0o077) === 0) {
      return check(name, 'ok', `${directory} can be used.`)
    }
    return check(
      name,
      'warning',
      `${directory} can be looked into by other users of this computer. Close it to them: ` +
        `chmod 700 "${directory}"`,
    )
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT') return check(name, 'ok', `${directory} is not there yet.`)
    return check(name, 'problem', `${directory} cannot be used (${code}). ${elsewhere}`)
  }
}

/** How long this computer may take to reach itself. */
const CONNECT_TIMEOUT_MS = 3_000

/** Whether a browser could come back to Latchkey: something listens, and a connection gets there. */
export async function checkLoopback(version: 4 | 6, clock: Clock): Promise<Check> {
  const name = `loopback-ipv${version}` as const
  const address = version === 4 ? '127.0.0.1' : '::1'
  const code = await connectToSelf(address, clock)
  if (code === null) return check(name, 'ok', `${address} works.`)
  if (version === 6 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) {
    return check(name, 'ok', 'This computer has no IPv6: Latchkey goes on with 127.0.0.1 alone.')
  }
  return check(
    name,
    'problem',
    `This computer does not reach itself at ${address} (${code}), so no browser can come back to ` +
      'Latchkey there. Look into the rules of its firewall, sandbox or security software.',
  )
}

/** What went wrong, as the system's code; null where nothing did. */
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
    server.on('error', (error) => end(errnoOf(error)))
    server.listen({ port: 0, host: address, ipv6Only: address === '::1' }, () => {
      if (ended) return void server.close()
      const { port } = server.address() as AddressInfo
      client = connect(port, address)
        .on('error', (error) => end(errnoOf(error)))
        .once('data', () => end(null))
    })
  })
}

/** Whether `localhost`, by which some clients ask, is this computer's loopback and nothing else. */
export async function checkLocalhost(
  lookUp: (name: string) => Promise<readonly string[]> = addressesOf,
): Promise<Check> {
  const name = 'localhost'
  const todo = 'Have /etc/hosts name 127.0.0.1 and ::1 for localhost, and nothing else.'
  try {
    const addresses = await lookUp('localhost')
    const others = addresses.filter((address) => !isLoopbackAddress(address))
    if (addresses.length > 0 && others.length === 0) {
      return check(name, 'ok', `localhost is ${addresses.join(' and ')}.`)
    }
    const found = others.length > 0 ? `leads to ${others.join(' and ')}` : 'leads nowhere'
    const says = `localhost ${found}, so clients that ask for it do not find Latchkey.`
    return check(name, 'problem', says, todo)
  } catch (thrown) {
    const says = `localhost cannot be looked up (${errnoOf(thrown)}), so clients that ask for it do not find Latchkey.`
    return check(name, 'problem', says, todo)
  }
}

async function addressesOf(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true })
  return [...new Set(found.map(({ address }) => address))]
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'))
}

const TIERS: Readonly<Record<StorageTier, string>> = {
  keyring: "The session is kept between runs, under a key in this computer's keyring.",
  passphrase: 'The session is kept between runs, under your passphrase.',
  'key-file': 'The session is kept between runs, without a keyring.',
  memory: 'The session stays in memory and ends with Latchkey.',
}

/** What keeps the session from run to run, and what would keep it better. */
export function checkStorage({ tier, note }: Pick<Storage, 'tier' | 'note'>): Check {
  const isSafe = tier === 'keyring' || tier === 'passphrase'
  return check('storage', isSafe ? 'ok' : 'warning', note ?? TIERS[tier])
}

/** Whether links can be opened here, as far as that is to be known without opening one. */
export function checkBrowser(
  { noBrowser }: Pick<Settings, 'noBrowser'>,
  env: Environment,
  platform: NodeJS.Platform,
): Check {
  if (noBrowser) return check('browser', 'ok', 'Links are printed, and no browser is opened.')
  if (canShowBrowser(env, platform)) {
    return check('browser', 'ok', "Links are opened by the system's own opener.")
  }
  const remote = env['SSH_CONNECTION']
    ? 'You are here by SSH: a browser on your own computer cannot come back to this one, unless ' +
      'you name a --redirect-port and forward it (ssh -L 8400:127.0.0.1:8400 …).'
    : 'Open the printed link with a browser that runs on this computer.'
  return check(
    'browser',
    'warning',
    `There is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no browser is ` +
      `opened. ${remote}`,
  )
}
