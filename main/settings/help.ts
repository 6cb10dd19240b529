// The text that `--help` prints.

import { NAMES } from './option-names.js'
import { OPTIONS } from './options.js'

/** How people start a command of an installed package. */
export const INSTALLED = 'latchkey'

/** The help of a longer flag is on a line of its own. */
const WIDEST_FLAG = 24

/** How a command is started from the source tree. */
export const FROM_SOURCE = 'npm run headless --'

/** Formats the help. `invocation` is how people start the command. */
export function formatHelp(invocation = FROM_SOURCE): string {
  const flags = NAMES.flatMap((name) => {
    const { usage, ...option } = OPTIONS[name]
    return usage === null ? [] : [{ usage, ...option }]
  })
  const widths = flags.map(({ usage }) => usage.length).filter((one) => one < WIDEST_FLAG)
  const width = Math.max(...widths)
  const lines = flags.flatMap(({ usage, help, fallback }) => {
    const isShown = typeof fallback === 'number' || (fallback && typeof fallback === 'string')
    const text = isShown ? `${help} [${String(fallback)}]` : help
    if (usage.length <= width) return [`  ${usage.padEnd(width)}  ${text}`]
    return [`  ${usage}`, `  ${' '.repeat(width)}  ${text}`]
  })
  return [
    'Latchkey without a tray: signs you in through your browser and keeps you signed in.',
    '',
    ...formatUsage(invocation),
    '',
    ...lines,
    `  ${'--help'.padEnd(width)}  print this help`,
    `  ${'--version'.padEnd(width)}  print the version`,
    '',
    ...CLOSING,
  ].join('\n')
}

const CLOSING = [
  'Each flag is also an environment variable (--client-id: LATCHKEY_CLIENT_ID) and a name in',
  'settings.json in the data directory (clientId). Flags override variables, and variables override',
  'the file. To turn a switch off, add --no- to its name, or remove it (--no-demo, --browser).',
  'A client secret is never a flag. Use LATCHKEY_CLIENT_SECRET, clientSecret in settings.json, or a',
  'file.',
  'settings.json can also list several providers: docs/settings.md says how.',
  'While it runs, type help to list its commands: sign-in, accounts, sign-out, quit and others.',
]

function formatUsage(invocation: string): readonly string[] {
  const diagnosis = 'find out what is wrong; writes a report to send'
  const removal = 'sign out everywhere and delete all stored data'
  if (invocation !== INSTALLED) {
    return [
      `Usage: ${invocation} [flags]`,
      `       ${invocation} diagnose [flags]   ${diagnosis}`,
      `       ${invocation} uninstall-data     ${removal}`,
    ]
  }
  return [
    'Usage: latchkey [flags]            the tray app',
    '       latchkey headless [flags]   the same in this terminal, without a tray',
    `       latchkey diagnose [flags]   ${diagnosis}`,
    `       latchkey uninstall-data     ${removal}`,
    '       latchkey help, version',
  ]
}
