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
  flags: readonly CompletedFlag[]
}
type CompletedFlag = Flag & { repeats: boolean }

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
  const own = command.flags.map((flag) => ({ ...flag, repeats: false }))
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

/** The content of each file, by its name. */
export function makeCompletions(): ReadonlyMap<string, string> {
  return new Map([
    ['latchkey.bash', makeBash()],
    ['_latchkey', makeZsh()],
    ['latchkey.fish', makeFish()],
    ['latchkey.ps1', makePowerShell()],
  ])
}

function listSettingFlags(): readonly CompletedFlag[] {
  return FLAG_NAMES.flatMap((setting): CompletedFlag[] => {
    const { help, repeats = false, usage } = OPTIONS[setting]
    const completes = SETTING_VALUES[setting] ?? null
    const name = toFlag(setting)
    if (takesValue(setting)) {
      const value = usage!.split(' ').slice(1).join(' ')
      return [{ name, value, help, completes, repeats }]
    }
    const shared = { value: null, completes, repeats }
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

/** Readline completes files if a completion gives no word. */
function makeBash(): string {
  const cases = COMPLETED.map(({ name, flags, arguments: given }) => {
    const values = flags.filter(({ value }) => value !== null)
    const words = values.flatMap(({ name: flag, completes }) => {
      const list = listWords(completes)
      return list === null ? [] : [`        --${flag}) words='${list.join(' ')}' ;;`]
    })
    const positions = given.flatMap(({ completes }, index) => {
      const list = listWords(completes)
      return list === null ? [] : [`        ${index}) words='${list.join(' ')}' ;;`]
    })
    const rows = [...words, ...positions]
    return [
      `    ${name})`,
      `      flags='${flags.flatMap(spell).join(' ')}'`,
      `      valued='${values.map((flag) => `--${flag.name}`).join(' ')}'`,
      ...(rows.length === 0 ? [] : ['      case $about in', ...rows, '      esac']),
      '      ;;',
    ].join('\n')
  })
  return `# Completions of latchkey for bash. ${MADE}

# Sets \`flags\`, \`valued\` (the flags with a value) and \`words\`: the values of the flag, or the
# argument, that \`about\` names.
_latchkey_table() {
  local about=$2
  case $1 in
${cases.join('\n')}
  esac
}

_latchkey() {
  local flags='' valued='' words='' command='' before='' index position=0
  local cur=\${COMP_WORDS[COMP_CWORD]}
  for ((index = 1; index < COMP_CWORD; index++)); do
    local word=\${COMP_WORDS[index]}
    if [[ -z $command ]]; then
      if [[ $word != -* ]]; then
        command=$word
        _latchkey_table "$command" ''
      fi
    elif [[ $word == '=' ]]; then
      # --flag=value is three words.
      continue
    elif [[ -n $before ]]; then
      before=''
    elif [[ $word == -* ]]; then
      if [[ " $valued " == *" $word "* ]]; then before=$word; fi
    else
      ((position++))
    fi
  done
  if [[ $cur == '=' ]]; then cur=''; fi
  if [[ -z $command ]]; then
    words='${NAMES.join(' ')}'
    if [[ $cur == -* ]]; then words='--help --version'; fi
  elif [[ -n $before ]]; then
    _latchkey_table "$command" "$before"
  elif [[ $cur == -* ]]; then
    words=$flags
  else
    _latchkey_table "$command" "$position"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
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
  const formatFlag = (flag: CompletedFlag): string => {
    const { name, short, value, help, completes, repeats } = flag
    const rest = value === null ? '' : `:${escape(value)}:${act(completes)}`
    const text = `[${escape(help)}]${rest}`
    const mark = repeats ? '*' : ''
    if (short !== undefined) return `'(-${short} --${name})'{-${short},--${name}}${quote(text)}`
    return quote(`${mark}--${name}${value === null ? '' : '='}${text}`)
  }
  const cases = COMPLETED.map(({ name, flags, arguments: given }) => {
    const specs = [
      ...flags.map(formatFlag),
      ...given.map(({ name: word, isOptional, completes }, index) =>
        quote(`${index + 1}${isOptional ? '::' : ':'}${word}:${act(completes)}`),
      ),
    ]
    return [
      `        ${name})`,
      '          _arguments \\',
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
    '(- *)'{-h,--help}'[print the help]' \\
    '(- *)'{-V,--version}'[print the version]' \\
    '1: :->command' \\
    '*:: :->arguments' && return
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
    if (completes === 'folder') return "-x -a '(__fish_complete_directories)'"
    const words = listWords(completes)
    return words === null ? '-x' : `-x -a ${quote(words.join(' '))}`
  }
  const lines = COMPLETED.flatMap(({ name, summary, flags, arguments: given }) => {
    const during = `complete -c latchkey -n '__fish_seen_subcommand_from ${name}'`
    const words = given.flatMap(({ completes }) => listWords(completes) ?? [])
    return [
      '',
      `complete -c latchkey -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
      ...(words.length === 0 ? [] : [`${during} -a ${quote(words.join(' '))}`]),
      ...flags.map((flag) => {
        const short = flag.short === undefined ? '' : ` -s ${flag.short}`
        const value = flag.value === null ? '' : ` ${offer(flag.completes)}`
        return `${during}${short} -l ${flag.name}${value} -d ${quote(flag.help)}`
      }),
    ]
  })
  return `# Completions of latchkey for fish. ${MADE}

complete -c latchkey -f
complete -c latchkey -n __fish_use_subcommand -s h -l help -d 'print the help'
complete -c latchkey -n __fish_use_subcommand -s V -l version -d 'print the version'
${lines.join('\n')}
`
}

