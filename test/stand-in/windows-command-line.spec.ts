// Windows command lines, by the examples in Microsoft's documentation, and Electron's quoting.

import { expect, test } from '@playwright/test'
import { formatCommandLine, parseCommandLine } from './windows-command-line.js'

/** @see {@link https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments} */
const PARSED: readonly [string, readonly string[]][] = [
  ['"a b c" d e', ['a b c', 'd', 'e']],
  ['"ab\\"c" "\\\\" d', ['ab"c', '\\', 'd']],
  ['a\\\\\\b d"e f"g h', ['a\\\\\\b', 'de fg', 'h']],
  ['a\\\\\\"b c d', ['a\\"b', 'c', 'd']],
  ['a\\\\\\\\"b c" d e', ['a\\\\b c', 'd', 'e']],
]

for (const [line, args] of PARSED) {
  test(`${line} is ${JSON.stringify(args)}`, () => {
    expect(parseCommandLine(`p.exe ${line}`)).toEqual({ program: 'p.exe', args })
    expect(parseCommandLine(`"C:\\a b\\p.exe" ${line}`).program).toBe('C:\\a b\\p.exe')
  })
}

test('Electron quotes arguments with a space, a backslash or a quote, and each is passed on unchanged', () => {
  expect(formatCommandLine('"C:\\a b\\p.exe"', ['--flag', 'C:\\x'])).toBe(
    '"C:\\a b\\p.exe" --flag "C:\\x"',
  )
  for (const arg of ['plain', 'a b', 'C:\\', 'C:\\a b\\', '"', '\\"', 'a\\\\"b\\\\', '"quoted"']) {
    expect(parseCommandLine(formatCommandLine('p.exe', [arg, 'next'])).args).toEqual([arg, 'next'])
  }
})
