// Makes the manual page latchkey(1) from the table of commands and the settings.

import { formatUsage, nameFlag, toExitRows } from '../../main/cli/command-help.js'
import { HELP_WORDS } from '../../main/cli/cli-messages.js'
import { COMMANDS, type Command } from '../../main/cli/commands-table.js'
import { EXIT_CODES, OWN_EXITS, type ExitName } from '../../main/cli/exit-codes.js'
import { FLAG_NAMES, toVariables } from '../../main/settings/option-names.js'
import { OPTIONS } from '../../main/settings/options.js'

/** The day on which this file or the table last changed. */
const CHANGED = '2026-11-27'

const EACH_SETTING =
  'Each is also an environment variable (--client-id: LATCHKEY_CLIENT_ID) and a name in settings.json ' +
  '(clientId). Flags override variables, and variables override the file. To turn a switch off, add ' +
  '--no- to its name, or remove it (--no-demo, --browser).'

/** @see {@link https://man7.org/linux/man-pages/man7/man.7.html} */
export function makeManPage(): string {
  return `${[
    String.raw`.\" Made from the table of commands by: npm run completions`,
    `.TH LATCHKEY 1 ${CHANGED} "Latchkey" "User Commands"`,
    // Don't stretch lines.
    '.ad l',
    '.SH NAME',
    String.raw`latchkey \- sign in once, let your other apps use it`,
    '.SH SYNOPSIS',
    ...['latchkey', ...COMMANDS.map(formatUsage)].flatMap((usage, index) => [
      ...(index === 0 ? [] : ['.br']),
      `.B ${escape(usage)}`,
    ]),
    '.SH DESCRIPTION',
    escape(
      'Latchkey signs you in through your browser and gives your other programs tokens. Without a ' +
        'command, latchkey starts the tray app. A command prints only its answer to standard output, ' +
        'and messages to standard error.',
    ),
    '.SH COMMANDS',
    ...COMMANDS.flatMap(describe),
    '.SH SETTINGS',
    escape(`These flags are for ${listNames(COMMANDS.filter((one) => one.takesSettings))}:`),
    ...FLAG_NAMES.flatMap((name) => tag(OPTIONS[name].usage!, OPTIONS[name].help)),
    '.PP',
    escape(EACH_SETTING),
    '.SH EXIT STATUS',
    ...toExitRows(Object.keys(EXIT_CODES) as ExitName[]).flatMap(([code, text]) => tag(code, text)),
    '.PP',
    escape(OWN_EXITS),
    '.SH ENVIRONMENT',
    ...tag('LATCHKEY_KEY_FILE', 'a file with a key; the same as --key-file'),
    ...tag('LATCHKEY_KEY', 'a key'),
    ...tag(toVariables('dataDir')[0], 'the data directory; the same as --data-dir'),
    ...tag(toVariables('clientSecret')[0], 'the client secret, which is never a flag'),
    ...tag('LATCHKEY_PASSPHRASE', 'the passphrase with which headless stores sessions and keys'),
    '.SH FILES',
    escape(
      'These are in the data directory: ~/.config/latchkey, on macOS ' +
        '~/Library/Application Support/Latchkey, or the one that --data-dir names.',
    ),
    ...tag('settings.json', 'the settings'),
    ...tag('service.json', 'where a running Latchkey listens'),
    ...tag('latchkey.log', 'the log'),
    ...tag('headless.log', 'the output of a Latchkey that --start started'),
    '.PP',
    'The packages for Linux also bring:',
    ...tag(
      '/usr/lib/systemd/user/latchkey.service',
      'runs headless in the background. It is off until you turn it on:',
    ),
    '.sp',
    '.EX',
    escape('systemctl --user enable --now latchkey.service'),
    '.EE',
  ].join('\n')}\n`
}

function describe(command: Command): readonly string[] {
  const { summary, details, examples, flags } = command
  return [
    `.SS ${escape(formatUsage(command))}`,
    escape(toSentence(summary)),
    ...details.flatMap((paragraph) => ['.PP', escape(paragraph)]),
    ...command.arguments.flatMap(({ name, help }) => tag(name, help)),
    ...flags.flatMap((flag) => tag(nameFlag(flag), flag.help)),
    ...(examples.length === 0
      ? []
      : ['.PP', `${HELP_WORDS.examples}:`, '.PP', '.EX', ...examples.map(escape), '.EE']),
  ]
}

/** A term in bold, with an indented text. */
function tag(term: string, text: string): readonly string[] {
  return ['.TP', `.B ${escape(term)}`, escape(text)]
}

function listNames(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name)
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function toSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** Makes a line of text for roff, which takes hyphens, quotes and dots for its own. */
function escape(line: string): string {
  return (
    line
      .replaceAll('\\', String.raw`\e`)
      .replaceAll('-', String.raw`\-`)
      .replaceAll("'", String.raw`\(aq`)
      .replaceAll('"', String.raw`\(dq`)
      .replaceAll('~', String.raw`\(ti`)
      .replaceAll('^', String.raw`\(ha`)
      .replaceAll(/[^\x20-\x7e]/gu, (character) => {
        const code = character.codePointAt(0)!.toString(16).toUpperCase()
        return String.raw`\[u${code.padStart(4, '0')}]`
      })
      .replace(/^\./, String.raw`\&.`)
      // Don't split paths.
      .replaceAll(/(?<!\S)\S*\/\S/g, String.raw`\%$&`)
  )
}
