// Makes the completions of the command line for each shell from its table of commands.

import {
  COMMANDS,
  type Argument,
  type Completion,
  type Flag,
} from '../../main/cli/commands-table.js'
import { LOG_LEVELS } from '../../main/base/log-level.js'
import { REDIRECT_HOSTS } from '../../main/oauth/redirect-target.js'
import { FLAG_NAMES, takesValue, toFlag, toOffFlag } from '../../main/settings/option-names.js'
import { OPTIONS, type SettingName } from '../../main/settings/options.js'

/** A command with all flags that it takes, also those of the settings. */
type Completed = {
  name: string
  summary: string
  arguments: readonly Argument[]
  flags: readonly Flag[]
}

const MADE = 'Made from the table of commands by `npm run completions`.'

const SETTING_VALUES: Partial<Record<SettingName, Completion>> = {
  clientSecretFile: 'file',
  allow: 'file',
  dataDir: 'folder',
  consent: ['ask', 'off'],
  redirectHost: REDIRECT_HOSTS,
  logLevel: LOG_LEVELS,
}

const COMPLETED: readonly Completed[] = COMMANDS.map((command) => {
  const own = command.flags
  const isOwn = (name: string): boolean => own.some((flag) => flag.name === name)
  const more = command.takesSettings === true ? listSettingFlags() : []
  const { name, summary, arguments: given } = command
  return {
    name,
    summary,
    arguments: given,
    flags: [...own, ...more.filter((one) => !isOwn(one.name))],
  }
})
const NAMES = COMPLETED.map(({ name }) => name)

const VERSION: Flag = {
  name: 'version',
  short: 'V',
  value: null,
  help: 'print the version',
  completes: null,
}

/** What can precede the command: each flag once. */
const LEADING: readonly Flag[] = [...COMPLETED.flatMap(({ flags }) => flags), VERSION].filter(
  ({ name }, index, all) => all.findIndex((one) => one.name === name) === index,
)
const LEADING_VALUED = LEADING.filter(({ value }) => value !== null).map(({ name }) => `--${name}`)

/** The content of each file, by its name. */
export function makeCompletions(): ReadonlyMap<string, string> {
  return new Map([
    ['latchkey.bash', makeBash()],
    ['_latchkey', makeZsh()],
    ['latchkey.fish', makeFish()],
    ['latchkey.ps1', makePowerShell()],
  ])
}

function listSettingFlags(): readonly Flag[] {
  return FLAG_NAMES.flatMap((setting): Flag[] => {
    const { help, repeats, usage } = OPTIONS[setting]
    const often = repeats ? { repeats } : {}
    const completes = SETTING_VALUES[setting] ?? null
    const name = toFlag(setting)
    if (takesValue(setting)) {
      const value = usage!.split(' ').slice(1).join(' ')
      return [{ name, value, help, completes, ...often }]
    }
    const shared = { value: null, completes, ...often }
    return [
      { name, help, ...shared },
      { name: toOffFlag(setting), help: `turn off --${name}`, ...shared },
    ]
  })
}

/** The words that complete a value; null if they are files or unknown. */
function listWords(completes: Completion): readonly string[] | null {
  if (completes === 'command') return NAMES
  return completes === 'file' || completes === 'folder' ? null : completes
}

