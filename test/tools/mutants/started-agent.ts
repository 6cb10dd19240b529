// Faults in an agent that a command starts: its log, its variables, and its inspector.

import type { MutatedFile } from '../mutants.js'

const INSPECTOR = ['test/attack/inspector.spec.ts']

export const STARTED_AGENT: readonly MutatedFile[] = [
  {
    file: 'main/cli/headless-log.ts',
    specs: ['test/unit/headless-log.spec.ts'],
    faults: [
      {
        name: 'the log may follow a link that takes its place',
        find: '(constants.O_NOFOLLOW ?? 0)',
        replace: '0',
      },
      {
        name: 'the log may wait for a pipe that takes its place',
        find: '(constants.O_NONBLOCK ?? 0)',
        replace: '0',
        equivalent: 'Linux never waits when it opens a pipe to read and write.',
      },
      {
        name: 'a data directory of another owner gets a log',
        find: "if (thrown instanceof SettingsError) throw new CliError('failed', thrown.message)",
        replace: 'if (thrown instanceof SettingsError) return',
        specs: ['test/e2e/start-agent.spec.ts'],
      },
      {
        name: 'what is in the place of the log is opened before it is looked at',
        find: 'if (found !== undefined) requireOwnFile',
        replace: 'if (found?.isSocket()) requireOwnFile',
      },
      {
        name: 'the opened file is not looked at',
        find: '    requireOwnFile(path, fstatSync(file))\n',
        replace: '',
      },
      {
        name: 'the log keeps what an earlier agent wrote',
        find: '    ftruncateSync(file)\n',
        replace: '',
      },
      { name: 'others can read the log', find: '0o600', replace: '0o644' },
      {
        name: 'a pipe, a device or a folder may be the log',
        find: 'if (!stats.isFile())',
        replace: 'if (stats.isSocket())',
      },
      {
        name: 'a file of another owner may be the log',
        find: 'if (!isOwn || stats.nlink > 1)',
        replace: 'if (!isOwn && stats.nlink > 1)',
        specs: ['test/e2e/start-agent.spec.ts'],
      },
      {
        name: 'a file with a second name may be the log',
        find: 'if (!isOwn || stats.nlink > 1)',
        replace: 'if (!isOwn)',
        specs: ['test/e2e/start-agent.spec.ts'],
      },
      {
        name: 'the first line of a long log is read, not the last',
        find: 'size - bytes.length)',
        replace: '0)',
      },
    ],
  },
  {
    file: 'main/cli/agent-variables.ts',
    specs: ['test/unit/agent-variables.spec.ts'],
    faults: [
      {
        name: 'the agent gets the key of the command',
        find: 'KEYS.has(upper)',
        replace: 'KEYS.has(`${upper}S`)',
      },
      {
        name: 'a key in lower case is passed on',
        find: '!KEYS.has(upper)',
        replace: '!KEYS.has(name)',
      },
      {
        name: 'every variable of Node is passed on',
        find: "(!upper.startsWith('NODE_') || NODE_VARIABLES.has(upper))",
        replace: "(upper !== 'NODE_OPTIONS' || NODE_VARIABLES.has(upper))",
      },
      {
        name: 'a variable of Node in lower case is passed on',
        find: "!upper.startsWith('NODE_')",
        replace: "!name.startsWith('NODE_')",
      },
      {
        name: 'every option of NODE_OPTIONS is passed on',
        find: '.filter((one) => NODE_OPTIONS.test(one))',
        replace: ".filter((one) => NODE_OPTIONS.test(one) || one.startsWith('--'))",
      },
      {
        name: 'no certificates are passed on',
        find: "  'NODE_EXTRA_CA_CERTS',\n",
        replace: '',
      },
      {
        name: 'the folder of modules is passed on',
        find: "  'NODE_NO_WARNINGS',\n",
        replace: "  'NODE_NO_WARNINGS',\n  'NODE_PATH',\n",
      },
    ],
  },
  {
    file: 'main/terminal/no-inspector.ts',
    specs: INSPECTOR,
    faults: [
      {
        name: 'SIGUSR1 opens the inspector',
        find: "process.on('SIGUSR1', () => undefined)",
        replace: '',
      },
      {
        name: 'an inspector of NODE_OPTIONS stays open',
        find: ' close()\n',
        replace: ' void close\n',
      },
      {
        name: 'an inspector of the command line is closed',
        find: 'if (!isWished',
        replace: "if (String(isWished) !== ''",
      },
    ],
  },
]