/** A completer that returns nothing leaves it to PowerShell, which completes files. */
function makePowerShell(): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
  const list = (words: readonly string[]): string => `@(${words.map(quote).join(', ')})`
  const cases = COMPLETED.map(({ name, summary, flags, arguments: given }) => {
    const formatted = flags.map((flag) => {
      const words = listWords(flag.completes) ?? []
      const value =
        flag.value === null ? '' : `; Value = ${quote(flag.value)}; Words = ${list(words)}`
      return `      @{ Name = ${quote(`--${flag.name}`)}; Help = ${quote(flag.help)}${value} }`
    })
    const words = given.flatMap(({ completes }) => listWords(completes) ?? [])
    return [
      `  ${quote(name)} = @{`,
      `    Help = ${quote(summary)}`,
      `    Words = ${list(words)}`,
      '    Flags = @(',
      ...formatted,
      '    )',
      '  }',
    ].join('\n')
  })
  return `# Completions of latchkey for PowerShell. ${MADE}
# To load them in each session, add a line to the file that $PROFILE names: . PATH\\latchkey.ps1

$script:LatchkeyCommands = [ordered]@{
${cases.join('\n')}
}

Register-ArgumentCompleter -Native -CommandName @('latchkey', 'latchkey.cmd') -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    Select-Object -Skip 1 |
    ForEach-Object { $_.ToString() })
  $name = $words | Where-Object { $_ -notlike '-*' } | Select-Object -First 1
  $offers = @()
  if ($null -eq $name -or -not $script:LatchkeyCommands.Contains($name)) {
    foreach ($one in $script:LatchkeyCommands.Keys) {
      $offers += @{ Text = $one; Help = $script:LatchkeyCommands[$one].Help }
    }
  } else {
    $command = $script:LatchkeyCommands[$name]
    $flag = $command.Flags |
      Where-Object { $null -ne $_.Value -and $_.Name -eq $words[-1] } |
      Select-Object -First 1
    if ($null -ne $flag) {
      foreach ($one in $flag.Words) { $offers += @{ Text = $one; Help = $flag.Help } }
    } elseif ($wordToComplete -like '-*') {
      foreach ($one in $command.Flags) { $offers += @{ Text = $one.Name; Help = $one.Help } }
    } else {
      foreach ($one in $command.Words) { $offers += @{ Text = $one; Help = $command.Help } }
    }
  }
  $offers | Where-Object { $_.Text -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_.Text, $_.Text, 'ParameterValue', $_.Help)
  }
}
`
}
