// Finds the script that an interpreter runs, in its arguments.

import { basename } from 'node:path'

/** How a family of interpreters reads its arguments. All patterns match whole arguments. */
type Syntax = {
  /** The names of the interpreters, without a version. */
  names: RegExp
  /** Options that neither run other code nor change which script runs. */
  harmless: RegExp
  /** Harmless options whose value is the next argument, and the values that are harmless. */
  withValue?: { option: RegExp; value: RegExp }
  /** What must come before the script, such as `-jar`. */
  before?: RegExp
  /** The scripts that can be recognized. */
  script?: RegExp
}

const ANY = /./s
const NONE = /^(?!)/

/** Options of Node that neither run other code nor change which script runs. */
export const NODE_OPTIONS =
  /^--(enable-source-maps|no-warnings|no-deprecation|pending-deprecation|trace-(warnings|deprecation|uncaught|exit)|throw-deprecation|unhandled-rejections=[\w-]+|(max-old-space-size|max-semi-space-size|stack-size|stack-trace-limit|max-http-header-size)=\d+|expose[-_]gc|use-(system|openssl|bundled)-ca|dns-result-order=\w+|disable-sigusr1|disable-warning=\w+|experimental-strip-types|no-experimental-[\w-]+)$/

const SYNTAXES: readonly Syntax[] = [
  { names: /^(node|nodejs)$/, harmless: NODE_OPTIONS, script: /^(?!(inspect|debug)$)/ },
  { names: /^electron$/, harmless: /^--(no-sandbox|disable-gpu|ozone-platform(-hint)?=\w+)$/ },
  {
    names: /^(bun)$/,
    harmless: /^--(smol|silent)$/,
    // Other names may be commands of Bun, or scripts of a package.
    script: /\.[cm]?[jt]sx?$/,
  },
  {
    names: /^deno$/,
    before: /^run$/,
    harmless:
      /^(-[ANREWSq]+|--allow-[\w-]+(=.*)?|--(quiet|no-prompt|no-check|no-lock|cached-only|no-remote|unstable-[\w-]+))$/,
    script: /^(?!\w+:)/,
  },
  {
    names: /^(python|pypy)$/,
    harmless:
      /^(-[bBdEIOPqsSuv]+|-X(dev|utf8|importtime|faulthandler)|-W(default|error|always|ignore|once))$/,
    withValue: {
      option: /^-[XW]$/,
      value: /^(dev|utf8|importtime|faulthandler|default|error|always|ignore|once)$/,
    },
  },
  { names: /^perl$/, harmless: /^-[wWtTX]+$/ },
  { names: /^ruby$/, harmless: /^(-w|-W[012]?|--(yjit|jit|enable=frozen-string-literal))$/ },
  { names: /^php$/, harmless: /^-[nq]+$/ },
  { names: /^(lua|luajit|tclsh)$/, harmless: /^-[EW]$/ },
  {
    names: /^java$/,
    before: /^-jar$/,
    harmless:
      /^(-Xm[snx]\d+[kKmMgG]?|-Xss\d+[kKmMgG]?|-XX:[+-]Use\w+|-server|-client|-Dfile\.encoding=[\w-]+|-Djava\.awt\.headless=\w+)$/,
  },
  { names: /^dotnet$/, harmless: NONE, script: /\.dll$/i },
  { names: /^mono$/, harmless: NONE, script: /\.exe$/i },
  {
    names: /^([dmopr]?[bak]?sh|bash|dash|zsh|ksh|mksh|yash)$/,
    harmless: /^(-[efhmuvxBE]+|--(posix|norc|noprofile))$/,
    withValue: { option: /^-[efhmuvxBE]*o$/, value: /^(pipefail|errexit|nounset|xtrace)$/ },
  },
]

/**
 * Finds the script in the arguments of an interpreter. Null if the interpreter runs other code, or if any
 * argument before the script is not known to be harmless. A program can rewrite its arguments, so they
 * prove nothing.
 *
 * @param family The interpreter's name; see {@link readFamily}.
 */
export function findScriptArgument(family: string, [, ...args]: readonly string[]): string | null {
  const syntax = SYNTAXES.find(({ names }) => names.test(family))
  if (syntax === undefined) return null
  const script = readScript(syntax, args)
  if (script === undefined || script === '' || script.startsWith('-')) return null
  return (syntax.script ?? ANY).test(script) && !isStream(script) ? script : null
}

/** Returns the first argument after all options. Undefined if there is none, or if an option is unknown. */
function readScript(syntax: Syntax, args: readonly string[]): string | undefined {
  const { harmless, before, withValue: { option, value } = { option: NONE, value: NONE } } = syntax
  let isComplete = before === undefined
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at]!
    if (!isComplete && before?.test(argument)) isComplete = true
    else if (option.test(argument)) {
      at += 1
      if (!value.test(`${args[at]}`)) return undefined
    } else if (argument === '--') return isComplete ? args[at + 1] : undefined
    else if (!harmless.test(argument)) return isComplete ? argument : undefined
  }
  return undefined
}

/** Reads the name of an executable, without its folder and its version. */
export function readFamily(executable: string): string {
  return basename(executable.replace(/ \(deleted\)$/, '')).replace(/-?\d[\d.]*[a-z]?(-dbg)?$/, '')
}

/** True for standard input and for pipes, which aren't files. */
function isStream(script: string): boolean {
  return /^\/(dev|proc)(\/|$)/.test(script)
}
