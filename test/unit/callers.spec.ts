// Who is at the other end of a connection, with real programs (Linux).

import { once } from 'node:events'
import { chmod, copyFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import { findProcess, type Caller, type Doubt } from '../../main/net/caller.js'
import { createCallers } from '../../main/net/callers.js'
import { describeProcess } from '../../main/net/describe-process.js'
import { createProcessScanner } from '../../main/net/process-scanner.js'
import { NOBODY, whyNoOtherUser } from '../support/other-user.js'
import { owners } from '../support/owners.js'
import { expect, NODE_CLIENT, PERL_CLIENT, test, type Desk } from '../support/connected.js'
import { unprivileged } from '../support/unprivileged.js'

test.skip(process.platform !== 'linux', 'only Linux tells who holds a socket')

const NODE = process.execPath
const PERL = '/usr/bin/perl'

/** Writes a script for Node that connects. */
async function writeScript({ folder }: Desk, code = NODE_CLIENT): Promise<string> {
  const script = join(folder, 'sync.cjs')
  await writeFile(script, code)
  return script
}

/** Makes a program of its own name that connects by Perl's arguments. */
async function copyProgram({ folder }: Desk, name = 'notes'): Promise<string> {
  const program = join(folder, name)
  await copyFile(PERL, program)
  return program
}

/** Arguments for Perl: connects, runs `code`, and keeps the connection. */
function perl(code: string): readonly string[] {
  return [...PERL_CLIENT.slice(0, -1), PERL_CLIENT.at(-1)!.replace('$socket->getline', code)]
}

/** The same as a script. */
const PERL_SCRIPT = `use IO::Socket::INET; ${PERL_CLIENT.at(-1)}`

function findDoubts(caller: Caller): readonly Doubt[] {
  return caller.kind === 'uncertain' ? caller.doubts : []
}

test.describe('a caller that is seen', () => {
  test('is a Node script, with the processes above it', async ({ desk }) => {
    const script = await writeScript(desk)
    const { socket, pid } = await desk.connect(NODE, ['--no-warnings', script])
    const caller = await desk.callers.find(socket)
    expect(caller).toMatchObject({
      kind: 'seen',
      uid: process.getuid?.(),
      process: { pid, name: 'sync', kind: 'interpreter', script: { path: script } },
    })
    expect(findProcess(caller)!.executable.path).toBe(await readlink('/proc/self/exe'))
    expect(findProcess(caller)!.parents[0]).toMatchObject({ pid: process.pid })
    expect(findProcess(caller)!.parents.length).toBeLessThanOrEqual(8)
  })

  test('has the real path of its script, from the folder of its process', async ({ desk }) => {
    await writeFile(join(desk.folder, 'real.cjs'), NODE_CLIENT)
    await symlink('real.cjs', join(desk.folder, 'link.cjs'))
    expect(await desk.find(NODE, ['link.cjs'], { cwd: desk.folder })).toMatchObject({
      kind: 'seen',
      process: { script: { path: join(desk.folder, 'real.cjs') } },
    })
  })

  test('is a compiled program without a script', async ({ desk }) => {
    const program = await copyProgram(desk)
    expect(await desk.find(program, PERL_CLIENT)).toMatchObject({
      kind: 'seen',
      process: { kind: 'program', name: 'notes', script: null, executable: { path: program } },
    })
  })

  test('S49: is named by its whole path, even if that ends as the path of a deleted file does', async ({
    desk,
  }) => {
    const program = await copyProgram(desk, 'notes (deleted)')
    await copyProgram(desk)
    expect(await desk.find(program, PERL_CLIENT)).toMatchObject({
      kind: 'seen',
      process: { executable: { path: program }, name: 'notes (deleted)' },
    })
  })

  test('is curl as a tool, with the process that started it', async ({ desk }) => {
    const caller = await desk.find('/usr/bin/curl', ['-s', `http://127.0.0.1:${desk.port}/`])
    expect(caller).toMatchObject({ kind: 'seen', process: { kind: 'tool', name: 'curl' } })
    expect(findProcess(caller)!.parents[0]).toMatchObject({ pid: process.pid })
  })

  test('is a shell script that opens the connection itself', async ({ desk }) => {
    const script = join(desk.folder, 'sync.sh')
    await writeFile(script, '#!/bin/bash\nexec 3<>"/dev/tcp/127.0.0.1/$PORT"; read -r <&3\n')
    await chmod(script, 0o700)
    expect(await desk.find(script, [])).toMatchObject({
      kind: 'seen',
      process: { kind: 'interpreter', name: 'sync', script: { path: script } },
    })
  })

  test('may have an empty variable, and harmless options in NODE_OPTIONS', async ({ desk }) => {
    const env = {
      LD_PRELOAD: '',
      NODE_PATH: '',
      NODE_OPTIONS: ' --no-warnings  --max-old-space-size=99',
    }
    expect((await desk.find(NODE, [await writeScript(desk)], { env })).kind).toBe('seen')
  })

  test('may belong to another user', async ({ desk }) => {
    test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
    const args = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--']
    expect(await desk.find('/usr/bin/setpriv', [...args, PERL, ...PERL_CLIENT])).toMatchObject({
      uid: NOBODY,
      doubts: ['no-script'],
    })
  })
})

test.describe('a caller is uncertain', () => {
  for (const [what, command, args, input] of [
    ['code on the command line', NODE, ['-e', NODE_CLIENT]],
    ['standard input', NODE, ['-'], NODE_CLIENT],
    ['a pipe', '/bin/bash', ['-c', 'exec "$0" <(printf %s "$1")', PERL, PERL_SCRIPT]],
    ['code on the command line of Perl', PERL, PERL_CLIENT],
  ] as [string, string, string[], string?][]) {
    test(`if an interpreter runs ${what}`, async ({ desk }) => {
      const caller = await desk.find(command, args, input === undefined ? {} : { input })
      expect(caller).toMatchObject({ kind: 'uncertain', doubts: ['no-script'] })
      expect(findProcess(caller)).toMatchObject({ script: null, kind: 'interpreter' })
    })
  }

  test('S49: if a Node script calls itself by the path of another', async ({ desk }) => {
    const allowed = join(desk.folder, 'allowed.cjs')
    await writeFile(allowed, '')
    const title = `process.title = ${JSON.stringify(`node ${allowed}`)}\n`
    const { socket } = await desk.connect(NODE, [await writeScript(desk, title + NODE_CLIENT)])
    expect(await desk.callers.find(socket)).toMatchObject({
      kind: 'uncertain',
      doubts: ['no-script'],
      process: { script: null },
    })
  })

  test('if other code is loaded before the script', async ({ desk }) => {
    const script = await writeScript(desk)
    expect(findDoubts(await desk.find(NODE, ['--require', script, script]))).toEqual(['no-script'])
  })

  for (const [name, value] of [
    ['LD_PRELOAD', 'libc.so.6'],
    ['LD_LIBRARY_PATH', '/nowhere'],
    ['NODE_OPTIONS', '--require=node:fs'],
    ['NODE_PATH', '/nowhere'],
    // Holds the compiled code of scripts.
    ['NODE_COMPILE_CACHE', '/nowhere'],
  ] as const) {
    test(`if ${name} is in the environment of a Node script`, async ({ desk }) => {
      const script = await writeScript(desk)
      expect(await desk.find(NODE, [script], { env: { [name]: value } })).toMatchObject({
        kind: 'uncertain',
        doubts: ['environment'],
        process: { script: { path: script } },
      })
    })
  }

  test('if LD_PRELOAD is in the environment of a compiled program', async ({ desk }) => {
    const env = { LD_PRELOAD: 'libc.so.6' }
    const caller = await desk.find(await copyProgram(desk), PERL_CLIENT, { env })
    expect(findDoubts(caller)).toEqual(['environment'])
  })

  test('if it is an Electron app that acts as Node, without a script', async ({ desk }) => {
    const env = { ELECTRON_RUN_AS_NODE: '1' }
    expect(await desk.find(await copyProgram(desk), PERL_CLIENT, { env })).toMatchObject({
      doubts: ['no-script'],
      process: { kind: 'interpreter' },
    })
  })

  test('if its script is replaced while it runs, until it runs the new one', async ({ desk }) => {
    const script = await writeScript(desk)
    const running = await desk.connect(NODE, [script])
    const before = await desk.callers.find(running.socket)
    expect(before.kind).toBe('seen')
    await writeScript(desk, `${NODE_CLIENT}// Changed.`)
    const after = await desk.callers.find(running.socket, { isFresh: true })
    expect(findDoubts(after)).toEqual(['other-file'])

    const next = await desk.find(NODE, [script])
    expect(next.kind).toBe('seen')
    expect(findProcess(next)!.script!.path).toBe(script)
    expect(findProcess(next)!.script!.file).not.toBe(findProcess(before)!.script!.file)
  })

  test('if its executable is replaced or deleted while it runs', async ({ desk }) => {
    const program = await copyProgram(desk)
    const { socket } = await desk.connect(program, PERL_CLIENT)
    expect((await desk.callers.find(socket)).kind).toBe('seen')
    await rename(await copyProgram(desk, 'notes-2'), program)
    for (const change of [() => undefined, () => rm(program)]) {
      await change()
      expect(await desk.callers.find(socket, { isFresh: true })).toMatchObject({
        kind: 'uncertain',
        doubts: ['other-file'],
        process: { executable: { path: program }, name: 'notes' },
      })
    }
  })

  test('if several processes hold the connection', async ({ desk }) => {
    const forks = perl('fork; $socket->getline')
    const { socket } = await desk.connect(await copyProgram(desk), forks)
    await expect
      .poll(() => desk.callers.find(socket, { isFresh: true }))
      .toMatchObject({ kind: 'uncertain', process: null, doubts: ['several-holders'] })
  })

  test('if a process that called before shares the connection later', async ({ desk }) => {
    const forks = perl('$socket->getline; fork; print $socket "forked\\n"; sleep 60')
    const { socket } = await desk.connect(await copyProgram(desk), forks)
    expect((await desk.callers.find(socket)).kind).toBe('seen')
    socket.write('go\n')
    await once(socket, 'data')
    for (const find of [
      () => desk.callers.find(socket, { isFresh: true }),
      () => (desk.pass(10_001), desk.callers.find(socket)),
    ]) {
      expect(findDoubts(await find())).toEqual(['several-holders'])
    }
  })

  for (const option of ['--mount', '--user']) {
    test(`if it is in a namespace of its own (unshare ${option})`, async ({ desk }) => {
      const program = await copyProgram(desk)
      const started = desk.connect('/usr/bin/unshare', [option, program, ...PERL_CLIENT])
      const connected = await started.catch(() => null)
      test.skip(connected === null, 'this user may not make namespaces')
      expect(findDoubts(await desk.callers.find(connected!.socket))).toContain('other-namespace')
    })
  }

  test('if a debugger is attached', async ({ desk }) => {
    const ptrace = { x64: 101, arm64: 117 }[process.arch as string]
    test.skip(ptrace === undefined, 'the number of the system call is not known')
    const traced = perl(`syscall(${ptrace}, 0, 0, 0, 0); print $socket "traced\\n"; sleep 60`)
    const { socket } = await desk.connect(await copyProgram(desk), traced)
    await once(socket, 'data')
    expect(findDoubts(await desk.callers.find(socket))).toEqual(['traced'])
  })

  test('if its process now runs as another user', async ({ desk }) => {
    test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
    const changes = perl(`$> = ${NOBODY}; print $socket "changed\\n"; sleep 60`)
    await chmod(desk.folder, 0o755)
    const { socket } = await desk.connect(await copyProgram(desk), changes)
    await once(socket, 'data')
    expect(findDoubts(await desk.callers.find(socket))).toContain('other-user')
  })

  test('if this user may not look at its process', async ({ desk }) => {
    test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
    const { socket } = await desk.connect(await copyProgram(desk), PERL_CLIENT)
    const caller = await unprivileged(desk.folder, () => desk.callers.find(socket))
    expect(caller).toEqual({ kind: 'uncertain', uid: 0, process: null, doubts: ['not-found'] })
  })
})

test.describe('a caller that starts another program after it connected', () => {
  const EXECS = perl('$^F = 255; $socket->getline; exec @ARGV').map((one) =>
    // Descriptors are closed on exec unless this is set before they are opened.
    one.replace(/^my /, '$^F = 255; my '),
  )
  const WAITS = ['-e', 'open(my $s, "+<&=", 3); syswrite($s, "started\\n"); sleep 60']

  for (const [what, look] of [
    [
      'after a second',
      (desk: Desk, socket: Socket) => (desk.pass(1_000), desk.callers.find(socket)),
    ],
    ['if asked for', (desk: Desk, socket: Socket) => desk.callers.find(socket, { isFresh: true })],
  ] as const) {
    test(`is found as the other program ${what}`, async ({ desk }) => {
      const [program, other] = [await copyProgram(desk), await copyProgram(desk, 'other')]
      const { socket, pid } = await desk.connect(program, [...EXECS, other, ...WAITS])
      const before = await desk.callers.find(socket)
      expect(before).toMatchObject({ kind: 'seen', process: { executable: { path: program } } })
      socket.write('go\n')
      await once(socket, 'data')
      const after = await look(desk, socket)
      expect(after).toMatchObject({
        kind: 'seen',
        process: {
          pid,
          startedAtTicks: findProcess(before)!.startedAtTicks,
          executable: { path: other },
        },
      })
    })
  }

  test('is noticed even if the other program has the same executable', async ({ desk }) => {
    const program = await copyProgram(desk)
    const { socket } = await desk.connect(program, [...EXECS, program, ...WAITS])
    await desk.callers.find(socket)
    socket.write('go\n')
    await once(socket, 'data')
    desk.pass(1_000)
    await desk.callers.find(socket)
    expect(desk.searches).toHaveLength(2)
  })
})

test.describe('looking up', () => {
  test('is done once for a connection, checked each second, and done again after ten', async ({
    desk,
  }) => {
    const { socket } = await desk.connect(NODE, [await writeScript(desk)])
    const caller = await desk.callers.find(socket)
    for (const ms of [0, 500, 500, 5_000]) {
      desk.pass(ms)
      expect(await desk.callers.find(socket)).toBe(caller)
    }
    expect(desk.searches).toHaveLength(1)
    desk.pass(5_000)
    expect(await desk.callers.find(socket)).toEqual(caller)
    expect(desk.searches).toHaveLength(2)
  })

  test('begins with the processes that called before', async ({ desk }) => {
    const { socket, pid } = await desk.connect(NODE, [await writeScript(desk)])
    const caller = await desk.callers.find(socket)
    expect(await desk.callers.find(socket, { isFresh: true })).toEqual(caller)
    expect(desk.searches.map(({ known }) => known)).toEqual([[], [pid]])
  })

  test('needs no search for a new connection of a process that called within ten seconds', async ({
    desk,
  }) => {
    const connects = `const connect = () => {${NODE_CLIENT}socket.on('data', connect)}; connect()`
    const { socket } = await desk.connect(NODE, [await writeScript(desk, connects)])
    const caller = await desk.callers.find(socket)
    const connectAgain = async (): Promise<Socket> => {
      const count = desk.sockets.length
      socket.write('go\n')
      await expect.poll(() => desk.sockets).toHaveLength(count + 1)
      return desk.sockets.at(-1)!
    }
    const second = await connectAgain()
    desk.pass(10_000)
    expect(await desk.callers.find(second)).toBe(caller)
    expect(desk.searches).toHaveLength(1)
    desk.pass(1)
    // The label is from the first look.
    expect(await desk.callers.find(second)).not.toBe(caller)
    expect(desk.searches).toHaveLength(2)
    desk.pass(10_001)
    expect(await desk.callers.find(await connectAgain())).toEqual(caller)
    expect(desk.searches).toHaveLength(3)
  })

  const SECOND = '$^F = 255; my $next = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ENV{PORT}")'
  const SAYS = ['-e', 'open(my $s, "+<&=", 3); syswrite($s, "started\\n"); sleep 60']
  for (const [what, code, expected] of [
    ['shares its new connection', 'fork; print $socket "forked\\n"; sleep 60', 'several-holders'],
    ['now runs another program', 'exec @ARGV', 'other'],
  ] as const) {
    test(`is done for the new connection of a process that ${what}`, async ({ desk }) => {
      const [program, other] = [await copyProgram(desk), await copyProgram(desk, 'other')]
      const [loads, , script] = perl(`$socket->getline; ${SECOND}; ${code}`)
      const args = [loads!, '-e', `$^F = 255; ${script}`, other, ...SAYS]
      const { socket } = await desk.connect(program, args)
      expect((await desk.callers.find(socket)).kind).toBe('seen')
      socket.write('go\n')
      await once(socket, 'data')
      const caller = await desk.callers.find(desk.sockets[1]!)
      expect([findProcess(caller)?.name, ...findDoubts(caller)]).toContain(expected)
      expect(desk.searches).toHaveLength(2)
    })
  }

  test('serves all who wait in one search', async ({ desk }) => {
    const program = await copyProgram(desk)
    const sockets: Socket[] = []
    for (let count = 0; count < 6; count += 1) {
      sockets.push((await desk.connect(program, PERL_CLIENT)).socket)
    }
    const found = await Promise.all(sockets.map((socket) => desk.callers.find(socket)))
    expect(new Set(found.map((caller) => findProcess(caller)!.pid)).size).toBe(6)
    expect(desk.searches.length).toBeLessThanOrEqual(2)
  })

  test('finds nothing once the program has ended', async ({ desk }) => {
    const { socket, child } = await desk.connect(NODE, [await writeScript(desk)])
    expect((await desk.callers.find(socket)).kind).toBe('seen')
    child.kill('SIGKILL')
    await once(child, 'exit')
    desk.pass(1_000)
    expect(await desk.callers.find(socket)).toMatchObject({ process: null, doubts: ['not-found'] })
  })

  for (const [what, options] of [
    ['takes too long', { timeLimitMs: -1 }],
    ['hangs', { timeLimitMs: 1, source: 'for (;;) {}' }],
    ['fails', { source: 'throw new Error("out of memory")' }],
  ] as const) {
    test(`gives up if the search ${what}`, async ({ desk }) => {
      const callers = createCallers({ owners, scanner: createProcessScanner(options) })
      const { socket } = await desk.connect(NODE, [await writeScript(desk)])
      expect(await callers.find(socket)).toMatchObject({
        kind: 'uncertain',
        uid: process.getuid?.(),
        process: null,
        doubts: ['not-found'],
      })
      callers.close()
    })
  }

  test('works again after its thread has ended for lack of work', async ({ desk }) => {
    const callers = createCallers({
      owners,
      scanner: createProcessScanner({ timeLimitMs: 10_000, idleMs: 0 }),
    })
    const { socket } = await desk.connect(NODE, [await writeScript(desk)])
    for (let times = 0; times < 3; times += 1) {
      expect((await callers.find(socket, { isFresh: true })).kind).toBe('seen')
      await new Promise((resolve) => void setTimeout(resolve, 5))
    }
    callers.close()
  })

  test('leaves the rest to the system if it has no table of sockets', async () => {
    const told: Caller = { kind: 'uncertain', uid: null, process: null, doubts: ['untried-system'] }
    const deps = { findSystemCaller: () => Promise.resolve(told) }
    for (const [kind, expected] of [
      ['untold', told],
      ['gone', { ...told, doubts: ['not-found'] }],
      ['unreadable', { ...told, doubts: ['not-found'] }],
    ] as const) {
      const found = { findOwnersAsync: () => Promise.resolve([{ kind }]) }
      const callers = createCallers({ ...deps, owners: found })
      expect(await callers.find({} as Socket)).toEqual(expected)
    }
  })

  test('asks the tools of other systems once for each connection', async ({ desk }) => {
    const told: Caller = { kind: 'uncertain', uid: null, process: null, doubts: ['untried-system'] }
    let asked = 0
    let nowMs = 0
    const findSystemCaller = (): Promise<Caller> => ((asked += 1), Promise.resolve(told))
    const untold = { findOwnersAsync: () => Promise.resolve([{ kind: 'untold' } as const]) }
    const callers = createCallers({ owners: untold, findSystemCaller, now: () => nowMs })
    const { socket } = await desk.connect(NODE, [await writeScript(desk)])
    await callers.find(socket)
    nowMs = 60_000
    expect(await callers.find(socket)).toBe(told)
    expect(asked).toBe(1)
    await callers.find(socket, { isFresh: true })
    expect(asked).toBe(2)
  })
})

test.describe('a busy machine', () => {
  const CONNECTIONS = 40
  const NODE_CLIENTS = `for (let count = 0; count < ${CONNECTIONS}; count += 1) {${NODE_CLIENT}}`

  test('reads and describes a process once for all of its connections that wait', async ({
    desk,
  }) => {
    let described = 0
    const callers = createCallers({
      owners,
      scanner: createProcessScanner({ timeLimitMs: 10_000 }),
      describe: (...asked) => ((described += 1), describeProcess(...asked)),
    })
    await desk.connect(NODE, [await writeScript(desk, NODE_CLIENTS)])
    await expect.poll(() => desk.sockets).toHaveLength(CONNECTIONS)
    const found = await Promise.all(desk.sockets.map((socket) => callers.find(socket)))
    expect(found.map(({ kind }) => kind)).toEqual(desk.sockets.map(() => 'seen'))
    // Those that wait for the first search share the next one.
    expect(described).toBeLessThanOrEqual(2)
    callers.close()
  })

  test('does not make a program uncertain if this thread can’t run', async ({ desk }) => {
    const callers = createCallers({
      owners,
      scanner: createProcessScanner({ timeLimitMs: 10_000 }),
      async describe(...asked) {
        const described = describeProcess(...asked)
        // Longer than the limit.
        const untilMs = performance.now() + 400
        while (performance.now() < untilMs);
        return described
      },
    })
    const { socket } = await desk.connect(NODE, [await writeScript(desk)])
    expect((await callers.find(socket)).kind).toBe('seen')
    callers.close()
  })

  test('gets a second search, and a second description, if the first takes too long', async ({
    desk,
  }) => {
    const scanner = createProcessScanner({ timeLimitMs: 10_000 })
    let searches = 0
    let descriptions = 0
    const callers = createCallers({
      owners,
      scanner: {
        ...scanner,
        scan: (inodes, known) =>
          (searches += 1) === 1
            ? Promise.resolve(inodes.map(() => null))
            : scanner.scan(inodes, known),
      },
      describe: (...asked) =>
        (descriptions += 1) === 1 ? new Promise(() => undefined) : describeProcess(...asked),
    })
    const { socket } = await desk.connect(NODE, [await writeScript(desk)])
    expect((await callers.find(socket)).kind).toBe('seen')
    expect([searches, descriptions]).toEqual([2, 2])
    callers.close()
  })
})
