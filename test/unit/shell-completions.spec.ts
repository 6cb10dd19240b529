// What the shells complete. Each runs as a person runs it, and finds the files of the package itself.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { expect, test } from '@playwright/test'
import { COMMANDS } from '../../main/cli/commands-table.js'
import { findProgram } from '../support/program-path.js'
import { ROOT } from '../support/root.js'

const NAMES = COMMANDS.map(({ name }) => name)
const LOG_LEVELS = ['error', 'warn', 'info', 'debug']
const ACTIONS = ['get', 'store', 'erase']
/** To a shell, the pattern `[::1]` is the name of the last one. */
const PATHS = ['a folder', 'a.key', 'b c.key', 'forget', '1']
const FOLDERS = ['a folder']
const NOTHING: readonly string[] = []

/** What each shell offers at the end of a line. A value after `--flag=` is listed without the flag. */
const OFFERS: Readonly<Record<string, readonly string[]>> = {
  'latchkey ': NAMES,
  'latchkey tok': ['token'],
  'latchkey nothing ': NOTHING,
  // Flags may precede the command.
  'latchkey --json ': NAMES,
  'latchkey --json to': ['token'],
  'latchkey --data-dir ': FOLDERS,
  'latchkey --data-dir=': FOLDERS,
  'latchkey --data-dir x ': NAMES,
  'latchkey --data-dir=x --json to': ['token'],
  'latchkey --data-dir token app': ['apps'],
  'latchkey --min-v': ['--min-validity'],
  'latchkey --json token --acc': ['--account'],
  'latchkey --json --key-file x git-credential ': ACTIONS,
  'latchkey --data-dir x apps --json f': ['forget'],
  'latchkey --json nothing ': NOTHING,
  'latchkey token --acc': ['--account'],
  'latchkey token ': NOTHING,
  'latchkey token --account ': NOTHING,
  'latchkey token --account=': NOTHING,
  'latchkey token --account x --sco': ['--scope'],
  'latchkey token --account=x --sco': ['--scope'],
  'latchkey token --scope "a b" --aud': ['--audience'],
  'latchkey token --scope=a\\ b --aud': ['--audience'],
  'latchkey token --key-file ': PATHS,
  'latchkey token --key-file=': PATHS,
  'latchkey token --key-file=b': ['b c.key'],
  'latchkey token --data-dir ': FOLDERS,
  'latchkey token --data-dir=': FOLDERS,
  'latchkey use ': NOTHING,
  'latchkey apps ': ['forget'],
  'latchkey apps --json f': ['forget'],
  'latchkey apps --data-dir forget f': ['forget'],
  'latchkey apps forget ': NOTHING,
  'latchkey apps -- ': ['forget'],
  'latchkey key -- --': NOTHING,
  'latchkey git-credential ': ACTIONS,
  'latchkey git-credential get ': NOTHING,
  'latchkey git-credential --key-file a:b ': ACTIONS,
  'latchkey help ': NAMES,
  'latchkey help sign-': ['sign-in', 'sign-out'],
  'latchkey help token ': NOTHING,
  'latchkey help token --key': NOTHING,
  'latchkey sign-in --provider use --acc': ['--account'],
  'latchkey headless --log-level ': LOG_LEVELS,
  'latchkey headless --log-level=': LOG_LEVELS,
  'latchkey headless --log-level=w': ['warn'],
  'latchkey headless --redirect-host ': ['127.0.0.1', 'localhost', '[::1]'],
  'latchkey headless --issuer https://login.example.com --no-dem': [
    '--no-demo',
    '--no-demo-if-unset',
  ],
  'latchkey headless --git-host git.example.com=x --no-brow': ['--no-browser'],
  'latchkey headless --allow=a.': ['a.key'],
}

type Folders = { share: string; work: string; seen: string; env: NodeJS.ProcessEnv }

// Not when the file is loaded: the process that lists the tests loads it, too, and runs no hook.
let folder = ''
test.beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'latchkey-completions-'))))
test.afterAll(() => rmSync(folder, { recursive: true }))