const spell = ({ name, short }: Flag): readonly string[] =>
  short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`]

/** What the table of bash sets for a value or an argument; null if nothing can be offered. */
function offerInBash(completes: Completion): string | null {
  if (completes === 'file' || completes === 'folder') return `offer='${completes}'`
  // Unquoted, bash would take [::1] for the name of the file 1 or of the file :.
  const words = listWords(completes)?.map((word) => word.replaceAll('[', '\\\\[')) ?? null
  return words === null ? null : `words='${words.join(' ')}'`
}

/** Bash 3.2, as on macOS, has no `compopt`: it offers files in place of nothing. */
function makeBash(): string {
  const words: Argument = { name: 'COMMAND', isOptional: true, help: '', completes: 'command' }
  const leading: Completed = { name: "''", summary: '', arguments: [words], flags: LEADING }
  const cases = [leading, ...COMPLETED].map(({ name, flags, arguments: given }) => {
    const values = flags.filter(({ value }) => value !== null)
    const offers = [
      ...values.map(({ name: flag, completes }) => [`--${flag}`, completes] as const),
      ...given.map(({ completes }, index) => [`${index}`, completes] as const),
    ]
    const rows = offers.flatMap(([about, completes]) => {
      const offer = offerInBash(completes)
      return offer === null ? [] : [`        ${about}) ${offer} ;;`]
    })
    return [
      `    ${name})`,
      `      flags='${flags.flatMap(spell).join(' ')}'`,
      `      valued='${values.map((flag) => `--${flag.name}`).join(' ')}'`,
      ...(rows.length === 0 ? [] : ['      case $about in', ...rows, '      esac']),
      '      ;;',
    ].join('\n')
  })
  return `# Completions of latchkey for bash. ${MADE}

# Sets \`flags\`, \`valued\` (the flags with a value), and what to offer for the flag, or the argument,
# that \`about\` names: \`words\`, or in \`offer\` a kind of path. Flags may precede the command, which
# is empty then.
_latchkey_table() {
  local about=$2
  case $1 in
${cases.join('\n')}
  esac
}

_latchkey() {
  local flags='' valued='' words='' offer='' before='' joined='' ended='' index position=0 word
  local command='' cur=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  _latchkey_table '' ''
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == [=:]* ]]; then
      # Readline splits words here: --flag=value is three words.
      if [[ -z $before ]]; then joined=1; fi
    elif [[ -n $joined ]]; then
      joined=''
    elif [[ -n $before ]]; then
      before=''
    elif [[ -z $ended && $word == -- ]]; then
      ended=1
    elif [[ -z $ended && $word == -* ]]; then
      if [[ " $valued " == *" $word "* ]]; then before=$word; fi
    elif [[ -z $command ]]; then
      command=$word flags='' valued=''
      _latchkey_table "$command" ''
    else
      ((position++))
    fi
  done
  if [[ $cur == '=' ]]; then cur=''; fi
  if [[ -z $before && -z $ended && $cur == -* ]]; then
    words=$flags
  else
    _latchkey_table "$command" "\${before:-$position}"
  fi
  if [[ $(type -t compopt) == builtin ]]; then
    if [[ $offer != file ]]; then compopt +o default; fi
    if [[ $offer == folder ]]; then compopt -o dirnames; fi
  fi
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen -W "$words" -- "$cur")
}

complete -o default -F _latchkey latchkey
`
}

function makeZsh(): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  const escape = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&')
  const act = (completes: Completion): string => {
    if (completes === 'file') return '_files'
    if (completes === 'folder') return '_files -/'
    const words = listWords(completes)
    return words === null
      ? ' '
      : `(${words.map((word) => word.replaceAll(/[[\]:]/g, '\\$&')).join(' ')})`
  }
  const formatFlag = (flag: Flag): string => {
    const { name, short, value, help, completes, repeats } = flag
    const rest = value === null ? '' : `:${escape(value)}:${act(completes)}`
    const text = `[${escape(help)}]${rest}`
    const mark = repeats ? '*' : ''
    if (short !== undefined) return `'(-${short} --${name})'{-${short},--${name}}${quote(text)}`
    return quote(`${mark}--${name}${value === null ? '' : '='}${text}`)
  }
  // After these, no command follows.
  const formatLeading = (flag: Flag): string =>
    flag.short === undefined
      ? formatFlag(flag)
      : `'(- *)'{-${flag.short},--${flag.name}}${quote(`[${escape(flag.help)}]`)}`
  const cases = COMPLETED.map(({ name, flags, arguments: given }) => {
    const specs = [
      ...flags.map(formatFlag),
      ...given.map(({ name: word, isOptional, completes }, index) =>
        quote(`${index + 1}${isOptional ? '::' : ':'}${word}:${act(completes)}`),
      ),
    ]
    return [
      `        ${name})`,
      '          _arguments -S \\',
      ...continued(specs, '            '),
      '          ;;',
    ].join('\n')
  })
  return `#compdef latchkey
