// Collects the licences of the packages that the built files contain.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package's folder, out of a path in it. */
const FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/

/** Makes the text of third-party-notices.txt, from esbuild's descriptions of the built files. */
export function createNotices(root, metafiles) {
  const folders = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
        bytesInOutput > 0 ? (FOLDER.exec(path)?.[0] ?? []) : [],
      ),
    ),
  )
  const notices = [...new Set(folders)].map((folder) => readNotice(join(root, folder)))
  return [INTRODUCTION, ...notices.toSorted()].join(`\n${'-'.repeat(80)}\n\n`)
}

const INTRODUCTION = 'Latchkey contains the following packages.\n'

function readNotice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder)
  const readFile = (file) => readFileSync(join(folder, file), 'utf8').trim()
  const texts = files.filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).map(readFile)
  if (texts.length === 0) {
    const readme = files.find((file) => /^readme/i.test(file))
    const section = readme && /^#* *licen[cs]e\n[^]*/im.exec(readFile(readme))?.[0]
    if (!section) throw new Error(`${name} ${version} has no text of its licence`)
    texts.push(section)
  }
  return [`${name} ${version} (${license})`, ...texts, ''].join('\n\n')
}
