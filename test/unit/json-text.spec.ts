// JSON written by hand: parsed as by JSON.parse if it is valid, and otherwise rejected with the place of the error.

import { expect, test } from '@playwright/test'
import { JSON_FAULTS, JSON_PARTS } from '../../main/base/base-messages.js'
import { JsonTextError, parseJsonText } from '../../main/base/json-text.js'

for (const text of [
  '{}',
  ' [] ',
  'null',
  '{"a":{"b":[1,-2.5e+3,0,true,false,null,"x"]},"c":{}}',
  '{"__proto__":1,"constructor":{"a":2}}',
  String.raw`"\u00e4\"\\\/\b\f\n\r\t ä 😀"`,
  '\t{ "a"\r\n:\n1 }\r',
]) {
  test(`${JSON.stringify(text)} is parsed as by JSON.parse`, () => {
    // Compared as text, which shows the order, and names such as __proto__.
    const expected = JSON.stringify(JSON.parse(text))
    expect(JSON.stringify(parseJsonText(text).value)).toBe(expected)
    expect(JSON.stringify(parseJsonText(`\ufeff${text}`).value)).toBe(expected)
  })
}

const { unexpected } = JSON_FAULTS
for (const [text, line, column, message] of [
  ['', 1, 1, unexpected(JSON_PARTS.value, '')],
  ['{', 1, 2, unexpected(JSON_PARTS.name, '')],
  ['{ "a": 1', 1, 9, unexpected(JSON_PARTS.commaOr('}'), '')],
  ['[1 2]', 1, 4, unexpected(JSON_PARTS.commaOr(']'), '2')],
  ["{\r\n  'a': 1 }", 2, 3, unexpected(JSON_PARTS.name, "'")],
  ['{\r  a: 1 }', 2, 3, unexpected(JSON_PARTS.name, 'a')],
  ['{ "a" 1 }', 1, 7, unexpected(JSON_PARTS.colon, '1')],
  ['{ "a": tru }', 1, 8, unexpected(JSON_PARTS.value, 't')],
  ['{ "a": 01 }', 1, 8, unexpected(JSON_PARTS.value, '0')],
  ['{ "a": 1. }', 1, 8, unexpected(JSON_PARTS.value, '1')],
  ['{ "a": NaN }', 1, 8, unexpected(JSON_PARTS.value, 'N')],
  ['{ "a": , }', 1, 8, unexpected(JSON_PARTS.value, ',')],
  ['{,}', 1, 2, unexpected(JSON_PARTS.name, ',')],
  ['[1,,2]', 1, 4, unexpected(JSON_PARTS.value, ',')],
  ['{}\n\n{}', 3, 1, unexpected(JSON_PARTS.end, '{')],
  ['{ "a": "b\n" }', 1, 8, JSON_FAULTS.text],
  ['{ "a": "C:\\x" }', 1, 8, JSON_FAULTS.text],
  ['{ /* "a": 1 }', 1, 3, JSON_FAULTS.openComment],
  ['\ufeff{ / }', 1, 3, unexpected(JSON_PARTS.name, '/')],
  ['\n{ "a": { "b": 1, "b": 2 } }', 2, 18, JSON_FAULTS.duplicate('b')],
  ['['.repeat(100_000), 1, 66, JSON_FAULTS.tooDeep],
] as const) {
  test(`${JSON.stringify(text.slice(0, 40))} is rejected at line ${line}, column ${column}`, () => {
    const read = (): unknown => parseJsonText(text)
    expect(read).toThrow(JsonTextError)
    expect(read).toThrow(expect.objectContaining({ message, place: { line, column } }))
  })
}
