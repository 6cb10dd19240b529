// The table of commands, and what is made and read by it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { WIDEST_LINE } from '../../main/base/wrap-text.js'
import { USAGE_MESSAGES } from '../../main/cli/cli-messages.js'
import { CliError } from '../../main/cli/cli-error.js'
import { COMMANDS } from '../../main/cli/commands-table.js'
import { formatCommand, formatCommands } from '../../main/cli/command-help.js'
import { EXIT_CODES, OWN_EXITS } from '../../main/cli/exit-codes.js'
import { isForCommandLine } from '../../main/cli/find-command.js'
import { parseCommand } from '../../main/cli/parse-command.js'
import { FROM_SOURCE, formatHelp, INSTALLED } from '../../main/settings/help.js'
import { ANSWERS } from '../../main/terminal/terminal-messages.js'
import { ROOT } from '../support/root.js'
import { sayAll } from '../support/say-all.js'
import { makeManPage } from '../tools/man-page.js'

/** What `latchkey-token --help` prints. */
const [, SCRIPT_USAGE = ''] = /^usage='([^']+)'/m.exec(
  readFileSync(join(ROOT, 'main/assets/latchkey-token.sh'), 'utf8'),
)!

function explain(...args: string[]): string {
  try {
    parseCommand(args)
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CliError)
    expect((thrown as CliError).exitCode).toBe(2)
    return (thrown as CliError).message
  }
  throw new Error('the command line was read')
}

test('the exit codes are those of the contract', () => {
  expect(EXIT_CODES).toEqual({
    ok: 0,
    failed: 1,
    badUsage: 2,
    noAgent: 3,
    wrongAgent: 4,
    notSignedIn: 5,
    notAllowed: 6,
  })
})

test('the names of commands, and of the flags of each, are unique and in lower case', () => {
  const names = COMMANDS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, flags, summary } of COMMANDS) {
    expect(name).toMatch(/^[a-z-]+$/)
    const flagNames = flags.map((flag) => flag.name)
    expect(new Set(flagNames).size, name).toBe(flagNames.length)
    for (const flag of flagNames) expect(flag).toMatch(/^[a-z-]+$/)
    expect(summary.length, name).toBeLessThanOrEqual(50)
    expect(summary).not.toMatch(/\.$/)
  }
})

test('only a flag that repeats has several values', () => {
  const hosts = ['--git-host', 'a=work', '--git-host=b=home']
  const { lists, values } = parseCommand(['git-credential', 'get', ...hosts, '--data-dir', 'x'])
  expect(lists).toEqual({ 'git-host': ['a=work', 'b=home'] })
  expect(values).toEqual({ 'data-dir': 'x' })
  expect(parseCommand(['token', '--scope', 'a', '--scope', 'b'])).toMatchObject({
    values: { scope: 'b' },
    lists: {},
  })
  expect(explain('git-credential', 'get', '--git-host')).toBe(
    USAGE_MESSAGES.flagNeedsValue('--git-host', 'HOST=ACCOUNT'),
  )
})

test('no flag takes a key itself', () => {
  const flags = COMMANDS.flatMap((command) => command.flags.map(({ name }) => name))
  expect(flags).not.toContain('key')
  expect(explain('token', '--key', 'latchkey_x')).toBe(USAGE_MESSAGES.keyAsArgument)
  expect(explain('token', '--key=latchkey_x')).toBe(USAGE_MESSAGES.keyAsArgument)
  const key = `latchkey_${'k'.repeat(43)}`
  for (const args of [
    [key],
    ['token', key],
    ['token', '--key-file', key],
    ['token', `--kye=${key}`],
    ['apps', 'forget', key],
    ['headless', key],
  ]) {
    expect(explain(...args), args.join(' ')).toBe(USAGE_MESSAGES.keyAsArgument)
  }
})