# Completions of latchkey for zsh. ${MADE}

_latchkey() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${COMPLETED.map(({ name, summary }) => `    ${quote(`${name}:${escape(summary)}`)}`).join('\n')}
  )
  _arguments -C \\
${continued([...LEADING.map(formatLeading), "'(-)1: :->command'", "'(-)*:: :->arguments'"], '    ').join('\n')} && return
  case $state in
    command) _describe -t commands command commands ;;
    arguments)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}

_latchkey "$@"
`
}

/** Lines of one command. */
function continued(lines: readonly string[], indent: string): readonly string[] {
  return lines.map((line, index) => `${indent}${line}${index < lines.length - 1 ? ' \\' : ''}`)
}

function makeFish(): string {
  const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`
  const offer = (completes: Completion): string => {
    if (completes === 'file') return '-r -F'
    if (completes === 'folder') return "-x -a '(__latchkey_folders)'"
    const words = listWords(completes)
    return words === null ? '-x' : `-x -a ${quote(words.join(' '))}`
  }
  const formatFlag = (condition: string, { name, short, value, help, completes }: Flag): string => {
    const letter = short === undefined ? '' : ` -s ${short}`
    const offers = value === null ? '' : ` ${offer(completes)}`
    return `complete -c latchkey -n ${condition}${letter} -l ${name}${offers} -d ${quote(help)}`
  }
  const lines = COMPLETED.flatMap(({ name, summary, flags, arguments: given }) => {
    const valued = flags.flatMap((flag) => (flag.value === null ? [] : [`--${flag.name}`]))
    const words = given.flatMap(({ completes }, index) => {
      const list = listWords(completes)
      const next = ['__latchkey_argument', name, index, ...valued].join(' ')
      return list === null ? [] : [`complete -c latchkey -n '${next}' -a ${quote(list.join(' '))}`]
    })
    return [
      '',
      `complete -c latchkey -n __latchkey_command -a ${name} -d ${quote(summary)}`,
      ...words,
      ...flags.map((flag) => formatFlag(`'__latchkey_command ${name}'`, flag)),
    ]
  })
  return `# Completions of latchkey for fish. ${MADE}

# The words from the command on. Flags may precede it.
function __latchkey_words
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]; and string match -q -- '-*' "$words[1]"
        if contains -- "$words[1]" ${LEADING_VALUED.join(' ')}; and set -q words[2]
            set -e words[1]
        end
        set -e words[1]
    end
    printf '%s\\n' $words
end

# Succeeds if this is the command, or without a command if none was typed yet.
function __latchkey_command
    set -l words (__latchkey_words)
    test "$words[1]" = "$argv[1]"
end

# Succeeds if this argument of a command is next: COMMAND NUMBER FLAG..., the flags with a value.
function __latchkey_argument
    __latchkey_command $argv[1]; or return
    set -l words (__latchkey_words)
    set -l count 0
    set -l before
    set -l ended
    for word in $words[2..-1]
        if set -q before[1]
            set before
        else if not set -q ended[1]; and test "$word" = --
            set ended 1
        else if not set -q ended[1]; and string match -q -- '-*' "$word"
            if contains -- "$word" $argv[3..-1]
                set before "$word"
            end
        else
            set count (math $count + 1)
        end
    end
    test $count -eq $argv[2]
end

# Folders, also after --flag=.
function __latchkey_folders
    __fish_complete_directories (commandline -ct | string replace -r -- '^--[^=]*=' '')
end

complete -c latchkey -f
${LEADING.map((flag) => formatFlag('__latchkey_command', flag)).join('\n')}
${lines.join('\n')}
`
}

/**
 * PowerShell completes files if the completer returns nothing, but not after `--flag=`. The file is
 * ASCII, because Windows PowerShell 5.1 reads other files by the system's code page.
 */