/** Installs the files like a package, and a `latchkey` that writes its arguments to a file. */
function install(shell: string): Folders {
  const root = join(folder, shell)
  const [share, work, bin, seen] = ['usr/share', 'work', 'bin', 'seen'].map((one) =>
    join(root, one),
  )
  const packaged = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')
  for (const [, from, to] of packaged.matchAll(/- (main\/assets\/completions\/.*)=(\/.*)/g)) {
    cpSync(join(ROOT, from!), join(root, to!))
  }
  mkdirSync(join(work!, 'a folder'), { recursive: true })
  for (const name of PATHS) if (!FOLDERS.includes(name)) writeFileSync(join(work!, name), '')
  mkdirSync(bin!)
  const script = `#!/bin/sh\n{ printf '%s\\n' "$@"; echo; } >>'${seen}'\n`
  writeFileSync(join(bin!, 'latchkey'), script, { mode: 0o700 })
  const env = {
    ...process.env,
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: root,
    XDG_DATA_DIRS: [share, '/usr/local/share', '/usr/share'].join(delimiter),
    XDG_CONFIG_HOME: root,
    XDG_DATA_HOME: root,
    XDG_CACHE_HOME: root,
    LC_ALL: 'C.UTF-8',
    TERM: 'dumb',
  }
  return { share: share!, work: work!, seen: seen!, env }
}

/** Inserts all offers in place of the last word. */
const CTRL_T = '\x14'
const TYPED = `${Object.keys(OFFERS)
  .map((line) => `${line}${CTRL_T}\n`)
  .join('')}exit\n`

/** Reads the offers from the arguments of each call of `latchkey`. */
function readOffers({ seen }: Folders): Record<string, readonly string[]> {
  const calls = existsSync(seen) ? readFileSync(seen, 'utf8').split('\n\n').slice(0, -1) : []
  const lines = Object.keys(OFFERS)
  expect(calls).toHaveLength(lines.length)
  return Object.fromEntries(
    lines.map((line, index) => {
      const [before, typed] = [
        line.slice(0, line.lastIndexOf(' ')),
        line.slice(line.lastIndexOf(' ') + 1),
      ]
      const count = before.match(/(?:\\.|"[^"]*"|[^ ])+/g)!.length
      const offers = calls[index]!.split('\n')
        .slice(count - 1)
        .filter((arg) => arg !== typed && arg !== '')
      return [line, offers.map(toValue)]
    }),
  )
}

function toValue(offer: string): string {
  return offer.replace(/^--[\w-]+=/, '').replace(/\/$/, '')
}

const sort = (offers: Record<string, readonly string[]>): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(offers).map(([line, words]) => [line, words.toSorted()]))

/** Skips a shell that is not installed. */
function need(shell: string): void {
  test.skip(process.platform === 'win32', 'needs a POSIX system')
  test.skip(findProgram(shell) === null, `${shell} is not installed`)
}

