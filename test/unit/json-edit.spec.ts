// Editing handwritten JSON: comments stay, and so does everything that does not change.

import { expect, test } from '@playwright/test'
import { editJsonText } from '../../main/base/json-edit.js'
import { parseJsonText } from '../../main/base/json-text.js'

const WRITTEN = `// mine
{
  "port": 1000, // the usual one
  "providers": [
    // at work
    { "name": "work", /* since May */ "issuer": "https://work.example", "clientId": "a" },
    {
      "name": "home", // at home
      "issuer": "https://home.example",
      "clientId": "b",
    },
  ],
}
`
type Provider = Record<string, unknown>
const read = (text: string) =>
  parseJsonText(text).value as { port: number; providers: readonly Provider[] }

const [WORK, HOME] = read(WRITTEN).providers as [Provider, Provider]
const OTHER = { name: 'other', issuer: 'https://other.example' }

for (const [name, providers, from, to] of [
  ['a changed member', [WORK, { ...HOME, name: 'flat' }], '"home", //', '"flat", //'],
  [
    'an added member',
    [WORK, { ...HOME, scope: 'openid' }],
    '{\n      "name": "home"',
    '{\n      "scope": "openid",\n      "name": "home"',
  ],
  [
    'a removed member',
    [{ name: 'work', clientId: 'a' }, HOME],
    '"issuer": "https://work.example", ',
    ' ',
  ],
  [
    'an entry at the end',
    [WORK, HOME, OTHER],
    '"b",\n    },',
    '"b",\n    },\n    {\n      "name": "other",\n      "issuer": "https://other.example"\n    },',
  ],
  ['a removed entry', [WORK], WRITTEN.slice(WRITTEN.indexOf('{\n      "name"'), -7), ''],
] as const) {
  test(`${name} changes nothing else`, () => {
    const content = { ...read(WRITTEN), providers }
    const edited = editJsonText(WRITTEN, content)
    expect(read(edited)).toEqual(content)
    const squeeze = (text: string): string => text.replace(/\s+/g, ' ').replace(/([{[]) /g, '$1')
    expect(squeeze(edited)).toBe(squeeze(WRITTEN.replace(from, to)))
  })
}

for (const [name, providers] of [
  ['only another entry', [OTHER]],
  ['an entry at the start', [OTHER, WORK, HOME]],
  ['an entry between', [WORK, OTHER, HOME]],
  ['several more entries', [OTHER, WORK, OTHER, OTHER, HOME, OTHER]],
  ['the other order', [HOME, WORK]],
  ['one entry for two', [HOME]],
  ['nothing of before', [OTHER, OTHER, OTHER]],
] as const) {
  test(`a list with ${name} can be read again, and keeps its comments`, () => {
    const content = { ...read(WRITTEN), providers }
    const edited = editJsonText(WRITTEN, content)
    expect(read(edited)).toEqual(content)
    expect(edited).toContain('// at work')
    expect(edited).toContain('"port": 1000, // the usual one')
  })
}

for (const [text, value, edited] of [
  ['{}', { a: 1 }, '{\n  "a": 1,}'],
  ['{ "a": 1 }', { a: 1, b: [1] }, '{ "b": [1], "a": 1 }'],
  ['[1, /* two */ 2]', [1], '[1]'],
  ['[{}, /* two */ { "a": 1 }]', [{}], '[{}, /* two */ ]'],
  ['[{ "a": 1 }]', [{ a: 1 }, { b: 1 }], '[{ "a": 1 }, {"b":1}]'],
  ['// x\n7', 8, '8'],
  ['{ "a": { "b": 1 } }', { a: [1] }, '{ "a": [1] }'],
  [
    '{\n  "a": 1\n}',
    { a: 1, b: [{ c: 1 }] },
    '{\n  "b": [\n    {\n      "c": 1\n    }\n  ],\n  "a": 1\n}',
  ],
] as const) {
  test(`${JSON.stringify(text)} becomes ${JSON.stringify(edited)}`, () => {
    expect(editJsonText(text, value)).toBe(edited)
    if (typeof value === 'object') expect(parseJsonText(edited).value).toEqual(value)
  })
}
