// The text that `--help` prints.

import { formatRows, wrapText } from '../base/wrap-text.js'
import { NAMES } from './option-names.js'
import { OPTIONS } from './options.js'

/** How people start a command of an installed package. */
export const INSTALLED = 'latchkey'

/** In characters. The help of a longer flag begins on a line of its own. */
const WIDEST_FLAG = 24

/** How a command is started from the source tree. */
export const FROM_SOURCE = 'npm run headless --'

/** Formats the help. `invocation` is how people start the command. */
export function formatHelp(invocation = FROM_SOURCE): string {
  const flags = NAMES.flatMap((name) => {
    const { usage, help, fallback } = OPTIONS[name]
    if (usage === null) return []
    const isShown = typeof fallback === 'number' || (fallback && typeof fallback === 'string')
    return [[usage, isShown ? `${help} [${String(fallback)}]` : help] as const]
  })
  return [
    'Latchkey signs you in through your browser and keeps you signed in.',
    '',
    'Usage:',
    ...formatRows(listUsages(invocation)),
    '',
    'Flags:',
    ...formatRows([...flags, ...INFORMATION], WIDEST_FLAG),
    '',
    ...CLOSING.flatMap((paragraph) => wrapText(paragraph)),
  ].join('\n')
}

const INFORMATION = [
  ['--help', 'print this help'],
  ['--version', 'print the version'],
] as const

const CLOSING = [
  'Each flag is also an environment variable (--client-id: LATCHKEY_CLIENT_ID) and a name in ' +
    'settings.json in the data directory (clientId). Flags override variables, and variables override ' +
    'the file. To turn a switch off, add --no- to its name, or remove it (--no-demo, --browser).',
  'A client secret is never a flag. Use LATCHKEY_CLIENT_SECRET, clientSecret in settings.json, or a ' +
    'file.',
  'settings.json can also list several providers: docs/settings.md says how.',
  'While it runs, type help to list its commands: sign-in, accounts, sign-out, quit and others.',
]

function listUsages(invocation: string): readonly (readonly [command: string, effect: string])[] {
  const programs = [
    [`${invocation} diagnose [flags]`, 'find out what is wrong; writes a report to send'],
    [`${invocation} uninstall-data`, 'sign out everywhere and delete all stored data'],
  ] as const
  if (invocation !== INSTALLED) return [[`${invocation} [flags]`, 'run Latchkey'], ...programs]
  return [
    ['latchkey [flags]', 'the tray app'],
    ['latchkey headless [flags]', 'the same in this terminal, without a tray'],
    ...programs,
    ['latchkey COMMAND', 'token, status and others: see latchkey help'],
  ]
}