test('every line of every help fits 80 columns', () => {
  expect(WIDEST_LINE).toBe(80)
  expect(SCRIPT_USAGE).toContain('--min-validity')
  const helps = [
    formatCommands(),
    ...COMMANDS.map(formatCommand),
    formatHelp(INSTALLED),
    formatHelp(FROM_SOURCE),
    ANSWERS.help,
    SCRIPT_USAGE,
  ]
  const wide = helps.flatMap((help) => help.split('\n').filter((line) => line.length > WIDEST_LINE))
  expect(wide).toEqual([])
})

test('the help and the manual page say that code 3 of headless means another thing', () => {
  const page = makeManPage().replaceAll('\\-', '-')
  for (const text of [formatCommands(), page]) {
    expect(text.replaceAll(/\s+/g, ' ')).toContain(OWN_EXITS)
  }
  expect(OWN_EXITS).toBe(
    'headless, diagnose and uninstall-data have exit codes of their own. For them, 3 means that another ' +
      'Latchkey uses the data directory.',
  )
})

test('the help names each command, and each flag of a command', () => {
  const all = formatCommands()
  for (const command of COMMANDS) {
    expect(all).toContain(`  ${command.name}`)
    const help = formatCommand(command)
    for (const { name } of command.flags) expect(help).toContain(`--${name}`)
    const saysSettings = help.includes(`${command.name} takes the flags of all settings`)
    expect(saysSettings, command.name).toBe(command.takesSettings ?? false)
  }
  expect(formatCommand(COMMANDS.find(({ name }) => name === 'use')!).split('\n')).toEqual([
    'Usage: latchkey use ACCOUNT [flags]',
    '',
    'Latchkey asks you each time whether to allow this, because any program can run',
    'this command. No key replaces this question.',
    '',
    'Arguments:',
    '  ACCOUNT  the ID of the account',
    '',
    'Flags:',
    '  --json             print one JSON object',
    '  --start            start Latchkey in the background if it is not running',
    '  --data-dir FOLDER  the data directory of the Latchkey to talk to',
    '  -h, --help         print the help of the command',
    '',
    'Exit codes:',
    '  0  done',
    '  1  failed',
    '  2  an argument or a flag is invalid',
    '  3  Latchkey is not running',
    '  4  another program answers in place of Latchkey; the command sent nothing',
    '  5  nobody is signed in, or the account is not',
    '  6  you do not allow it, or nobody could be asked',
    '',
    'Examples:',
    '  latchkey use k3vq7mzd',
  ])
})

test('flags come before or after the arguments, with = or without', () => {
  const parsed = parseCommand([
    'key',
    '--scope=openid files:read',
    'backup',
    '--account',
    'k3vq7mzd',
    '--json',
  ])
  expect(parsed).toMatchObject({
    command: { name: 'key' },
    words: ['backup'],
    values: { scope: 'openid files:read', account: 'k3vq7mzd' },
  })
  expect([...parsed.switches]).toEqual(['json'])
  expect(parseCommand(['apps', 'forget', '--', '--odd']).words).toEqual(['forget', '--odd'])
})

test('flags may come before the command, and their values are not commands', () => {
  expect(parseCommand(['--json', 'token', '--account', 'k3vq7mzd'])).toMatchObject({
    command: { name: 'token' },
    values: { account: 'k3vq7mzd' },
    words: [],
  })
  const first = parseCommand(['--audience', 'status', '--scope=key', 'token', '--scope', '-h'])
  expect(first).toMatchObject({
    command: { name: 'token' },
    values: { audience: 'status', scope: '-h' },
  })
  expect(first.switches.has('help')).toBe(false)
  expect(parseCommand(['--issuer', 'token', 'headless', '--json'])).toMatchObject({
    command: { name: 'headless' },
    rest: ['--issuer', 'token', '--json'],
  })
  expect(parseCommand(['--help', 'token'])).toMatchObject({ command: { name: 'token' } })
  expect(parseCommand(['-h', 'token']).switches.has('help')).toBe(true)
  expect(explain('--json')).toBe(USAGE_MESSAGES.noCommand)
  expect(explain('--account', 'token')).toBe(USAGE_MESSAGES.noCommand)
  expect(explain('--json', 'tokn')).toBe(USAGE_MESSAGES.unknownCommand('tokn', 'token'))
})

