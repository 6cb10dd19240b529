// Writes session.json, in which version 0.1 stored the only session.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Session } from '../../main/oauth/session.js'
import type { Cipher } from '../../main/storage/cipher.js'
import type { SealedTier } from '../../main/storage/session-file.js'

/** A parsed session.json. */
export type OldFile = { version: number; tier: string; sealed: string } & Record<string, unknown>

/** Seals a session as version 0.1 did. `text` is sealed in the session's place if it is given. */
export async function sealOldSession(
  tier: SealedTier,
  cipher: Cipher,
  session: Session,
  text: string = JSON.stringify(session),
): Promise<OldFile> {
  const { issuer, clientId } = session
  const binding = { purpose: 'session', issuer, clientId } as const
  return { version: 2, tier, ...binding, sealed: await cipher.seal(text, binding) }
}

export async function writeOldSession(dataDir: string, file: Partial<OldFile>): Promise<void> {
  await writeFile(join(dataDir, 'session.json'), JSON.stringify(file))
}
