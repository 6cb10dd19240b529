// Searches readable places for secrets, whole or in part, plain or encoded.

import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

export type Hunt = {
  /** Adds a secret that must not be found anywhere, including what was read before. */
  hide(name: string, secret: string): void
  /** Adds text that someone could read. `place` names it in failures. */
  see(place: string, text: string): void
  /** Adds every file below a directory, as it is now. */
  seeFiles(place: string, directory: string): Promise<void>
  /** How many secrets there are, by name. */
  hidden(): Readonly<Record<string, number>>
  /** Everything that was read in a place, or in places whose names begin with it. */
  seen(place: string): string
  /** Returns `a refresh token in stdout` for each secret that was found. */
  found(): readonly string[]
}

/** A part this long is a secret too. Text for people is cut shorter. */
const PIECE = 16

export function createHunt(): Hunt {
  const secrets = new Map<string, string>()
  const sights: { place: string; text: string }[] = []
  return {
    hide(name, secret) {
      if (secret.length < PIECE) throw new Error(`${name} is too short to be looked for`)
      secrets.set(secret, name)
    },
    see: (place, text) => void sights.push({ place, text }),
    async seeFiles(place, directory) {
      for (const file of await readdir(directory, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue
        const path = join(file.parentPath, file.name)
        // Temporary files may be gone by now.
        const bytes = await readFile(path).catch(() => null)
        const name = relative(directory, path)
        if (bytes) sights.push({ place: `${place} ${name}`, text: bytes.toString('latin1') })
      }
    },
    hidden() {
      const counts: Record<string, number> = {}
      for (const name of secrets.values()) counts[name] = (counts[name] ?? 0) + 1
      return counts
    },
    seen: (place) =>
      sights
        .filter((sight) => sight.place.startsWith(place))
        .map(({ text }) => text)
        .join('\n'),
    found() {
      const found = new Set<string>()
      for (const [secret, name] of secrets) {
        const needles = [...listForms(secret)].flatMap(cutPieces)
        for (const { place, text } of sights) {
          if (needles.some((needle) => text.includes(needle))) found.add(`${name} in ${place}`)
        }
      }
      return [...found]
    },
  }
}

function listForms(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret)
  return new Set([
    secret,
    bytes.toString('latin1'),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ])
}

/** Returns the beginning, the middle and the end. */
function cutPieces(text: string): string[] {
  const middle = Math.floor((text.length - PIECE) / 2)
  return [text.slice(0, PIECE), text.slice(middle, middle + PIECE), text.slice(-PIECE)]
}