function makePowerShell(): string {
  // To PowerShell, these characters are all single quotes.
  const quote = (text: string): string => `'${text.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`
  const list = (words: readonly string[]): string => `@(${words.map(quote).join(', ')})`
  const formatFlag = ({ name, help, value, completes }: Flag): string => {
    const isPath = completes === 'file' || completes === 'folder'
    const words = value === null ? '' : `; Words = ${list(listWords(completes) ?? [])}`
    const text = `Name = ${quote(`--${name}`)}; Help = ${quote(help)}${words}`
    return `      @{ ${text}${isPath ? '; IsPath = $true' : ''} }`
  }
  const cases = COMPLETED.map(({ name, summary, flags, arguments: given }) =>
    [
      `  ${quote(name)} = @{`,
      `    Help = ${quote(summary)}`,
      `    Words = ${list(given.flatMap(({ completes }) => listWords(completes) ?? []))}`,
      '    Flags = @(',
      ...flags.map(formatFlag),
      '    )',
      '  }',
    ].join('\n'),
  )
  return `# Completions of latchkey for PowerShell. ${MADE}
# To load them in each session, add a line to the file that $PROFILE names: . PATH\\latchkey.ps1

$script:LatchkeyCommands = [ordered]@{
${cases.join('\n')}
}

# Flags may precede the command.
$script:LatchkeyLeading = @{
    Flags = @(
${LEADING.map(formatFlag).join('\n')}
    )
}

Register-ArgumentCompleter -Native -CommandName @('latchkey', 'latchkey.cmd') -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $before = @($commandAst.CommandElements |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    Select-Object -Skip 1 |
    ForEach-Object { $_.ToString() })
  $typed = "$wordToComplete"
  $prefix = ''
  $offers = @()
  $index = 0
  while ($index -lt $before.Count -and $before[$index] -like '-*') {
    $leading = $before[$index]
    if ($script:LatchkeyLeading.Flags | Where-Object { $null -ne $_.Words -and $_.Name -eq $leading }) {
      $index++
    }
    $index++
  }
  $hasCommand = $index -lt $before.Count
  $command = $script:LatchkeyLeading
  if ($hasCommand) { $command = $script:LatchkeyCommands[$before[$index]] }
  if ($null -ne $command) {
    $flagName = ''
    if ($before.Count -gt 0) { $flagName = $before[-1] }
    if ($typed -like '--*=*') {
      $flagName, $typed = $typed.Split('=', 2)
      $prefix = "$flagName="
    }
    $flag = $command.Flags |
      Where-Object { $null -ne $_.Words -and $_.Name -eq $flagName } |
      Select-Object -First 1
    if ($null -ne $flag) {
      foreach ($word in $flag.Words) { $offers += @{ Text = $word; Help = $flag.Help } }
      if ($flag.IsPath -and $prefix -ne '') {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed) | ForEach-Object {
          [System.Management.Automation.CompletionResult]::new(
            $prefix + $_.CompletionText, $_.ListItemText, 'ParameterValue', $_.ToolTip)
        }
      }
    } elseif ($typed -like '-*') {
      foreach ($one in $command.Flags) { $offers += @{ Text = $one.Name; Help = $one.Help } }
    } elseif ($prefix -eq '' -and -not $hasCommand) {
      foreach ($name in $script:LatchkeyCommands.Keys) {
        $offers += @{ Text = $name; Help = $script:LatchkeyCommands[$name].Help }
      }
    } elseif ($prefix -eq '') {
      foreach ($word in $command.Words) { $offers += @{ Text = $word; Help = $command.Help } }
    }
  }
  foreach ($offer in $offers) {
    if ($offer.Text.StartsWith($typed, [StringComparison]::OrdinalIgnoreCase)) {
      $text = $prefix + $offer.Text
      [System.Management.Automation.CompletionResult]::new(
        $text, $offer.Text, 'ParameterValue', $offer.Help)
    }
  }
}
`
}