/** Returns what bash offers. It reads lines with readline also from a pipe. */
function completeInBash(name: string, setUp: string): Record<string, readonly string[]> {
  const folders = install(name)
  const rc = join(dirname(folders.seen), 'bashrc')
  writeFileSync(rc, `PS1=; ${setUp}\nbind '"\\C-t": insert-completions'\n`)
  execFileSync('bash', ['--noprofile', '--rcfile', rc, '-i'], {
    cwd: folders.work,
    env: folders.env,
    input: TYPED,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  return sort(readOffers(folders))
}

const SOURCE = `source '${join(ROOT, 'main/assets/completions/latchkey.bash')}'`
const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion'

const hasCompopt = (): boolean =>
  execFileSync('bash', ['-c', 'type -t compopt || true'], { encoding: 'utf8' }) !== ''

test('bash completes each line', () => {
  need('bash')
  test.skip(!hasCompopt(), 'this bash is too old to be told to offer no files')
  expect(completeInBash('bash', SOURCE)).toEqual(sort(OFFERS))
})

test('a bash without compopt, as on macOS, offers files in place of nothing', () => {
  need('bash')
  const old = hasCompopt() ? `${SOURCE}; enable -n compopt` : SOURCE
  const offers = Object.entries(OFFERS).map(([line, words]) => {
    const isOther = words === NOTHING || words === FOLDERS
    return [line, isOther && !/-[\w-]+$/.test(line) ? PATHS : words] as const
  })
  expect(completeInBash('old bash', old)).toEqual(sort(Object.fromEntries(offers)))
})

test('bash-completion finds the file of the package', () => {
  need('bash')
  test.skip(!existsSync(BASH_COMPLETION), 'bash-completion is not installed')
  expect(completeInBash('bash-completion', `source ${BASH_COMPLETION}`)).toEqual(sort(OFFERS))
})

test('zsh finds the file of the package, and completes each line', () => {
  need('zsh')
  const folders = install('zsh')
  const { HOME: home } = folders.env
  // Debian's and Fedora's zsh look there.
  const places = ['vendor-completions', 'site-functions'].map((one) =>
    join(folders.share, 'zsh', one),
  )
  for (const place of places) {
    rmSync(folders.seen, { force: true })
    writeFileSync(
      join(home!, '.zshrc'),
      `PS1=; fpath=('${place}' $fpath); autoload -Uz compinit; compinit -u -D
_all() { _main_complete; compstate[insert]=all; compstate[list]= }
zle -C all complete-word _all; bindkey '^T' all\n`,
    )
    const script = `zmodload zsh/zpty && zpty shell zsh -i && zpty -w -n shell "$1" &&
      while zpty -r shell; do :; done`
    execFileSync('zsh', ['-f', '-c', script, 'zsh', TYPED], {
      cwd: folders.work,
      env: { ...folders.env, ZDOTDIR: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const offers = readOffers(folders)
    // If a word is empty and nothing else is possible, zsh offers the flags.
    const words = Object.entries(offers).map(
      ([line, all]) =>
        [line, line.endsWith(' ') ? all.filter((one) => !one.startsWith('-')) : all] as const,
    )
    expect(sort(Object.fromEntries(words)), place).toEqual(sort(OFFERS))
  }
})

test('fish finds the file of the package, and completes each line', () => {
  need('fish')
  const { env, work } = install('fish')
  const script = `for line in $argv; echo "$line:"; complete -C "$line"; echo; end`
  const lines = Object.keys(OFFERS)
  const { stdout, stderr } = spawnSync('fish', ['-c', script, '--', ...lines], {
    cwd: work,
    env,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const offers = stdout
    .split('\n\n')
    .slice(0, -1)
    .map((block, index) => {
      const [title, ...words] = block.split('\n')
      expect(title).toBe(`${lines[index]}:`)
      return [lines[index]!, words.map((word) => toValue(word.split('\t')[0]!))] as const
    })
  expect(sort(Object.fromEntries(offers))).toEqual(sort(OFFERS))
})

test('PowerShell completes commands, flags and values', () => {
  test.skip(findProgram('pwsh') === null, 'pwsh is not installed')
  const offers = {
    'latchkey tok': ['token'],
    'latchkey --json to': ['token'],
    'latchkey --data-dir x --json to': ['token'],
    'latchkey --min-v': ['--min-validity'],
    'latchkey token --acc': ['--account'],
    'latchkey git-credential ': ACTIONS,
    'latchkey headless --log-level w': ['warn'],
    'latchkey headless --log-level=w': ['--log-level=warn'],
  }
  const file = join(ROOT, 'main/assets/completions/latchkey.ps1')
  const script = `. '${file}'; foreach ($line in $env:LINES -split ';') {
    $result = TabExpansion2 -inputScript $line -cursorColumn $line.Length
    ConvertTo-Json -Compress -InputObject @($result.CompletionMatches.CompletionText)
  }`
  const output = execFileSync('pwsh', ['-NoProfile', '-Command', script], {
    encoding: 'utf8',
    env: { ...process.env, LINES: Object.keys(offers).join(';') },
  })
  const lines = output.trim().split(/\r?\n/)
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(Object.values(offers))
})
