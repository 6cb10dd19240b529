// The service file: tells this user's other programs the address of the local service.

import { rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { createSecret, type Secret } from '../base/secret.js'
import {
  boolean,
  listOf,
  nullable,
  objectOf,
  optional,
  string,
  wholeNumber,
} from '../base/schema.js'
import { isLoopback } from '../net/loopback.js'
import type { ServiceIdentity } from '../net/service-proof.js'
import { readRegularFile } from './regular-file.js'
import { removeLeftovers, replaceFile } from './atomic-file.js'

export const SERVICE_FILE = 'service.json'

export type ServiceFile = {
  /** New for each run, so that other programs can tell a restarted service from the previous one. */
  instance: string
  url: string
  port: number
  /** The URLs at all ports of the service, `url` first. */
  urls: readonly string[]
  /** The path of the service's Unix socket; null if there is none. */
  socket: string | null
  pid: number
  version: string
  /** The provider that Latchkey signs in at. Null if none is configured; absent if not known. */
  issuer?: string | null
  /** The client ID that Latchkey signs in with. Null if no provider is configured. */
  clientId: string | null
  /** True if the provider is the built-in demo provider. */
  demo: boolean
  /** With it, the service proves to other programs that it is this one. Null if an older version runs. */
  secret: Secret | null
}

/** What the running program knows about itself. */
export type AnnouncedService = Required<Omit<ServiceFile, 'pid' | 'secret'>> & ServiceIdentity

/**
 * Writes the file, readable by its owner only. The returned function removes it. Throws the system's
 * error.
 */
export function announce(directory: string, service: AnnouncedService): () => void {
  const path = join(directory, SERVICE_FILE)
  const { instance, url, port, urls, socket, secret, ...others } = service
  const { pid } = process
  const content = { instance, url, port, urls, socket, pid, ...others, secret: secret.reveal() }
  removeLeftovers(path)
  replaceFile(path, `${JSON.stringify(content, null, 2)}\n`)
  return () => rmSync(path, { force: true })
}

const int = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
const fields = objectOf({
  instance: string,
  url: string.refine(isLocalService),
  port: int,
  pid: int,
  version: string,
  // Versions before 0.1.0 wrote none of these.
  urls: optional(listOf(string.refine(isLocalService))).transform((urls) => urls ?? []),
  socket: optional(nullable(string)).transform((socket) => socket ?? null),
  issuer: optional(nullable(string.refine((text) => URL.canParse(text)))),
  clientId: optional(nullable(string)).transform((clientId) => clientId ?? null),
  demo: optional(boolean).transform((demo) => demo ?? false),
  secret: optional(string).transform((secret) =>
    secret === undefined ? null : createSecret(secret),
  ),
})

/** An earlier version listens on one port. */
const serviceFile = fields.transform((file) => ({
  ...file,
  urls: file.urls.length > 0 ? file.urls : [file.url],
}))

/**
 * Reads the file. Null if it is missing or can't be read. `inspect` is called with the facts of the opened
 * file itself, because its path may lead elsewhere by now.
 */
export function readServiceFile(
  directory: string,
  inspect: (stats: Stats) => void = () => undefined,
): ServiceFile | null {
  try {
    const bytes = readRegularFile(join(directory, SERVICE_FILE), { mostBytes: 4096, inspect })
    const content: unknown = JSON.parse(bytes.toString('utf8'))
    const parsed = serviceFile.safeParse(content)
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function isLocalService(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && url.protocol === 'http:' && isLoopback(url)
}
