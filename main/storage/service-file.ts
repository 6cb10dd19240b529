// The service file: tells this user's other programs the address of the local service.

import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { isLoopback } from '../net/loopback.js'
import { readRegularFile } from './regular-file.js'
import { removeLeftovers, replaceFile } from './atomic-file.js'

export const SERVICE_FILE = 'service.json'

export type ServiceFile = {
  /** New for each run, so that other programs can tell a restarted service from the previous one. */
  instance: string
  url: string
  port: number
  pid: number
  version: string
  /** The client ID that Latchkey signs in with. Null if no provider is configured. */
  clientId: string | null
}

/**
 * Writes the file, readable by its owner only. The returned function removes it. Throws the system's
 * error.
 */
export function announce(
  directory: string,
  service: Pick<ServiceFile, 'url' | 'port' | 'version' | 'clientId'>,
): () => void {
  const path = join(directory, SERVICE_FILE)
  const instance = randomUUID()
  const { url, port, version, clientId } = service
  const content: ServiceFile = { instance, url, port, pid: process.pid, version, clientId }
  removeLeftovers(path)
  replaceFile(path, `${JSON.stringify(content, null, 2)}\n`)
  return () => rmSync(path, { force: true })
}

const serviceFile = z.object({
  instance: z.string(),
  url: z.url({ protocol: /^http$/ }).refine((url) => isLoopback(new URL(url))),
  port: z.int(),
  pid: z.int(),
  version: z.string(),
  // Versions before 0.1.0 wrote none.
  clientId: z.string().nullable().default(null),
})

/** Reads the file. Null if it is missing or can't be read. */
export function readServiceFile(directory: string): ServiceFile | null {
  try {
    const bytes = readRegularFile(join(directory, SERVICE_FILE), { mostBytes: 4096 })
    const content: unknown = JSON.parse(bytes.toString('utf8'))
    return serviceFile.parse(content)
  } catch {
    return null
  }
}
