// Faults in the settings and commands about apps: what may be allowed, by whom, and what is shown.

import type { MutatedFile } from '../mutants.js'

const COMMANDS = ['test/unit/terminal-consents.spec.ts']

export const TERMINAL: readonly MutatedFile[] = [
  {
    file: 'main/base/program-kind.ts',
    specs: ['test/unit/program-kind.spec.ts'],
    faults: [
      {
        name: 'a shell is a program',
        find: "return SHELL.test(name) || TOOL.test(name) ? 'tool' : 'program'",
        replace: "return TOOL.test(name) ? 'tool' : 'program'",
      },
      {
        name: 'curl and ssh are programs',
        find: "return SHELL.test(name) || TOOL.test(name) ? 'tool' : 'program'",
        replace: "return SHELL.test(name) ? 'tool' : 'program'",
      },
      {
        name: 'an interpreter with a version is a program',
        find: '(-?\\\\d[\\\\d.]*[a-z]?)?(-dbg)?$`',
        replace: '$`',
      },
      {
        name: 'the name of a tool in upper case is a program',
        find: '    .toLowerCase()\n',
        replace: '',
      },
      {
        name: 'a name that begins as a tool is a tool',
        find: '(-dbg)?$`',
        replace: '(-dbg)?`',
      },
    ],
  },
  {
    file: 'main/settings/consent-settings.ts',
    specs: ['test/unit/consent-settings.spec.ts'],
    faults: [
      {
        name: 'an interpreter or a shell may be allowed by its path',
        find: 'if (isTool) problems.push',
        replace: 'if (isTool && !isFile(path)) problems.push',
      },
      {
        name: 'a link to a shell may be allowed',
        find: '[path, followLinks(path)].some',
        replace: '[path].some',
      },
      {
        name: 'a link that has the name of a shell may be allowed',
        find: '[path, followLinks(path)].some',
        replace: '[followLinks(path)].some',
      },
      {
        name: 'the core gets the path of a link',
        find: 'allow: allow.map(followLinks)',
        replace: 'allow',
      },
      {
        name: 'consent is asked for even if it is off',
        find: 'mode: consent,',
        replace: "mode: consent && 'ask',",
      },
    ],
  },
  {
    file: 'main/settings/options.ts',
    specs: [
      'test/unit/misplaced-secrets.spec.ts',
      'test/unit/options.spec.ts',
      'test/unit/consent-settings.spec.ts',
    ],
    faults: [
      {
        name: 'a secret in the place of its file is shown as a path',
        find: " || path.startsWith('.') || existsSync(path)",
        replace: " || path !== '' || existsSync(path)",
      },
      {
        name: 'a variable or the file may allow a path that depends on the current folder',
        find: 'listOf(text.refine(isAbsolute)).after(toPaths)',
        replace: 'listOf(text.transform((path) => resolve(path))).after(toPaths)',
        grep: 'allow|current folder',
      },
      {
        name: 'no consent is needed unless it is asked for',
        find: "    fallback: 'ask',\n",
        replace: "    fallback: 'off',\n",
        grep: 'consent',
      },
    ],
  },
  {
    file: 'main/agent/named-key.ts',
    specs: COMMANDS,
    faults: [
      {
        name: 'a key may have any name',
        find: 'if (!KEY_NAME.test(name)) return',
        replace: 'if (name === "") return',
      },
      {
        name: 'a key may be for a scope that was not granted',
        find: 'scopes.find((scope) => !granted.includes(scope))',
        replace: 'scopes.find((scope) => granted.includes(scope) && scope === "")',
      },
      {
        name: 'a key for some scopes is for all',
        find: 'scopes.length === 0 ? null :',
        replace: 'scopes.length < 9 ? null :',
      },
      {
        name: 'two keys may have one name',
        find: 'if (isTaken) return',
        replace: 'if (isTaken && name === "") return',
      },
    ],
  },
  {
    file: 'main/terminal/typed-consent-commands.ts',
    specs: COMMANDS,
    faults: [
      {
        name: 'any ID allows the app that asks',
        find: 'if (question?.id !== id) return',
        replace: 'if (question === null) return',
      },
      {
        name: 'an app that can only be allowed once is asked about for good',
        find: 'if (onlyOnce !== null) return failed(onlyOnce)',
        replace: "if (onlyOnce === '') return failed(onlyOnce)",
      },
      {
        name: 'allow allows for good',
        find: "agent.consents.answer(id, how === ALWAYS ? 'always' : 'once')",
        replace: "agent.consents.answer(id, 'always')",
      },
      {
        name: 'another word than always allows once',
        find: 'if (how !== undefined && how !== ALWAYS) return',
        replace: 'if (how === "") return',
      },
      {
        name: 'a key is for the default account, whatever account is named',
        find: 'if (others.length === 0) return { account: named, scopes }',
        replace: 'if (others.length === 0) return { account, scopes }',
      },
      {
        name: 'S48: what cannot be forgotten is echoed whole',
        find: "if (found.kind === 'none') return failed(ANSWERS.noApp(excerpt(typed)))",
        replace: "if (found.kind === 'none') return failed(ANSWERS.noApp(typed))",
      },
    ],
  },
  {
    file: 'main/terminal/mistyped.ts',
    specs: COMMANDS,
    faults: [
      {
        name: 'a secret that was typed by mistake is shown',
        find: ' && excerpt(meant) === meant',
        replace: '',
      },
      {
        name: 'a flag is left out with its value',
        find: 'mark === -1 ? [] : [word.slice(mark + 1)]',
        replace: '[]',
      },
      {
        name: 'a flag is part of the command that is meant',
        find: 'if (!isFlag(word)) return [word]',
        replace: 'if (!isFlag(word) || word.length > 0) return [word]',
      },
      {
        name: 'nobody is told that flags are not for typed commands',
        find: 'words.some(isFlag)',
        replace: 'words.every(isFlag)',
      },
      {
        name: 'the words of a shell are not understood',
        find: 'while (plain.length > 1 &&',
        replace: 'while (plain.length > 99 &&',
      },
      {
        name: 'a command with too many words is shown',
        find: 'others.length)',
        replace: 'others.length * 0)',
      },
    ],
  },
  {
    file: 'main/terminal/typed-account-commands.ts',
    specs: COMMANDS,
    faults: [
      {
        name: 'every sign-out forgets the apps',
        find: 'const forgetsApps = words.at(-1) === FORGET',
        replace: 'const forgetsApps = true',
        grep: 'sign-out forgets',
      },
      {
        name: 'a sign-out of all accounts forgets no apps',
        find: 'signOutEverywhere(agent, { forgetsApps })',
        replace: 'signOutEverywhere(agent, { forgetsApps: false })',
        grep: 'sign-out forgets',
      },
      {
        name: 'a word too many after sign-out is ignored',
        find: 'if (extra !== undefined) return failed(ANSWERS.signOutHow)',
        replace: '',
        grep: 'sign-out forgets',
      },
    ],
  },
  {
    file: 'main/present/consent-words.ts',
    specs: ['test/unit/consent-words.spec.ts', ...COMMANDS],
    faults: [
      {
        name: 'S48: the name of a program is shown as it is',
        find: 'name === null ? CONSENT_WORDS.unknownApp : printable(name)',
        replace: 'name === null ? CONSENT_WORDS.unknownApp : name',
      },
      {
        name: 'S48: the path of a program is shown as it is',
        find: 'Array.from(printable(path))',
        replace: 'Array.from(path)',
      },
      {
        name: 'S48: the names of the programs above are shown as they are',
        find: 'startedBy.map(printable)',
        replace: 'startedBy',
      },
      {
        name: 'the end of a long path is left out',
        find: "[...start, '…', ...end]",
        replace: "[...start, '…']",
      },
      {
        name: 'why Latchkey is not sure is left out',
        find: '[CONSENT_WORDS.grades[grade], ...doubts.map((doubt) => CONSENT_WORDS.doubts[doubt])]',
        replace: '[CONSENT_WORDS.grades[grade], ...doubts.slice(9)]',
      },
    ],
  },
  {
    file: 'main/present/app-entries.ts',
    specs: COMMANDS,
    faults: [
      {
        name: 'the account of another person is named',
        find: 'isSameOwner(session, owner) && session.account.sub === account.sub',
        replace: 'isSameOwner(session, owner)',
      },
    ],
  },
  {
    file: 'main/terminal/consent-json.ts',
    specs: COMMANDS,
    faults: [
      {
        name: 'a question has no grade',
        find: '    grade,\n    account: toListedAccount(account),\n    purpose,',
        replace:
          "    grade: grade && 'seen',\n    account: toListedAccount(account),\n    purpose,",
      },
    ],
  },
]
