// Faults in the local service: who is answered, and what they may ask for.

import type { MutatedFile } from '../mutants.js'

const REQUESTS = 'test/attack/api.spec.ts'
const OTHER_USERS = 'test/attack/other-users.spec.ts'

const GUARD_TABLE = 'test/attack/guard-table.spec.ts'

const CALLERS = 'test/unit/callers.spec.ts'

const API_SIGN_INS = [
  'test/unit/api-sign-ins.spec.ts',
  'test/unit/abandoned.spec.ts',
  'test/unit/authorization-link.spec.ts',
]

export const SERVICE: readonly MutatedFile[] = [
  {
    file: 'main/api/guard.ts',
    specs: [REQUESTS],
    faults: [
      {
        name: 'the Unix socket serves calls without a key',
        find: 'if (isOpenCall(request) || !deps.isSocketCall(request)) return null',
        replace: 'return null',
        specs: ['test/api/unix-socket.spec.ts'],
      },
      {
        name: 'the Unix socket serves any Host',
        find: "if (LOOPBACK_HOSTS.includes(host.toLowerCase().replace(PORT, ''))) return null",
        replace: 'return null',
        specs: ['test/api/unix-socket.spec.ts'],
      },
      {
        name: 'any Host is ours',
        find: 'if (allowed.includes(hosts[0]!.toLowerCase())) return null',
        replace: 'if (allowed.length > 0) return null',
        grep: 'S20',
      },
      {
        name: 'a Host that begins as ours is ours',
        find: 'if (allowed.includes(hosts[0]!.toLowerCase())) return null',
        replace: 'if (allowed.some((one) => hosts[0]!.toLowerCase().startsWith(one))) return null',
        grep: 'S20',
      },
      {
        name: 'a Host that ends as ours is ours',
        find: 'if (allowed.includes(hosts[0]!.toLowerCase())) return null',
        replace: 'if (allowed.some((one) => hosts[0]!.toLowerCase().endsWith(one))) return null',
        grep: 'S20',
      },
      {
        name: 'Host may have another port',
        find: 'if (allowed.includes(hosts[0]!.toLowerCase())) return null',
        replace:
          "if (allowed.map((one) => one.replace(/\\d+$/, '')).some((one) => hosts[0]!.toLowerCase().startsWith(one))) return null",
        grep: 'S20',
      },
      {
        name: 'Host may have no port',
        find: 'port === HTTP_PORT ? [`${host}:${port}`, host] : [`${host}:${port}`]',
        replace: 'port === HTTP_PORT ? [] : [`${host}:${port}`, host]',
        grep: 'S20',
      },
      {
        name: 'the first of several Hosts counts',
        find: "if (target.startsWith('/') && hosts.length === 1) return null",
        replace: "if (target.startsWith('/') && hosts.length >= 1) return null",
        grep: 'S20',
      },
      {
        name: 'a target may be a whole URL',
        find: "if (target.startsWith('/') && hosts.length === 1) return null",
        replace: 'if (hosts.length === 1) return null',
        grep: 'S20',
      },
      {
        name: 'Host must be in small letters',
        find: 'hosts[0]!.toLowerCase()',
        replace: 'hosts[0]!',
        grep: 'S20',
      },
      {
        name: 'a page of any origin may open a WebSocket',
        find: 'origin === `http://${hosts[0]}`',
        replace: 'origin.length > 0',
        specs: [GUARD_TABLE],
      },
      {
        name: 'our own origin may be sent with every request',
        find: 'return stream !== null && isOwn ?',
        replace: 'return isOwn ?',
        specs: [GUARD_TABLE],
      },
      {
        name: 'any page is answered',
        find: 'isPrefetch(request) || (!isFormPost && isFromOtherPage(call))',
        replace: 'isPrefetch(request)',
        grep: 'S21',
      },
      {
        name: 'Origin is not looked at',
        find: 'return readOrigins(request).length > 0 || isCrossSite(request)',
        replace: 'return isCrossSite(request)',
        grep: 'S21',
      },
      {
        name: 'the Origin null is not looked at',
        find: 'return readOrigins(request).length > 0 || isCrossSite(request)',
        replace:
          "return readOrigins(request).some((origin) => origin !== 'null') || isCrossSite(request)",
        grep: 'S21',
      },
      {
        name: 'Sec-Fetch-Site is not looked at',
        find: "return sites.some((site) => site !== 'none' && site !== 'same-origin')",
        replace: 'return sites.length > 99',
        grep: 'S21',
      },
      {
        name: 'a page of the same site is answered',
        find: "site !== 'none' && site !== 'same-origin'",
        replace: "site === 'cross-site'",
        grep: 'S21',
      },
      {
        name: 'a prefetch is answered',
        find: '(isPrefetch(request) || (!isFormPost',
        replace: '((!isFormPost',
        grep: 'S44|prefetch|S21',
      },
      {
        name: 'a prefetch by Sec-Purpose is answered',
        find: "['sec-purpose', 'purpose']",
        replace: "['purpose']",
        grep: 'S44|prefetch|S21',
      },
      {
        name: 'a prefetch by Purpose is answered',
        find: "['sec-purpose', 'purpose']",
        replace: "['sec-purpose']",
        grep: 'S44|prefetch|S21',
      },
      {
        name: 'the address bar gets everything',
        find: 'if (isFormPost || !isFromAddressBar(request)) return null',
        replace: 'if (Boolean(1)) return null',
        grep: 'S44',
      },
      {
        name: 'the address bar gets what is not public',
        find: 'return isRead && isPublic(path) ? null',
        replace: 'return isRead ? null',
        grep: 'S44',
      },
      {
        name: 'every path is public',
        find: "return path.startsWith('/.well-known/') || path === '/openapi.json'",
        replace: "return path.startsWith('/')",
        grep: 'S44',
      },
      {
        name: 'whose connection it is is not asked',
        find: 'if (isOpenCall(request) || deps.isOurs(request)) return null',
        replace: 'if (isOpenCall(request) || Boolean(1)) return null',
        specs: [OTHER_USERS],
        grep: 'S25: the service',
      },
      {
        name: 'other users may read everything',
        find: 'if (isOpenCall(request) || deps.isOurs(request)) return null',
        replace: "if (request.method === 'GET' || deps.isOurs(request)) return null",
        specs: [OTHER_USERS],
        grep: 'S25: the service',
      },
      {
        name: 'other users may write at open paths',
        find: 'if (isOpenCall(request) || deps.isOurs(request)) return null',
        replace:
          "if (isOpenRoute(findPath(readPath(request.url ?? ''))?.methods.get('GET')) || deps.isOurs(request)) return null",
        specs: [OTHER_USERS],
        grep: 'S25: the service',
      },
      {
        name: 'every post is the provider’s form',
        find: "request.method === 'POST' && path === FORM_POST_PATH",
        replace: "request.method === 'POST'",
        grep: 'S21|S44',
      },
      {
        name: 'a page may read the path of the form',
        find: "const isFormPost = request.method === 'POST' && path === FORM_POST_PATH",
        replace: 'const isFormPost = path === FORM_POST_PATH',
        grep: 'S21|form',
      },
      {
        name: 'only the first of several headers counts',
        find: '    values.push(rawHeaders[index + 1]!)\n',
        replace: '    if (values.length === 0) values.push(rawHeaders[index + 1]!)\n',
        grep: 'S20|S21',
      },
    ],
  },
  {
    file: 'main/api/endpoints.ts',
    specs: [REQUESTS],
    faults: [
      {
        name: 'a path may be read in two ways',
        find: 'return mark === -1 ? target : target.slice(0, mark)',
        replace:
          "return target.startsWith('/') ? new URL(`http://localhost${target}`).pathname : target",
        grep: 'S44',
      },
      {
        name: 'a path may hold escapes',
        find: 'return mark === -1 ? target : target.slice(0, mark)',
        replace: "return unescape(target.split('?')[0]!)",
        grep: 'S44',
      },
    ],
  },
  {
    file: 'main/api/check-caller.ts',
    specs: ['test/unit/server.spec.ts'],
    faults: [
      {
        name: 'a stranger’s pipelined requests pile up',
        find: '    if (waiting.has(socket) && !connections.learnNow(socket)) return void socket.destroy()\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/api/stream-request.ts',
    specs: ['test/api/streams.spec.ts'],
    faults: [
      {
        name: 'every upgrade is taken for a WebSocket',
        find: "method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'",
        replace: "method === 'GET'",
      },
      {
        name: 'a request with a body is taken for a WebSocket',
        find: "method === 'GET' && headers.upgrade",
        replace: "method !== '' && headers.upgrade",
      },
    ],
  },
  {
    file: 'main/api/upgrade.ts',
    specs: [GUARD_TABLE],
    faults: [
      {
        name: 'a WebSocket is opened before the guard',
        find: 'if (problem !== null) return rejectRequest(createResponse(request), problem)',
        replace: 'void problem',
      },
      {
        name: 'an expectation is met before a WebSocket opens',
        find: 'if (request.headers.expect !== undefined) {',
        replace: 'if (request.headers.expect === "") {',
      },
      {
        name: 'a WebSocket opens in the middle of an answer',
        find: 'socket.destroyed || !deps.connections.markStream(socket)',
        replace: 'socket.destroyed || (deps.connections.markStream(socket), false)',
        specs: ['test/api/streams.spec.ts'],
      },
    ],
  },
  {
    file: 'main/api/web-sockets.ts',
    specs: ['test/api/streams.spec.ts'],
    faults: [
      {
        name: 'a frame may have any size',
        find: 'maxPayload: MOST_PAYLOAD_BYTES',
        replace: 'maxPayload: 0',
      },
      {
        name: 'frames are compressed',
        find: 'perMessageDeflate: false',
        replace: 'perMessageDeflate: true',
      },
      {
        name: 'the end has no code',
        find: "ending: [1001, 'Latchkey ends']",
        replace: "ending: [1000, '']",
      },
    ],
  },
  {
    file: 'main/api/subscribers.ts',
    specs: ['test/unit/subscribers.spec.ts'],
    faults: [
      {
        name: 'every text waits for a slow program',
        find: '  if (subscriber.sendingSinceMs === null) sendNext(subscriber, now)',
        replace: '  sendNext(subscriber, now)',
      },
      {
        name: 'a slow program is never dropped',
        find: 'now() - subscriber.sendingSinceMs >= slowAfterMs',
        replace: 'now() - subscriber.sendingSinceMs > Infinity',
      },
      {
        name: 'any number of programs may follow',
        find: 'onAllClosed === null && held.size < most',
        replace: 'onAllClosed === null && held.size <= most',
      },
      {
        name: 'a program that does not close its side is kept',
        find: 'const giveUp = setTimeout(() => outlet.destroy(), timeoutMs)',
        replace: 'const giveUp = setTimeout(() => undefined, timeoutMs)',
      },
      {
        name: 'the same text is sent again',
        find: 'subscriber.next = text === subscriber.last ? null : text',
        replace: 'subscriber.next = text',
      },
    ],
  },
  {
    file: 'main/api/streams.ts',
    specs: ['test/api/streams.spec.ts'],
    faults: [
      {
        name: 'an account whose session has ended is sent',
        find: "account?.kind === 'signed-in' ?",
        replace: 'account ?',
      },
      {
        name: 'taking consent back leaves the stream open',
        find: "onTakenBack: () => subscription.close('not-allowed')",
        replace: 'onTakenBack: () => undefined',
      },
    ],
  },
  {
    file: 'main/api/service-ports.ts',
    specs: ['test/api/pkce.spec.ts'],
    faults: [
      {
        name: 'a port that was chosen is not the only one',
        find: 'if (wantedPort !== null || !documented.includes(port)) {',
        replace: 'if (!documented.includes(port) && wantedPort === null) {',
        grep: 'with --port',
      },
      {
        name: 'the service is not where plugins look',
        find: 'const second = await bind(plugins).catch(ignoreTaken)',
        replace: 'const second = await bind([1]).catch(ignoreTaken)',
        grep: 'without --port',
      },
    ],
  },
  {
    file: 'main/api/connections.ts',
    specs: ['test/unit/socket-owner.spec.ts'],
    faults: [
      {
        name: 'connections of nobody known pile up',
        find: '      if (unknown.size <= MOST_UNKNOWN) return\n',
        replace: '      if (unknown.size > 0) return\n',
      },
      {
        name: 'strangers stay connected',
        find: '    else socket.destroy()\n',
        replace: '',
      },
      {
        name: 'a stranger who has asked is not told that it is refused',
        find: 'else if (requests.has(socket)) strangers.add(socket)\n    else socket.destroy()',
        replace: 'else socket.destroy()',
        specs: ['test/unit/socket-owner.spec.ts', OTHER_USERS],
        grep: 'S40|S25',
      },
      {
        name: 'strangers that have asked pile up',
        find: '  for (const oldest of [...strangers].slice(0, tooMany)) drop(held, oldest)\n',
        replace: '',
      },
      {
        name: 'an owner that cannot be read is taken for ours',
        find: "    if (owner.kind === 'unreadable') continue\n",
        replace: "    if (owner.kind === 'unreadable') ours.add(socket)\n",
      },
      {
        name: 'strangers are ours',
        find: 'if (isOwnedBy(user, owner)) ours.add(socket)',
        replace: 'if (isOwnedBy(user, owner) || Boolean(1)) ours.add(socket)',
      },
      {
        name: 'one’s own connections pile up',
        find: '  makeRoom(held, most)\n',
        replace: '',
      },
      {
        name: 'while owners cannot be read the unknown pile up',
        find: 'for (const oldest of unreadable.slice(0, excess)) drop(held, oldest)',
        replace: 'void drop',
      },
    ],
  },
  {
    file: 'main/net/socket-owner.ts',
    specs: ['test/unit/socket-owner.spec.ts'],
    faults: [
      {
        name: 'an unreadable table lets everybody in',
        find: "    case 'gone':\n    case 'unreadable':\n      return false",
        replace: "    case 'gone':\n      return false\n    case 'unreadable':\n      return true",
      },
      {
        name: 'who is gone is let in',
        find: "    case 'gone':\n    case 'unreadable':\n      return false",
        replace: "    case 'gone':\n      return true\n    case 'unreadable':\n      return false",
      },
      {
        name: 'a failed reading counts as no table',
        find: "keep(asked, table.findPeers(asked.map(toPeer)))\n      } catch {\n        return listOwners(sockets, { kind: 'unreadable' })",
        replace:
          "keep(asked, table.findPeers(asked.map(toPeer)))\n      } catch {\n        return listOwners(sockets, { kind: 'untold' })",
      },
      {
        name: 'every user is this one',
        find: 'return user === null || owner.uid === user || owner.uid === ROOT',
        replace: 'return user === null || owner.uid >= ROOT',
      },
      {
        name: 'root is a stranger',
        find: ' || owner.uid === ROOT',
        replace: '',
      },
      {
        name: 'only root is let in',
        find: ' || owner.uid === user ||',
        replace: ' ||',
      },
      {
        name: 'what its owner has closed is root’s',
        find: "const isGone = !row || row.inode === '0'",
        replace: 'const isGone = !row',
      },
      {
        name: 'an owner that was found is looked for again',
        find: '.filter((socket) => !known.has(socket))',
        replace: '.filter((socket) => known.has(socket) || Boolean(1))',
      },
      {
        name: 'each connection is looked up by itself',
        find: 'if (asked.length > 0) await readNext()',
        replace:
          'if (asked.length > 0) keep(asked, await table!.findPeersAsync(asked.map(toPeer)))',
      },
      {
        name: 'a failed reading is remembered',
        find: 'keep(asked, table.findPeers(asked.map(toPeer)))\n      } catch {\n',
        replace:
          "keep(asked, table.findPeers(asked.map(toPeer)))\n      } catch {\n        for (const { socket } of asked) known.set(socket, { kind: 'unreadable' })\n",
      },
      {
        name: 'rows are given to other sockets',
        find: 'toOwner(rows[index])',
        replace: 'toOwner(rows[rows.length - 1 - index])',
      },
    ],
  },
  {
    file: 'main/net/proc-net-tcp.ts',
    specs: ['test/unit/socket-owner.spec.ts', OTHER_USERS],
    faults: [
      {
        name: 'any error counts as no table',
        find: "if (readErrno(thrown) === 'ENOENT') return null\n    throw thrown",
        replace: "if (readErrno(thrown) !== '') return null\n    throw thrown",
      },
      {
        name: 'one missing table counts as both',
        find: 'if (missing.length === FAMILIES.length) return null',
        replace: 'if (missing.length > 0) return null',
      },
      {
        name: 'a table that cannot be opened at the start counts as missing',
        find: 'return false // Tried again when it is needed, and refused until then.',
        replace: 'return true',
      },
      {
        name: 'who only tries to connect is an owner',
        find: 'if (inode !== undefined && CONNECTED.has(state!)) return',
        replace: 'if (inode !== undefined && CONNECTED.size > 0) return',
        specs: [OTHER_USERS, 'test/unit/socket-owner.spec.ts', 'test/unit/proc-net-tcp.spec.ts'],
      },
      {
        name: 'this end’s row is taken for the other end’s',
        find: '`: ${entry(prefix + remoteAddress, remotePort)} ${entry(prefix + localAddress, localPort)}`',
        replace:
          '`: ${entry(prefix + localAddress, localPort)} ${entry(prefix + remoteAddress, remotePort)}`',
        specs: [OTHER_USERS],
      },
      {
        name: 'the port alone names the other end',
        find: ' ${entry(prefix + localAddress, localPort)}`',
        replace: '`',
        specs: [OTHER_USERS],
      },
      {
        name: 'the other table is not looked at for IPv4',
        find: "if (isV6 && family === 'tcp') return null",
        replace: "if (isV6 !== (family === 'tcp6')) return null",
        specs: [OTHER_USERS, 'test/unit/proc-net-tcp.spec.ts'],
      },
      {
        name: 'a row that slipped is not looked for again',
        find: 'const again = (yield* findEach(missed, files)).values()',
        replace: 'const again = (yield* findEach([], files)).values()',
        specs: ['test/unit/proc-net-tcp.spec.ts'],
      },
      {
        name: 'a table is read in one piece only',
        find: '    rest = text.slice(end)\n',
        replace: "    rest = ''\n",
        specs: ['test/unit/proc-net-tcp.spec.ts'],
      },
    ],
  },
  {
    file: 'main/net/caller.ts',
    specs: ['test/unit/caller.spec.ts'],
    faults: [
      {
        name: 'who is not seen is like everybody',
        find: "if (one.kind !== 'seen' || other.kind !== 'seen') return false",
        replace: "if (one.kind !== 'seen' || other.kind !== 'seen') return true",
      },
      {
        name: 'a reused process ID is the same program',
        find: ' && one.startedAtTicks === other.startedAtTicks',
        replace: '',
      },
      {
        name: 'any executable is the same program',
        find: 'first.executable.path === second.executable.path',
        replace: 'first.executable.path !== ""',
      },
      {
        name: 'scripts of one interpreter count as one program',
        find: ' &&\n    first.script?.path === second.script?.path',
        replace: '',
      },
    ],
  },
  {
    file: 'main/net/callers.ts',
    specs: [CALLERS],
    faults: [
      {
        name: 'a caller is looked up once and for all',
        find: 'if (found.facts === null || !isUnchanged(found.facts)) return false',
        replace: 'if (found.facts === null) return false',
        grep: 'is found as the other program',
      },
      {
        name: 'another program in the same process is not noticed',
        find: '      now.image === image.image &&\n',
        replace: '',
        grep: 'is noticed even if the other program has the same executable',
      },
      {
        name: 'a caller that must be looked up again is taken from memory',
        find: 'if (found && !isFresh && isCurrent(found, now())) return',
        replace: 'if (found && isCurrent(found, now())) return',
        grep: 'is found as the other program',
      },
      {
        name: 'doubts are dropped',
        find: 'doubts.length === 0',
        replace: 'doubts.length >= 0',
        grep: 'calls itself by the path of another',
      },
      {
        name: 'several holders count as not found',
        find: 'holders !== null && holders.count > 1',
        replace: 'holders !== null && holders.count > 2',
        grep: 'several processes hold',
      },
      {
        name: 'a process that called before keeps its label for new connections',
        find: 'nowMs - lookedUpAtMs <= LOOK_UP_INTERVAL_MS &&',
        replace: 'nowMs - lookedUpAtMs >= 0 &&',
        grep: 'a process that called within ten seconds',
      },
      {
        name: 'a process that called before may run another program',
        find: 'return isUnchanged(facts) ?',
        replace: 'return facts.pid > 0 ?',
        grep: 'now runs another program',
      },
    ],
  },
  {
    file: 'main/net/quick-holder.ts',
    specs: [CALLERS],
    faults: [
      {
        name: 'relatives of a process that called before are not looked at',
        find: 'return !isHeld && ',
        replace: 'return (!isHeld || isHeld) && ',
        grep: 'shares its new connection',
      },
    ],
  },
  {
    file: 'main/net/process-facts.ts',
    specs: [CALLERS],
    faults: [
      {
        name: 'the first holder of several is the caller',
        find: 'first === undefined || found.length > 1',
        replace: 'first === undefined',
        grep: 'several processes hold',
      },
      {
        name: 'children of a known process are not looked at',
        find: 'return [parent, ...children].filter',
        replace: 'return [parent].filter',
        grep: 'shares the connection later',
      },
      {
        name: 'all namespaces are ours',
        find: "['ns/mnt', 'ns/user', 'root'].some(",
        replace: '[].some(',
        grep: 'namespace of its own',
      },
      {
        name: 'debuggers are not noticed',
        find: 'isTraced: !/^TracerPid',
        replace: 'isTraced: /^NoTracerPid',
        grep: 'if a debugger is attached',
      },
      {
        name: 'empty variables count',
        find: '/^([^=]+)=(.+)$/s',
        replace: '/^([^=]+)=(.*)$/s',
        grep: 'may have an empty variable',
      },
    ],
  },
  {
    file: 'main/net/describe-process.ts',
    specs: [CALLERS],
    faults: [
      {
        name: 'a replaced executable is not noticed',
        find: 'executable?.file !== file || isScriptNewer',
        replace: 'isScriptNewer',
        grep: 'executable is replaced or deleted',
      },
      {
        name: 'a replaced script is not noticed',
        find: 'executable?.file !== file || isScriptNewer',
        replace: 'executable?.file !== file',
        grep: 'script is replaced',
      },
      {
        name: 'a script is looked for in our own folder',
        find: 'resolve(facts.cwd, argument)',
        replace: 'resolve(argument)',
        grep: 'from the folder of its process',
      },
      {
        name: 'an interpreter needs no script',
        find: 'needsScript && script === null',
        replace: 'needsScript && facts.cwd === null',
        grep: 'calls itself by the path of another',
      },
      {
        name: 'another user in the process is not noticed',
        find: 'facts.uid !== uid',
        replace: 'facts.uid < 0 && uid < 0',
        grep: 'now runs as another user',
      },
    ],
  },
  {
    file: 'main/net/risky-variables.ts',
    specs: [CALLERS],
    faults: [
      {
        name: 'the loader may load other code',
        find: '/^(LD_.*|',
        replace: '/^(',
        grep: 'LD_PRELOAD is in the environment',
      },
      {
        name: 'NODE_OPTIONS may load other code',
        find: 'return isRisky || !nodeOptions',
        replace: "return isRisky || nodeOptions === '-' && !nodeOptions",
        grep: 'is in the environment of a Node script',
      },
    ],
  },
  {
    file: 'main/net/script-argument.ts',
    specs: ['test/unit/script-argument.spec.ts'],
    faults: [
      {
        name: 'unknown options before a script are ignored',
        find: 'else if (!harmless.test(argument)) return',
        replace: "else if (!argument.startsWith('-')) return",
      },
      {
        name: 'a pipe is a script',
        find: '.test(script) && !isStream(script)',
        replace: '.test(script)',
      },
      {
        name: 'the value of an option is not looked at',
        find: 'if (!value.test(`${args[at]}`)) return undefined',
        replace: 'if (at > args.length) return undefined',
      },
    ],
  },
  {
    file: 'main/api/named-provider.ts',
    specs: ['test/unit/seed-checks.spec.ts', 'test/unit/named-provider.spec.ts'],
    faults: [
      {
        name: 'any client will do',
        find: 'providers.some((one) => clientId === one.clientId)) return',
        replace: "clientId !== '') return",
      },
      {
        name: 'a client ID that begins alike will do',
        find: 'providers.some((one) => clientId === one.clientId)) return',
        replace: 'providers.some((one) => clientId.startsWith(one.clientId))) return',
      },
      {
        name: 'the client is not checked',
        find: '  if (clientId !== undefined) checkClient(deps, clientId)\n',
        replace: '',
      },
      {
        name: 'any domain will do',
        find: 'if (domain !== endpoint) throw mismatch',
        replace: 'if (domain === endpoint + endpoint) throw mismatch',
      },
      {
        name: 'a domain that begins as the endpoint will do',
        find: 'if (domain !== endpoint) throw mismatch',
        replace: 'if (!domain.startsWith(endpoint)) throw mismatch',
      },
      {
        name: 'a domain that begins as the issuer will do',
        find: '`${bare}/`].includes(domain)',
        replace: '`${bare}/`].some((one) => domain.startsWith(one))',
      },
      {
        name: 'the domain of another client’s provider will do',
        find: 'const found = matching.find(',
        replace: 'const found = deps.providers.find(',
      },
      {
        name: 'the default account’s provider does not come first',
        find: 'return own ? [own, ...providers.filter((one) => one !== own)] : providers',
        replace: 'return providers',
      },
      {
        name: 'a provider that does not answer hides the one that is meant',
        find: 'return await Promise.any(issuers.map(ask))',
        replace: 'return (await Promise.all(issuers.map(ask)))[0]!',
      },
    ],
  },
  {
    file: 'main/api/signed-in-callers.ts',
    specs: ['test/unit/signed-in-callers.spec.ts'],
    faults: [
      {
        name: 'a program’s account is forgotten when it restarts',
        find: 'return (own ?? alike.at(-1))?.accountId',
        replace: 'return own?.accountId',
      },
      {
        name: 'a program gets the account of another process of its kind',
        find: 'return (own ?? alike.at(-1))?.accountId',
        replace: 'return alike.at(-1)?.accountId',
      },
      {
        name: 'programs that signed in pile up',
        find: '.slice(-MOST_CALLERS)',
        replace: '',
      },
      {
        name: 'an account that is signed out is still a program’s own',
        find: 'entries = entries.filter((entry) => entry.accountId !== accountId)',
        replace: 'entries = entries.filter((entry) => entry.accountId !== `${accountId}-`)',
      },
    ],
  },
  {
    file: 'main/api/choose-account.ts',
    specs: ['test/unit/choose-account.spec.ts'],
    faults: [
      {
        name: 'an account that does not exist is the default one',
        find: '  if (!account) throw makeNotSignedInProblem(PROBLEM_DETAILS.noSuchAccount)\n  return account\n',
        replace: '  return account ?? defaultSession(model)\n',
      },
      {
        name: 'the client of another account will do',
        find: 'if (clientId !== undefined && isOtherClient) {',
        replace: "if (clientId === '' && isOtherClient) {",
      },
      {
        name: 'the audience of another account will do',
        find: 'if (audience !== undefined) checkAudience(listProvidersOf(session, providers), audience)',
        replace: 'if (audience !== undefined) checkAudience(providers, audience)',
      },
      {
        name: 'a program’s own account is not looked for',
        find: 'callers.find(await findCaller(request))',
        replace: 'undefined',
      },
      {
        name: 'a program is looked for that cannot matter',
        find: 'meant.length < 2 ? undefined : await',
        replace: 'meant.length < 0 ? undefined : await',
      },
    ],
  },
  {
    file: 'main/api/seeded-request.ts',
    specs: ['test/unit/seed-checks.spec.ts'],
    faults: [
      {
        name: 'the audience is not checked',
        find: 'if (seed.audience !== undefined) checkAudience([provider], seed.audience)',
        replace: '',
      },
      {
        name: 'an audience that begins alike will do',
        find: 'provider.audience === audience)) return',
        replace: "audience.startsWith(provider.audience ?? '-'))) return",
      },
      {
        name: 'additional parameters are not checked',
        find: '  checkParameters(deps, seed.ADDITIONAL_PARAMETERS ?? {})\n',
        replace: '',
      },
      {
        name: 'a parameter’s name may have any form',
        find: 'PARAMETER_NAME.test(name) && allowed.includes(name)',
        replace: 'allowed.includes(name)',
        specs: ['test/unit/seed-checks.spec.ts', 'test/unit/options.spec.ts'],
      },
      {
        name: 'a parameter off the list is passed on',
        find: 'PARAMETER_NAME.test(name) && allowed.includes(name)',
        replace: 'PARAMETER_NAME.test(name)',
      },
      {
        name: 'a parameter that begins as one on the list is passed on',
        find: 'allowed.includes(name)\n',
        replace: 'allowed.some((one) => name.startsWith(one))\n',
      },
      {
        name: 'one good parameter lets all pass',
        find: '.every(isAllowed)) return',
        replace: '.some(isAllowed)) return',
      },
      {
        name: 'a redirect URI that begins as one that is configured will do',
        find: '(candidate) => redirectUri === redirectUriAt(redirect, candidate)',
        replace: '(candidate) => redirectUri.startsWith(redirectUriAt(redirect, candidate))',
      },
      {
        name: 'a redirect URI that begins as our own will do',
        find: 'if (own.includes(redirectUri)) {',
        replace: 'if (own.some((one) => redirectUri.startsWith(one))) {',
      },
      {
        name: 'our own redirect URI needs no form_post',
        find: "if (mode === 'form_post') return { kind: 'api', redirectUri }",
        replace: "if (mode !== 'fragment') return { kind: 'api', redirectUri }",
      },
      {
        name: 'any other redirect URI is answered by the listener',
        find: "if (port !== undefined) return { kind: 'listener', port }",
        replace: "if (Boolean(1)) return { kind: 'listener', port: port ?? null }",
      },
      {
        name: 'the state and the nonce of a seed are the same one',
        find: '    nonce: createNonce(),\n',
        replace: "    nonce: '',\n",
        specs: ['test/unit/seed-checks.spec.ts'],
      },
      {
        name: 'the organization is not checked later',
        find: 'organization: organization ?? null,',
        replace: 'organization: null,',
      },
    ],
  },
  {
    file: 'main/agent/api-sign-ins.ts',
    specs: API_SIGN_INS,
    faults: [
      {
        name: 'a caller that has hung up before begins a sign-in',
        find: 'if (context.closed || hangUp.aborted) return',
        replace: 'if (context.closed) return',
      },
      {
        name: 'a sign-in begins after closing',
        find: 'if (context.closed || hangUp.aborted) return',
        replace: 'if (hangUp.aborted) return',
      },
      {
        name: 'closing does not wait for those who wait',
        find: '      await Promise.all(context.waits)\n',
        replace: '',
      },
      {
        name: 'closing leaves flows behind',
        find: '      context.closed = true\n      cancelAll()\n',
        replace: '      context.closed = true\n',
      },
    ],
  },
  {
    file: 'main/agent/begin-api-sign-in.ts',
    specs: API_SIGN_INS,
    faults: [
      {
        name: 'a caller that hangs up while it is asked about goes on',
        find: '    if (hangUp.aborted) return onHangUp()\n',
        replace: '',
      },
      {
        name: 'anybody takes up a flow that its caller left',
        find: "if (!isSameProgram(first, again) || !isFree()) return { kind: 'in-use' }",
        replace: "if ((first === again && Boolean(0)) || !isFree()) return { kind: 'in-use' }",
      },
      {
        name: 'a flow that has a caller is taken up',
        find: '    handle.pending !== null &&\n    isAbandoned(context, handle)\n',
        replace: '    handle.pending !== null\n',
      },
      {
        name: 'a flow is taken up by another request',
        find: 'if (!handle || !isFree() || !isDeepStrictEqual(request, handle.request))',
        replace:
          'if (!handle || !isFree() || !isDeepStrictEqual(request.state, handle.request.state))',
      },
      {
        name: 'a second flow has the same state',
        find: 'if (findSignIn(context, request.state)) return',
        replace: 'if (findSignIn(context, request.state)?.abandoned) return',
      },
      {
        name: 'flows pile up',
        find: 'if (handles.size < MOST_WAITING_SIGN_INS) return true',
        replace: 'if (handles.size < Infinity) return true',
        specs: [REQUESTS],
        grep: '64 sign-ins',
      },
      {
        name: 'any number of tabs is opened',
        find: "if (launch === null) return { kind: 'too-many', message: SIGN_IN_MESSAGES.tooManyAppLaunches }",
        replace: "if (launch === null) return { kind: 'ended', result: notConfigured() }",
        specs: [REQUESTS],
        grep: '64 sign-ins|storm',
      },
    ],
  },
  {
    file: 'main/agent/await-api-answer.ts',
    specs: API_SIGN_INS,
    faults: [
      {
        name: 'a code whose app is gone is given out',
        find: '  if (isAbandoned(context, handle)) throw abandoned()\n',
        replace: '',
        specs: ['test/unit/api-sign-ins.spec.ts', 'test/api/hang-up.spec.ts'],
      },
      {
        name: 'a code waits for its app without end',
        find: 'stopExpiry: startExpiry(context, handle) }',
        replace: 'stopExpiry: () => void startExpiry }',
      },
      {
        name: 'a sign-in waits without end',
        find: 'const timeoutMs = Math.min(signInTimeoutMs, LONGEST_WAIT_MS)',
        replace: 'const timeoutMs = signInTimeoutMs',
      },
    ],
  },
  {
    file: 'main/agent/deliver-api-answer.ts',
    specs: API_SIGN_INS,
    faults: [
      {
        name: 'the API answers a flow of the listener',
        find: "if (!handle?.pending || handle.request.redirectTarget.kind !== 'api') return { kind: 'ignored' }",
        replace: "if (!handle?.pending) return { kind: 'ignored' }",
      },
      {
        name: 'a page’s answer needs no iss',
        find: "expected.issParameterSupported && from === 'page'",
        replace: "expected.issParameterSupported && from !== 'page'",
      },
      {
        name: 'an answer to the API is not checked',
        find: 'const result = validateCallback(parameters, { ...expected, issParameterSupported })',
        replace:
          "const result = validateCallback(new URLSearchParams({ state: expected.state, code: parameters.get('code') ?? '' }), { ...expected, issParameterSupported })",
      },
      {
        name: 'a pasted address may be of any place',
        find: ' || !isAt(address, redirectTarget.redirectUri)) return false',
        replace: ') return false',
      },
    ],
  },
  {
    file: 'main/agent/exchange-api-code.ts',
    specs: API_SIGN_INS,
    faults: [
      {
        name: 'a spent code is exchanged again',
        find: "if (context.spentCodes.has(code)) return { kind: 'spent' }",
        replace: '',
      },
      {
        name: 'a spent code is not remembered',
        find: '  spentCodes.add(code)\n',
        replace: '',
      },
      {
        name: 'a code may be exchanged with any redirect URI',
        find: 'if (redirectUri !== handle.answered.redirectUri) {',
        replace: "if (redirectUri === '') {",
      },
      {
        name: 'a code may be exchanged with any verifier',
        find: 'if (codeChallenge(verifier) !== handle.request.challenge) {',
        replace: "if (codeChallenge(verifier) === '') {",
      },
      {
        name: 'the challenge will do for a verifier',
        find: 'if (codeChallenge(verifier) !== handle.request.challenge) {',
        replace:
          'if (codeChallenge(verifier) !== handle.request.challenge && verifier !== handle.request.challenge) {',
      },
      {
        name: 'a code may be exchanged as another client',
        find: 'if (clientId !== undefined && clientId !== provider.clientId) {',
        replace: "if (clientId === '') {",
      },
      {
        name: 'any code is exchanged for any flow',
        find: '({ answered }) => answered?.code === code)',
        replace: "({ answered }) => answered !== null && code !== '')",
      },
      {
        name: 'without a body an app’s own code is exchanged',
        find: 'if (verifier === null || handle.answered === null || !mayExchange(await handle.caller)) continue',
        replace: 'if (handle.answered === null || !mayExchange(await handle.caller)) continue',
      },
      {
        name: 'without a body any program’s code is exchanged',
        find: ' || !mayExchange(await handle.caller)) continue',
        replace: ') continue',
        specs: ['test/api/consent.spec.ts'],
      },
    ],
  },
  {
    file: 'main/agent/spent-codes.ts',
    specs: API_SIGN_INS,
    faults: [
      {
        name: 'spent codes pile up',
        find: 'if (spent.size > MOST_SPENT_CODES && oldest !== undefined) spent.delete(oldest)',
        replace: 'void oldest',
      },
    ],
  },
  {
    file: 'main/api/server.ts',
    specs: ['test/unit/server.spec.ts', REQUESTS],
    faults: [
      {
        name: 'who waits is not told of the end',
        find: '        deps.agent.api.close(),\n',
        replace: '',
        specs: ['test/unit/server.spec.ts'],
      },
      {
        name: 'closing waits for a slow reader for ever',
        find: 'const giveUp = setTimeout(() => server.closeAllConnections(), DELIVERY_TIMEOUT_MS)',
        replace: 'const giveUp = setTimeout(() => undefined, DELIVERY_TIMEOUT_MS)',
        specs: ['test/unit/server.spec.ts'],
      },
      {
        name: 'closing cuts the answer of a slow reader',
        find: '  server.closeIdleConnections = () => connections.closeIdle()\n',
        replace: '',
        specs: ['test/unit/server.spec.ts'],
      },
      {
        name: 'who hangs up is an error of the service’s own',
        find: 'if (!request.readableAborted) report(thrown)',
        replace: 'report(thrown)',
        specs: ['test/unit/server.spec.ts'],
      },
      {
        name: 'errors of the service’s own are hidden',
        find: 'if (!request.readableAborted) report(thrown)',
        replace: '',
        specs: ['test/unit/server.spec.ts'],
      },
      {
        name: 'the guard is asked nothing',
        find: 'if (problem !== null) return rejectRequest(response, problem)',
        replace: 'void rejectRequest',
        grep: 'S20',
      },
      {
        name: 'Expect is answered before the guard',
        find: ".on('checkContinue', (...asked: Asked) => answering().handle(...asked, 'continue'))\n",
        replace: '',
        grep: 'S44',
      },
      {
        name: 'an expectation that nobody knows is met',
        find: "if (expectation === 'unmet') {",
        replace: "if (expectation === 'none' && request.method === '') {",
        grep: 'S44',
      },
      {
        name: 'a head may take as long as it likes',
        find: 'headersTimeout: headersTimeoutMs,',
        replace: 'headersTimeout: 0,',
        specs: ['test/unit/server.spec.ts'],
      },
      {
        name: 'connections are not counted',
        find: 'create(connections.add)',
        replace: 'create(() => undefined)',
        specs: [OTHER_USERS],
        grep: 'S40|S25',
      },
    ],
  },
  {
    file: 'main/api/service-socket.ts',
    specs: ['test/unit/service-socket.spec.ts', 'test/api/unix-socket.spec.ts'],
    faults: [
      {
        name: 'a socket that another run listens on is replaced',
        find: "if (kind === 'gone') rmSync(path, { force: true })\n  return kind === 'gone'",
        replace: 'rmSync(path, { force: true })\n  return kind !== null',
      },
      {
        name: 'a file in the place of the socket is deleted',
        find: 'if (!found.isSocket()) return false\n',
        replace: '',
      },
      {
        name: 'the socket is in a folder that others can enter',
        find: '!isPrivateFolder(place.folder, place.folder !== folder)',
        replace: 'Number.isNaN(place.folder.length)',
      },
      {
        name: 'the socket itself is open to others',
        find: 'chmodSync(path, 0o600)',
        replace: 'chmodSync(path, 0o666)',
      },
      {
        name: 'uninstalling deletes a file in the place of the socket',
        find: '?.isSocket()) rmSync',
        replace: ' !== undefined) rmSync',
      },
    ],
  },
  {
    file: 'main/api/proof.ts',
    specs: ['test/unit/service-proof.spec.ts', 'test/api/proof.spec.ts'],
    faults: [
      {
        name: 'a proof on the Unix socket is one for a port',
        find: 'socket.localPort ?? SOCKET_PORT',
        replace: 'socket.localPort ?? 1000',
        specs: ['test/api/unix-socket.spec.ts'],
        grep: 'can’t relay it',
      },
      {
        name: 'every proof is one for the Unix socket',
        find: 'port: socket.localPort ?? SOCKET_PORT',
        replace: 'port: socket.localPort === -1 ? 1 : SOCKET_PORT',
      },
      {
        name: 'any text gets a proof',
        find: '!isNonce(nonce)',
        replace: '(nonce.length > 99 && !isNonce(nonce))',
      },
      {
        name: 'the first of several nonces counts',
        find: 'others.length > 0',
        replace: 'others.length > 9',
      },
    ],
  },
  {
    file: 'main/net/service-proof.ts',
    specs: ['test/unit/service-proof.spec.ts'],
    faults: [
      {
        name: 'a proof is for every port',
        find: 'instance, port, nonce])',
        replace: 'instance, port * 0, nonce])',
      },
      {
        name: 'a proof is for every run',
        find: 'instance, port, nonce])',
        replace: 'instance.slice(0, 0), port, nonce])',
      },
      {
        name: 'a proof is for every nonce',
        find: 'instance, port, nonce])',
        replace: 'instance, port, nonce.slice(0, 0)])',
      },
      {
        name: 'any text as long as a proof is one',
        find: 'timingSafeEqual(sent!, right!)',
        replace: '(timingSafeEqual(sent!, right!) || true)',
      },
      {
        name: 'a nonce may have any length',
        find: '/^[\\w-]{43}$/',
        replace: '/^[\\w-]*$/',
      },
      {
        name: 'each run has the same secret',
        find: 'createSecret(createNonce())',
        replace: "createSecret('a'.repeat(43))",
      },
      {
        name: 'a nonce is no secret of the moment',
        find: "randomBytes(RANDOM_BYTES).toString('base64url')",
        replace: "randomBytes(RANDOM_BYTES).fill(0).toString('base64url')",
      },
    ],
  },
]
