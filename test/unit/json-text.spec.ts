// JSON written by hand: parsed as by JSON.parse if it is valid, and otherwise rejected with the place of the error.

import { expect, test } from '@playwright/test'
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

for (const [text, line, column, message] of [
  ['', 1, 1, 'a value was expected, and the file ends'],
  ['{', 1, 2, 'a name in double quotes was expected, and the file ends'],
  ['{ "a": 1', 1, 9, 'a comma or "}" was expected, and the file ends'],
  ['[1 2]', 1, 4, 'a comma or "]" was expected, and there is "2"'],
  ["{\r\n  'a': 1 }", 2, 3, 'a name in double quotes was expected, and there is "\'"'],
  ['{\r  a: 1 }', 2, 3, 'a name in double quotes was expected, and there is "a"'],
  ['{ "a" 1 }', 1, 7, 'a colon was expected, and there is "1"'],
  ['{ "a": tru }', 1, 8, 'a value was expected, and there is "t"'],
  ['{ "a": 01 }', 1, 8, 'a value was expected, and there is "0"'],
  ['{ "a": 1. }', 1, 8, 'a value was expected, and there is "1"'],
  ['{ "a": NaN }', 1, 8, 'a value was expected, and there is "N"'],
  ['{ "a": , }', 1, 8, 'a value was expected, and there is ","'],
  ['{,}', 1, 2, 'a name in double quotes was expected, and there is ","'],
  ['[1,,2]', 1, 4, 'a value was expected, and there is ","'],
  ['{}\n\n{}', 3, 1, 'the end of the file was expected, and there is "{"'],
  ['{ "a": "b\n" }', 1, 8, 'a text has no end, or a backslash or line break that it cannot have'],
  ['{ "a": "C:\\x" }', 1, 8, 'a text has no end, or a backslash or line break that it cannot have'],
  ['{ /* "a": 1 }', 1, 3, 'a comment has no end'],
  ['\ufeff{ / }', 1, 3, 'a name in double quotes was expected, and there is "/"'],
  ['\n{ "a": { "b": 1, "b": 2 } }', 2, 18, '"b" is there twice'],
  ['['.repeat(100_000), 1, 66, 'the brackets are too deep'],
] as const) {
  test(`${JSON.stringify(text.slice(0, 40))} is rejected at line ${line}, column ${column}`, () => {
    const read = (): unknown => parseJsonText(text)
    expect(read).toThrow(JsonTextError)
    expect(read).toThrow(expect.objectContaining({ message, place: { line, column } }))
  })
}
