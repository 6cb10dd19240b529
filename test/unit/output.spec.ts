// S48: text for a terminal, a log or a program that reads the output, and the only place that writes it.

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from '@playwright/test'
import { jsonLine, printable } from '../../main/base/printable.js'

const ROOT = join(import.meta.dirname, '..', '..')

/** Each kind of character that controls a terminal or is invisible. */
const STEERING = `
  0000 0007 001b 000d 007f 0085 009b d800 061c 200b 200e 200f 2028 2029 202a 202e 2060 2066 2069 feff
  e0001 e0041 e007f`
  .trim()
  .split(/\s+/)
  .map((code) => String.fromCodePoint(parseInt(code, 16)))

for (const character of [...STEERING, '\u200c', '\u200d']) {
  const name = `U+${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
  test(`S48: ${name} is not printed unchanged, and JSON escapes it`, () => {
    expect(printable(`a${character}b`)).toMatch(/^a�?b$/)
    const line = jsonLine({ name: `a${character}b` })
    expect(line).not.toContain(character)
    expect(JSON.parse(line)).toEqual({ name: `a${character}b` })
  })
}

test('letters of every script, accents and emoji are printed unchanged', () => {
  const plain = 'Zoë 李 עברית العربية हिन्दी 👩 e\u0301'
  expect(printable(plain)).toBe(plain)
  // Characters that join emoji or separate parts of a Persian word are removed.
  expect(printable('👩\u200d💻 می\u200cخواهم')).toBe('👩💻 میخواهم')
})

test('S48: only main/base/output.ts writes to the terminal', () => {
  const writers = readdirSync(join(ROOT, 'main'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.c?ts$/.test(path))
    .filter((path) =>
      /process(\.std(out|err)|\[\w+\])\.write\(|\bconsole\.\w+\(/.test(
        readFileSync(join(ROOT, 'main', path), 'utf8'),
      ),
    )
  expect(writers).toEqual(['base/output.ts'])
})

test('S48: text is printed line by line, cleaned and bounded', async () => {
  const output = JSON.stringify(join(ROOT, 'dist', 'modules', 'main', 'base', 'output.js'))
  const code = `
    import { writeText } from ${output}
    writeText('stdout', 'one\\u001b[2J\\ntwo\\u202e')
    writeText('stdout', 'x'.repeat(1_000_000))
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code])
  const [first, second, third, ...rest] = (await text(child.stdout)).split('\n')
  expect([first, second, rest]).toEqual(['one�[2J', 'two�', ['']])
  expect(third).toHaveLength(64 * 1024)
})

test('S48: progress can overwrite its line, and is cleaned too', async () => {
  const output = JSON.stringify(join(ROOT, 'dist', 'modules', 'main', 'base', 'output.js'))
  const code = `
    import { writeProgress } from ${output}
    writeProgress('1 MB')
    writeProgress('\\r2 MB\\u001b[2J\\n')
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code])
  expect(await text(child.stderr)).toBe('1 MB\r2 MB�[2J\n')
})
