// Recognizes programs that do what another program tells them to do, by the name of their file.

import { basename, join } from 'node:path'
import { APP_FOLDER } from './app-folder.js'

/** Run scripts. A script's name says more than theirs. */
const INTERPRETERS = [
  'node(js)?|bun|deno|electron|d8|qjs|gjs|cjs|osascript',
  'python|pythonw|pypy|ruby|irb|jruby|truffleruby|perl|raku|php|php-cgi|php-fpm|lua|luajit',
  'java|javaw|jshell|dotnet|mono|groovy|kotlin|scala|clojure',
  'rscript|r|julia|octave|guile|racket|sbcl|swipl|erl|beam\\.smp|elixir|escript|runghc|ghci',
  'tclsh|wish|expect|[gmn]?awk|original-awk|rexx|wscript|cscript|autohotkey',
]

const SHELLS = [
  'sh|r?bash|dash|ash|zsh|[mop]?ksh(93)?|lksh|yash|fish|t?csh|rc|es|nu|xonsh|elvish|oil|osh|ysh',
  'pwsh|powershell|powershell_ise|cmd|busybox|toybox',
]

/** Load addresses, pass on connections, or run the code of any other program. */
const TOOLS = [
  'curl|curlie|wget|aria2c?|https?|xh|httpie|lynx|w3m|e?links|git-remote-https?|fetch|hurl',
  'sshd?|sshd-session|slogin|autossh|dropbear|dbclient|plink|putty',
  'socat|nc|ncat|netcat|nc\\.(openbsd|traditional)|telnet|openssl|gnutls-cli|stunnel|websocat',
  'systemd-socket-proxyd|rinetd|redir|simpleproxy|xinetd|inetd|proxychains',
  'haproxy|nginx|squid|tinyproxy|privoxy|mitmproxy|mitmdump|mitmweb|caddy|envoy|traefik',
  'docker-proxy|rootlessport|slirp4netns|passt?|pasta\\.avx2|passt\\.avx2|gvproxy|wslrelay|kubectl',
  // Our own, in a package: it prints tokens.
  'latchkey',
  'chisel|ngrok|cloudflared|tailscaled|frpc|frps',
  // Run the program that their arguments name.
  'env|xargs|sudo|doas|su|nohup|setsid|timeout|nice|unshare|nsenter|rootlesskit|bwrap|firejail',
  'gdb|lldb|strace|ltrace|qemu-.*|wine|wine(32|64)?-preloader|wine(32|64)|wineserver',
  // The loader of dynamic programs runs any program that its arguments name.
  'ld(-linux.*|-musl.*)?\\.so.*|ld-[\\d.]+\\.so|libc\\.so|libc-[\\d.]+\\.so',
]

const [INTERPRETER, SHELL, TOOL] = [INTERPRETERS, SHELLS, TOOLS].map(
  // A version may follow: python3.12, php8.3, ncat-7, python3.13t-dbg.
  (names) => new RegExp(`^(${names.join('|')})(-?\\d[\\d.]*[a-z]?)?(-dbg)?$`),
) as [RegExp, RegExp, RegExp]

/**
 * Tells what kind of program an executable is, by its name. `tool`: a shell, curl, ssh, a relay or the
 * like, which acts for the program that started it. The list can't be complete: a copy by another name
 * counts as a program.
 */
export function readProgramKind(executable: string): 'program' | 'interpreter' | 'tool' {
  const name = readName(executable)
  if (INTERPRETER.test(name)) return 'interpreter'
  return SHELL.test(name) || TOOL.test(name) ? 'tool' : 'program'
}

/** An installation of the package `latchkey`, or the source tree that this program runs from. */
const OWN_COMMAND_LINE = /[\\/]node_modules[\\/]latchkey[\\/]dist[\\/]main[\\/]cli\.js$/
const HERE = join(APP_FOLDER, 'dist', 'main', 'cli.js')

/** True for the script of Latchkey's own command line, which any program can run to print a token. */
export function isToolScript(script: string): boolean {
  return script === HERE || OWN_COMMAND_LINE.test(script)
}

/** True for interpreters and shells. */
export function runsScripts(executable: string): boolean {
  const name = readName(executable)
  return INTERPRETER.test(name) || SHELL.test(name)
}

/** On macOS and Windows, upper and lower case are the same in names of files. */
function readName(executable: string): string {
  return basename(executable)
    .toLowerCase()
    .replace(/\.(exe|com)$/, '')
}