test('in a package, the command line runs every command but the programs', () => {
  for (const { name, takesSettings } of COMMANDS) {
    expect(isForCommandLine([name]), name).toBe(takesSettings !== true)
    expect(isForCommandLine(['--data-dir', '/a', name]), name).toBe(takesSettings !== true)
    expect(isForCommandLine(['--client-id', name]), name).toBe(false)
  }
  expect(isForCommandLine([])).toBe(false)
  expect(isForCommandLine(['--help'])).toBe(false)
  expect(isForCommandLine(['--help', 'token'])).toBe(true)
  // A mistyped command, but nothing that the system may add.
  expect(isForCommandLine(['tokn'])).toBe(true)
  expect(isForCommandLine(['sing-in', '--json'])).toBe(true)
  for (const added of ['latchkey://x', 'https://a.example/b', '/a', 'C:\\a.txt', 'file.txt', '']) {
    expect(isForCommandLine([added]), added).toBe(false)
  }
  expect(isForCommandLine(['--misspelt', 'word'])).toBe(false)
})

test('--help and --version are commands, and a command has its own --help', () => {
  expect(parseCommand(['--help']).command.name).toBe('help')
  expect(parseCommand(['-h']).command.name).toBe('help')
  expect(parseCommand(['--version']).command.name).toBe('version')
  expect(parseCommand(['-V']).command.name).toBe('version')
  expect(parseCommand(['use', '-h']).switches.has('help')).toBe(true)
})

test('what starts a program of its own gets its flags as they are', () => {
  expect(parseCommand(['headless', '--port', '0', '--odd']).rest).toEqual(['--port', '0', '--odd'])
})

test('each bad usage has its message', () => {
  expect(explain()).toBe(USAGE_MESSAGES.noCommand)
  expect(explain('tokn')).toBe(USAGE_MESSAGES.unknownCommand('tokn', 'token'))
  expect(explain('xyz')).toBe(USAGE_MESSAGES.unknownCommand('xyz', null))
  expect(explain('constructor')).toBe(USAGE_MESSAGES.unknownCommand('constructor', null))
  expect(explain('token', '--acount', 'x')).toBe(
    USAGE_MESSAGES.unknownFlag('token', '--acount', '--account'),
  )
  expect(explain('token', '-x')).toBe(USAGE_MESSAGES.unknownFlag('token', '-x', null))
  expect(explain('token', '--account')).toBe(USAGE_MESSAGES.flagNeedsValue('--account', 'ID'))
  expect(explain('token', '--account=')).toBe(USAGE_MESSAGES.flagNeedsValue('--account', 'ID'))
  expect(explain('token', '--json=1')).toBe(USAGE_MESSAGES.switchTakesNoValue('--json'))
  expect(explain('token', 'more')).toBe(USAGE_MESSAGES.tooManyArguments('token', 'more'))
  expect(explain('use')).toBe(USAGE_MESSAGES.missingArgument('use', 'ACCOUNT'))
})

test('an account is named by its ID alone', () => {
  for (const name of ['bob', 'bob@example.com', 'K3VQ7MZD', 'k3vq7mz', 'k3vq7mzdd', 'k3vq7mz1']) {
    for (const args of [
      ['use', name],
      ['token', '--account', name],
      ['key', 'a', '--account', name],
    ]) {
      expect(explain(...args), args.join(' ')).toBe(USAGE_MESSAGES.notAccountId(name))
    }
  }
  const { words } = parseCommand(['use', 'k3vq7mzd'])
  expect(words).toEqual(['k3vq7mzd'])
  const flags = COMMANDS.flatMap((command) => command.flags)
  for (const flag of flags.filter(({ name }) => name === 'account')) {
    expect(flag.isAccountId).toBe(true)
  }
})

