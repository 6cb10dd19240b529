// The exit codes of the command line. Part of its contract: scripts act on them.

export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  badUsage: 2,
  noAgent: 3,
  wrongAgent: 4,
  notSignedIn: 5,
  notAllowed: 6,
} as const

export type ExitName = keyof typeof EXIT_CODES

/** What each exit code means, for the help and the manual page. */
export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  ok: 'done',
  failed: 'failed',
  badUsage: 'an argument or a flag is invalid',
  noAgent: 'Latchkey is not running',
  wrongAgent: 'another program answers in place of Latchkey; the command sent nothing',
  notSignedIn: 'nobody is signed in, or the account is not',
  notAllowed: 'you do not allow it, or nobody could be asked',
}

/** Follows the table of all exit codes in the help and the manual page. */
export const OWN_EXITS =
  'headless, diagnose and uninstall-data have exit codes of their own. For them, 3 means that another ' +
  'Latchkey uses the data directory.'
