// Windows command lines, as Electron writes them to the registry and as Windows runs
// them (shell/common/command_line_util_win.cc, CommandLineToArgvW).

/** Formats a program with its arguments like Electron's FormatCommandLineString. */
export function formatCommandLine(path: string, args: readonly string[]): string {
  // Quotes around the whole path are removed before new ones are added.
  const isQuoted = path.length >= 2 && path.startsWith('"') && path.endsWith('"')
  return [isQuoted ? path.slice(1, -1) : path, ...args].map(quote).join(' ')
}

/** AddQuoteForArg: adds quotes if there is a space, a backslash or a quote. */
function quote(arg: string): string {
  if (!/[ \\"]/.test(arg)) return arg
  // Backslashes before a quote, including the last one, are doubled.
  return `"${arg.replaceAll(
    /(\\*)("|$)/g,
    (_whole, slashes: string, end: string) => `${slashes}${slashes}${end === '' ? '' : '\\"'}`,
  )}"`
}

/** Returns the program and the arguments of a command line. */
export function parseCommandLine(line: string): { program: string; args: string[] } {
  // The program's part has no escapes.
  const first = /^\s*(?:"([^"]*)"?|([^\s"]*))/.exec(line)!
  const args: string[] = []
  let rest = line.slice(first[0].length).trimStart()
  while (rest !== '') {
    let arg = ''
    let isInQuotes = false
    let at = 0
    for (; at < rest.length && (isInQuotes || !/[ \t]/.test(rest[at]!)); at += 1) {
      const slashes = /^\\*/.exec(rest.slice(at))![0].length
      if (rest[at + slashes] === '"') {
        arg += '\\'.repeat(Math.floor(slashes / 2))
        at += slashes
        if (slashes % 2 === 1) arg += '"'
        else isInQuotes = !isInQuotes
      } else {
        arg += rest.slice(at, at + Math.max(slashes, 1))
        at += Math.max(slashes, 1) - 1
      }
    }
    args.push(arg)
    rest = rest.slice(at).trimStart()
  }
  return { program: first[1] ?? first[2] ?? '', args }
}
