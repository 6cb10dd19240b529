// Variables of the environment that make a program run other code than its file's.

import { NODE_OPTIONS } from './script-argument.js'

/** The loader, the C library and OpenSSL read these in every program. */
const EVERY_PROGRAM = /^(LD_.*|GLIBC_TUNABLES|GCONV_PATH|OPENSSL_(CONF|MODULES|ENGINES))$/

/** The first pattern matches names of interpreters, without their versions. */
const INTERPRETERS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^(node|nodejs|electron|bun|deno)$/,
    /^(NODE_PATH|NODE_REPL_EXTERNAL_MODULE|NODE_COMPILE_CACHE|BUN_.*)$/,
  ],
  [
    /^(python|pypy)$/,
    /^PYTHON(PATH|STARTUP|HOME|PLATLIBDIR|USERBASE|INSPECT|BREAKPOINT|EXECUTABLE|WARNINGS|PYCACHEPREFIX)$/,
  ],
  [/^perl$/, /^(PERL5OPT|PERL5LIB|PERLLIB|PERL5DB|PERL5SHELL)$/],
  [/^ruby$/, /^RUBY(OPT|LIB|PATH|SHELL)$/],
  [/^php$/, /^(PHPRC|PHP_INI_SCAN_DIR)$/],
  [/^java$/, /^(JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH)$/],
  [/^(lua|luajit)$/, /^LUA_(INIT|PATH|CPATH)/],
  [/^tclsh$/, /^(TCLLIBPATH|TCL_LIBRARY)$/],
  [
    /^(dotnet|mono)$/,
    /^(DOTNET_(STARTUP_HOOKS|ADDITIONAL_DEPS|SHARED_STORE)|COR(ECLR)?_.*|MONO_.*)$/,
  ],
  [/sh$/, /^(BASH_ENV|ENV|SHELLOPTS|BASHOPTS|BASH_FUNC_.*|PS4|ZDOTDIR)$/],
]

/**
 * True if variables can make a program run other code. Electron apps, and Node programs in one file, read
 * NODE_OPTIONS too, and can't be told from others. So its value counts for every program.
 *
 * @param family The name of the executable without its version, or of the interpreter that it acts as.
 */
export function hasRiskyVariables(
  family: string,
  variables: Readonly<Record<string, string | null>>,
): boolean {
  const own = INTERPRETERS.filter(([names]) => names.test(family)).map(([, risky]) => risky)
  const patterns = [EVERY_PROGRAM, ...own]
  const isRisky = Object.keys(variables).some((name) => patterns.some((risky) => risky.test(name)))
  const nodeOptions = variables['NODE_OPTIONS']?.trim() ?? ''
  return isRisky || !nodeOptions.split(/\s+/).every((one) => one === '' || NODE_OPTIONS.test(one))
}
