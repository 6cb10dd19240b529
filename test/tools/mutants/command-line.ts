// Faults in the command line: which program it talks to, which key it sends, and what scripts are told.

import type { MutatedFile } from '../mutants.js'

export const COMMAND_LINE: readonly MutatedFile[] = [
  {
    file: 'main/cli/find-agent.ts',
    specs: ['test/attack/cli-impostors.spec.ts'],
    faults: [
      {
        name: 'on the Unix socket, the proof of the port will do',
        find: 'port: isPort ? place : SOCKET_PORT',
        replace: 'port: isPort ? place : service.port',
        grep: 'impostor on the Unix socket',
      },
      {
        name: 'a service file of another user is believed',
        find: '(uid === user && (mode',
        replace: '((mode',
      },
      {
        name: 'a service file that the group can write is believed',
        find: '(mode & 0o022) === 0',
        replace: '(mode & 0o002) === 0',
      },
      {
        name: 'a service file that others can write is believed',
        find: '(mode & 0o022) === 0',
        replace: '(mode & 0o020) === 0',
      },
      {
        name: 'a key goes over a socket whose folder is open to others',
        find: 'if (path === null || !isPrivateFolder(dirname(path), false)) return null',
        replace: 'if (path === null) return null',
      },
      {
        name: 'calls without a key take the socket, where nothing is proven',
        find: 'key === null ? null : await connectBySocket(deps, service)',
        replace: 'await connectBySocket(deps, service)',
      },
      {
        name: 'a key is never sent over the socket',
        find: 'key === null ? null : await connectBySocket(deps, service)',
        replace: 'null',
      },
      {
        name: 'another user may listen in place of the agent',
        find: "if (owner === 'other') throw new CliError('wrongAgent', AGENT_MESSAGES.otherUser(service.port))",
        replace: '',
      },
      {
        name: 'a connection whose owner is gone is believed',
        find: "if (proof === null || owner === 'gone') {",
        replace: 'if (proof === null) {',
      },
      {
        name: 'a socket that its owner has closed counts',
        find: "if (!row || row.inode === '0') return 'gone'",
        replace: "if (!row) return 'gone'",
      },
      {
        name: 'a connection that the table does not show counts',
        find: "if (!row || row.inode === '0') return 'gone'",
        replace: "if (!row) return 'untold'\n    if (row.inode === '0') return 'gone'",
      },
      {
        name: 'a table that can’t be read decides nothing',
        find: "  } catch {\n    return 'gone'",
        replace: "  } catch {\n    return 'untold'",
      },
      {
        name: 'the table stays open',
        find: '    table.close()',
        replace: '',
      },
      {
        name: 'every proof is right',
        find: 'if (!isRight(proof, service, challenge)) {',
        replace: 'if (!isRight) {',
      },
      {
        name: 'a service file without a secret needs no proof',
        find: 'return secret !== null && isProof',
        replace: 'return secret === null || isProof',
      },
      {
        name: 'an answer that is no proof is one',
        find: "isObject(content) && typeof content['proof'] === 'string' ? content['proof'] : null",
        replace: "isObject(content) ? String(content['proof'] ?? content['detail']) : null",
      },
    ],
  },
  {
    file: 'main/cli/agent-client.ts',
    specs: ['test/unit/agent-client.spec.ts'],
    faults: [
      {
        name: 'a second connection is opened',
        find: '    if (!isTaken) {\n      isTaken = true\n      return socket\n    }\n',
        replace:
          '    if (isTaken) return new (socket.constructor as typeof Socket)().connect(' +
          "Number(host.split(':')[1]), '127.0.0.1')\n    isTaken = true\n    if (isTaken) return socket\n",
      },
      {
        name: 'a stream is asked for without the key',
        find: 'const answer = await line.send(authorize(call))',
        replace: 'const answer = await line.send(call)',
      },
      {
        name: 'a call is sent without the key',
        find: 'await line.read(await line.send(authorize(call)))',
        replace: 'await line.read(await line.send(call))',
      },
      {
        name: 'the key replaces the other headers',
        find: '{ ...call.headers, Authorization:',
        replace: '{ Authorization:',
      },
      {
        name: 'an error of the agent is an answer',
        find: '      if (status >= 400) throw toError(content)\n',
        replace: '',
      },
      {
        name: 'an error in place of a stream is a stream',
        find: 'if (answer.statusCode! < 400) return answer',
        replace: 'if (answer.statusCode! < 600) return answer',
      },
      {
        name: 'an answer may be endless',
        find: 'if (text.length > MOST_BYTES) throw',
        replace: 'if (text.length < 0) throw',
      },
      {
        name: 'nobody signed in is a failure like others',
        find: "  ['not-signed-in', 'notSignedIn'],\n",
        replace: '',
      },
      {
        name: 'not allowed is a failure like others',
        find: "  ['not-allowed', 'notAllowed'],\n",
        replace: '',
      },
      {
        name: 'another user’s agent is a failure like others',
        find: "  ['other-user', 'notAllowed'],\n",
        replace: '',
      },
      {
        name: 'access that was denied at the provider is a failure like others',
        find: "  ['access-denied', 'notAllowed'],\n",
        replace: '',
      },
    ],
  },
  {
    file: 'main/base/key-form.ts',
    specs: ['test/unit/read-key.spec.ts', 'test/unit/commands-table.spec.ts'],
    faults: [
      {
        name: 'whatever begins as a key is one',
        find: 'new RegExp(`^${KEY}$`)',
        replace: 'new RegExp(`^latchkey_`)',
      },
      {
        name: 'whatever contains a key is one',
        find: 'new RegExp(`^${KEY}$`)',
        replace: 'new RegExp(KEY)',
      },
      {
        name: 'a key as the value of a flag is none',
        find: 'return PART.test(text)',
        replace: 'return WHOLE.test(text)',
      },
    ],
  },
  {
    file: 'main/cli/read-key.ts',
    specs: ['test/unit/read-key.spec.ts'],
    faults: [
      {
        name: 'a key file that the group can use is read',
        find: 'const GROUP_AND_OTHERS = 0o077',
        replace: 'const GROUP_AND_OTHERS = 0o007',
      },
      {
        name: 'a key file that others can use is read',
        find: 'const GROUP_AND_OTHERS = 0o077',
        replace: 'const GROUP_AND_OTHERS = 0o070',
      },
      {
        name: 'a key file that others can only write is read',
        find: 'const GROUP_AND_OTHERS = 0o077',
        replace: 'const GROUP_AND_OTHERS = 0o055',
      },
      {
        name: 'a key file of another user is read',
        find: "  if (uid !== user) throw new CliError('badUsage', USAGE_MESSAGES.keyFileOfOther(path))\n",
        replace: '',
      },
      {
        name: 'a link to a key file is rejected',
        find: 'allowLinks: true,',
        replace: 'allowLinks: false,',
      },
      {
        name: 'a key file is not checked',
        find: '  requirePrivate(path, stats!)\n',
        replace: '',
      },
      {
        name: 'a long file is read as a whole',
        find: 'const MOST_BYTES = 4_096',
        replace: 'const MOST_BYTES = 409_600',
      },
      {
        name: 'the variable counts before the flag',
        find: 'return flag ?? (env[KEY_VARIABLES.file] || undefined)',
        replace: 'return env[KEY_VARIABLES.file] || flag',
      },
      {
        name: 'the key in the variable counts before the file',
        find: 'if (path !== undefined) return toKey',
        replace: 'if (path !== undefined && !env[KEY_VARIABLES.key]) return toKey',
      },
    ],
  },
  {
    file: 'main/cli/parse-command.ts',
    specs: ['test/unit/commands-table.spec.ts'],
    faults: [
      {
        name: 'a key as a flag is a flag like others',
        find: "  if (spelled === '--key') throw badUsage(USAGE_MESSAGES.keyAsArgument)\n",
        replace: '',
      },
      {
        name: 'a flag may lack its value',
        find: 'if (!value) throw badUsage(',
        replace: 'if (value === undefined) throw badUsage(',
      },
      {
        name: 'a switch may have a value',
        find: 'if (joined !== undefined) throw badUsage(USAGE_MESSAGES.switchTakesNoValue(spelled))',
        replace: '',
      },
      {
        name: 'words that no argument takes are ignored',
        find: 'if (extra !== undefined) throw',
        replace: "if (extra === '') throw",
      },
      {
        name: 'an argument may be missing',
        find: 'if (missing) throw',
        replace: 'if (missing && words.length > 0) throw',
      },
    ],
  },
  {
    file: 'main/cli/find-command.ts',
    specs: ['test/unit/commands-table.spec.ts', 'test/unit/latchkey-script.spec.ts'],
    faults: [
      {
        name: 'the value of a flag of a command may be the command',
        find: '  ...COMMANDS.flatMap(({ flags }) =>\n    flags.filter(({ value }) => value !== null)',
        replace:
          '  ...COMMANDS.slice(1, 1).flatMap(({ flags }) =>\n    flags.filter(({ value }) => value !== null)',
      },
      {
        name: 'the value of a setting may be the command',
        find: 'FLAG_NAMES.filter(takesValue)',
        replace: 'FLAG_NAMES.filter(takesValue).slice(1, 1)',
      },
      {
        name: 'in a package, the command line runs programs of their own',
        find: 'return command.takesSettings !== true',
        replace: 'return true',
      },
    ],
  },
  {
    file: 'main/cli/exit-codes.ts',
    specs: ['test/unit/commands-table.spec.ts'],
    faults: [
      {
        name: 'another program in place of the agent is no agent',
        find: 'wrongAgent: 4,',
        replace: 'wrongAgent: 3,',
      },
      {
        name: 'nobody signed in is not allowed',
        find: 'notSignedIn: 5,',
        replace: 'notSignedIn: 6,',
      },
    ],
  },
  {
    file: 'main/cli/events-command.ts',
    specs: ['test/e2e/cli.spec.ts'],
    faults: [
      {
        name: 'a consent that was taken back ends the events like a lost connection',
        find: "      if (event === 'closed') throw new CliError('notAllowed', AGENT_MESSAGES.streamClosed)\n",
        replace: '',
        grep: 'events ends with code 6',
      },
      {
        name: 'the end of the agent is the end of the events without an error',
        find: "    throw new CliError('failed', AGENT_MESSAGES.lost)\n  })",
        replace: '    return null\n  })',
        grep: 'events prints the session now',
      },
    ],
  },
  {
    file: 'main/cli/open-agent.ts',
    specs: ['test/e2e/cli.spec.ts'],
    faults: [
      {
        name: 'a key is sent with every command',
        find: "command.flags.some(({ name }) => name === 'key-file')",
        replace: 'command.flags.length > 0',
        grep: 'a key manages nothing',
      },
      {
        name: 'the flag of a key file is ignored',
        find: "readKey(values['key-file'], env)",
        replace: 'readKey(undefined, env)',
        grep: 'status waits for the answer',
      },
    ],
  },
]