test('a word that headless would take is answered with the flag', () => {
  expect(explain('sign-in', 'work')).toBe(USAGE_MESSAGES.providerAsWord('"work"'))
  expect(explain('sign-in', 'k3vq7mzd')).toBe(USAGE_MESSAGES.accountAsWord('sign-in', 'k3vq7mzd'))
  expect(explain('sign-out', 'k3vq7mzd')).toBe(USAGE_MESSAGES.accountAsWord('sign-out', 'k3vq7mzd'))
  expect(explain('sign-out', 'all')).toBe(USAGE_MESSAGES.signOutAll)
  expect(explain('sign-out', 'work')).toBe(USAGE_MESSAGES.tooManyArguments('sign-out', 'work'))
})

test('without a command, an unknown flag is named', () => {
  expect(explain('-v')).toBe(USAGE_MESSAGES.noShortVersion)
  expect(explain('-x')).toBe(USAGE_MESSAGES.unknownGlobalFlag('-x'))
  expect(explain('--json', '--nosuch=1')).toBe(USAGE_MESSAGES.unknownGlobalFlag('--nosuch'))
  expect(explain('--json')).toBe(USAGE_MESSAGES.noCommand)
})

test('the messages about a bad usage', () => {
  expect(
    sayAll(USAGE_MESSAGES, {
      unknownCommand: ['tokn', 'token'],
      unknownFlag: ['token', '--acount', '--account'],
      flagNeedsValue: ['--account', 'ID'],
      switchTakesNoValue: ['--json'],
      tooManyArguments: ['token', 'more'],
      missingArgument: ['use', 'ACCOUNT'],
      notSeconds: ['--min-validity'],
      needsForget: ['remove'],
      keyFile: ['/k', 'there is no such file'],
      keyFileOpen: ['/k'],
      keyFileOfOther: ['/k'],
      noKeyIn: ['/k'],
      emptyKey: ['/k'],
      notAccountId: ['bob'],
      providerAsWord: ['"work"'],
      accountAsWord: ['sign-in', 'k3vq7mzd'],
      unknownGlobalFlag: ['-x'],
    }),
  ).toEqual({
    keyInsteadOfFile:
      'LATCHKEY_KEY_FILE must be the path of a file, not the key. For the key itself, use LATCHKEY_KEY.',
    noCommand: 'Name a command. latchkey help lists them.',
    unknownCommand:
      'There is no command tokn. Did you mean token? latchkey help lists the commands.',
    unknownFlag: 'token has no flag --acount. Did you mean --account?',
    flagNeedsValue: '--account needs a value: --account ID.',
    switchTakesNoValue: '--json takes no value.',
    tooManyArguments: 'token does not take "more". latchkey help token shows its arguments.',
    missingArgument: 'use needs ACCOUNT. latchkey help use says more.',
    keyAsArgument:
      'A key must not be given on the command line, because other programs can read it there. Use --key-file.',
    notSeconds: '--min-validity must be a whole number of seconds, at most 31536000.',
    needsForget: 'apps does not take "remove". Use apps forget APP.',
    keyFile: "The key file /k can't be read: there is no such file.",
    keyFileOpen: 'Other users can read the key file /k. Make it private first: chmod 600 /k',
    keyFileOfOther: 'The key file /k belongs to another user.',
    noKeyIn: '/k does not contain a whole key: a key is latchkey_ followed by 43 characters.',
    emptyKey: '/k is empty.',
    notAccountId: '"bob" is not an account\'s ID. latchkey accounts lists the IDs.',
    needsApp: 'apps forget needs APP. latchkey help apps says more.',
    providerAsWord: 'Use sign-in --provider "work".',
    accountAsWord: 'Use sign-in --account k3vq7mzd.',
    signOutAll: 'sign-out all works only in headless. Use sign-out --account ID for each account.',
    unknownGlobalFlag: 'There is no flag -x. latchkey help lists the commands.',
    noShortVersion: 'There is no flag -v. For the version: latchkey --version.',
  })
})
