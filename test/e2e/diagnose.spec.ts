// `diagnose` as users run it.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { COMMAND_MESSAGES } from '../../main/terminal/terminal-messages.js'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Check, CheckName } from '../../main/diagnose/check.js'
import type { Diagnosis } from '../../main/diagnose/diagnose.js'
import { MESSAGES } from '../../main/diagnose/diagnose-messages.js'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import { RULES } from '../../main/settings/settings-messages.js'
import { METADATA_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { answerLink } from '../support/person.js'
import type { Program } from '../support/program.js'
import { startProvider, type Misbehaviour, type RunningProvider } from '../provider/provider.js'
import { whyNoSlowLine, withHosts } from '../support/slow-line.js'
import { expect, SCRIPTED, test as base } from '../support/desktop-test.js'

type Found = { diagnosis: Diagnosis; of: (name: CheckName) => Check; program: Program }

const test = base.extend<{
  /** Runs `diagnose --json` to its end. */
  diagnose: (
    flags?: readonly string[],
    options?: { env?: Record<string, string>; dataDir?: string },
  ) => Promise<Found>
  at: (misbehave?: Misbehaviour) => Promise<RunningProvider & { flags: string[] }>
}>({
  diagnose: ({ run }, use) =>
    use(async (flags = [], options = {}) => {
      const program = await run(['diagnose', '--json', ...flags], options)
      expect(await program.ended).toBe(0)
      const diagnosis = JSON.parse(program.stdout()) as Diagnosis
      const of = (name: CheckName): Check => diagnosis.checks.find((one) => one.name === name)!
      return { diagnosis, of, program }
    }),
  // eslint-disable-next-line no-empty-pattern
  at: async ({}, use) => {
    const providers: RunningProvider[] = []
    await use(async (misbehave = {}) => {
      const provider = await startProvider({ misbehave })
      providers.push(provider)
      const { issuer, clientId } = provider
      return Object.assign(provider, { flags: ['--issuer', issuer, '--client-id', clientId] })
    })
    for (const provider of providers) await provider.close()
  },
})

/** A desktop, a passphrase and a service port, so that there are no warnings. */
const WELL = { env: { DISPLAY: ':0', LATCHKEY_PASSPHRASE: 'correct horse', LATCHKEY_PORT: '0' } }

test('if everything works, it says so, prints the diagnosis and writes it to a file', async ({
  run,
  at,
}) => {
  const { flags, issuer } = await at()
  const program = await run(['diagnose', ...flags], WELL)
  expect(await program.ended).toBe(0)

  const path = join(program.dataDir, 'diagnosis.txt')
  expect(program.stdout()).toContain('\n0 problems, 0 warnings.\n')
  expect(program.stdout()).toContain(`"${issuer}"  --issuer\n`)
  expect(program.stdout()).toContain(`[ok]      Provider: ${new URL(issuer).host} answered in`)
  expect(program.stderr()).toBe(`${COMMAND_MESSAGES.reportSaved(path)}\n`)
  expect(readFileSync(path, 'utf8')).toBe(program.stdout())
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(program.dataDir)).toEqual(['diagnosis.txt'])
})

test('several providers are all checked, and each check names its own', async ({ run, at }) => {
  const [work, home] = [await at(), await at()]
  await home.close()
  const providers = [
    { name: 'work', issuer: work.issuer, clientId: work.clientId },
    { name: 'home', issuer: home.issuer, clientId: home.clientId, clientSecret: 'canary' },
  ]
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify({ providers }))
  const program = await run(['diagnose'], { ...WELL, dataDir })
  expect(await program.ended).toBe(0)
  expect(program.stdout()).toContain(
    `[ok]      Provider (work): ${new URL(work.issuer).host} answered in`,
  )
  expect(program.stdout()).toContain('[problem] Provider (home): ')
  expect(program.stdout()).toContain('\n1 problem, 0 warnings.\n')
  const saved = await readFile(join(dataDir, 'diagnosis.txt'), 'utf8')
  expect(saved).toMatch(/^ {2}providers +\[\{"name":"work".*settings\.json$/m)
  expect(program.stdout()).not.toMatch(/^ {2}providers /m)
  for (const text of [saved, program.stdout()]) {
    expect(text).toContain(`\n  work  ${work.issuer}  ${work.clientId}\n`)
    expect(text).toContain(`\n  home  ${home.issuer}  ${home.clientId}\n`)
    expect(text).not.toContain('canary')
  }
  await rm(dataDir, { recursive: true })
})

test('with --json it prints one JSON object per line, and still writes the text', async ({
  diagnose,
  at,
}) => {
  const { flags } = await at()
  const { diagnosis, program } = await diagnose(flags, WELL)
  expect(program.stdout().trimEnd().split('\n')).toHaveLength(1)
  expect(diagnosis).toMatchObject({
    verdict: 'ok',
    runtime: `Node ${process.versions.node}`,
    failures: [],
  })
  expect(diagnosis.settings).toContainEqual({ name: 'json', value: true, origin: '--json' })
  expect(diagnosis.settings).toContainEqual({ name: 'port', value: 0, origin: 'LATCHKEY_PORT' })
  expect(readFileSync(join(program.dataDir, 'diagnosis.txt'), 'utf8')).toContain('0 problems')
})

test('a provider that is down is a problem, with the message of a sign-in', async ({
  diagnose,
  at,
}) => {
  const provider = await at()
  await provider.close()
  const { diagnosis, of } = await diagnose(provider.flags, WELL)
  expect(diagnosis.verdict).toBe('problem')
  expect(of('provider')).toMatchObject({ verdict: 'problem' })
  expect(of('provider').says[0]).toContain('could not be reached')
})

test('localhost with another address is a problem, and with a loopback address it is not', async ({
  diagnose,
  run,
}) => {
  test.skip(whyNoSlowLine() !== null, whyNoSlowLine() ?? '')
  expect((await diagnose(['--demo'], WELL)).of('localhost')).toMatchObject({ verdict: 'ok' })
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-hosts-'))
  await writeFile(join(folder, 'hosts'), '192.0.2.7 localhost\n')
  const program = await run(['diagnose', '--json', '--demo'], {
    ...WELL,
    through: withHosts(join(folder, 'hosts')),
  })
  expect(await program.ended).toBe(0)
  const { checks } = JSON.parse(program.stdout()) as Diagnosis
  expect(checks.find(({ name }) => name === 'localhost')).toMatchObject({
    verdict: 'problem',
    says: [MESSAGES.localhost.elsewhere(['192.0.2.7']), MESSAGES.localhost.fix],
  })
  await rm(folder, { recursive: true })
})

test('S38: the proxy is named without its password', async ({ diagnose }) => {
  const closed = await hold()
  const host = `127.0.0.1:${readPort(closed)}`
  await new Promise((resolve) => closed.close(resolve))
  const env = {
    https_proxy: '',
    no_proxy: '',
    NO_PROXY: '',
    HTTPS_PROXY: `http://ann:canary-password@${host}`,
  }
  const flags = ['--issuer', 'https://login.example.test', '--client-id', 'x']
  const { of, program } = await diagnose(flags, { env })
  expect(of('proxy').says).toEqual([MESSAGES.proxy.used(host, 'HTTPS_PROXY')])
  expect(of('provider')).toMatchObject({
    verdict: 'problem',
    says: [expect.stringContaining(`The proxy at ${host} could not be reached`)],
  })
  const report = readFileSync(join(program.dataDir, 'diagnosis.txt'), 'utf8')
  expect(program.stdout() + program.stderr() + report).not.toContain('canary')

  const passedBy = await diagnose(flags, { env: { ...env, NO_PROXY: '*' } })
  expect(passedBy.of('proxy').says).toEqual([MESSAGES.proxy.none])
})

test('unusable metadata is a problem', async ({ diagnose, at }) => {
  const { flags } = await at({
    metadata: (json) => ({ ...json, code_challenge_methods_supported: ['plain'] }),
  })
  const { of } = await diagnose(flags, WELL)
  expect(of('provider').says[0]).toBe(METADATA_MESSAGES.noPkce)
})

test('a clock that differs from the provider’s clock is a problem', async ({ diagnose, at }) => {
  const { flags } = await at({ date: new Date(Date.now() - 3 * 86_400_000).toUTCString() })
  const { of, diagnosis } = await diagnose(flags, WELL)
  expect(of('provider').verdict).toBe('ok')
  expect(of('clock')).toMatchObject({ verdict: 'problem' })
  expect(of('clock').says[0]).toContain('3 days ahead of the provider')
  expect(diagnosis.verdict).toBe('problem')
})

test('S28: ports in use are named with the programs that use them', async ({ diagnose }) => {
  const [service, redirect] = [await hold(), await hold()]
  const [port, redirectPort] = [readPort(service), readPort(redirect)]
  const flags = ['--port', port, '--redirect-port', redirectPort]
  const { of } = await diagnose(flags)
  expect(of('service-port')).toMatchObject({ verdict: 'problem' })
  expect(of('service-port').says[0]).toContain(`Port ${port} is used by`)
  expect(of('redirect-port')).toMatchObject({ verdict: 'problem' })
  expect(of('redirect-port').says[1]).toContain(`Port ${redirectPort} is used by`)
  if (process.platform === 'linux') {
    expect(of('service-port').says[0]).toContain(String(process.pid))
  }
  for (const server of [service, redirect]) server.close()
})

test('it does not affect a running Latchkey, and says that it answers', async ({
  run,
  diagnose,
}) => {
  const first = await run(['--demo', ...SCRIPTED])
  const { url } = await first.line('listening')
  const before = readdirSync(first.dataDir).toSorted()
  const { of } = await diagnose(['--demo'], { dataDir: first.dataDir })
  expect(of('running')).toMatchObject({ verdict: 'ok' })
  expect(of('running').says[0]).toContain(`(PID ${first.process.pid}, at ${url}) and answers`)
  expect(of('service-port').says[0]).toBe(MESSAGES.ports.ours([Number(new URL(url).port)]))
  expect(readdirSync(first.dataDir).toSorted()).toEqual([...before, 'diagnosis.txt'].toSorted())

  expect((await fetch(`${url}/.well-known/health`)).status).toBe(200)
  first.process.kill('SIGKILL')
  await first.ended
  const after = await diagnose(['--demo'], { dataDir: first.dataDir })
  expect(after.of('running').says).toEqual([MESSAGES.running.none])
})

test('without a provider in its own settings it checks the one of the running Latchkey', async ({
  run,
  diagnose,
  at,
}) => {
  const { flags, issuer } = await at()
  const other = await at()
  const ownProvider = await run([...flags, ...SCRIPTED])
  const demo = await run(['--demo', ...SCRIPTED])
  await ownProvider.line('listening')
  await demo.line('listening')

  const found = await diagnose([], { ...WELL, dataDir: ownProvider.dataDir })
  expect(found.of('running').says.slice(1)).toEqual([MESSAGES.running.checked(issuer)])
  expect(found.of('provider').says[0]).toContain(`${new URL(issuer).host} answered`)
  expect(found.diagnosis.verdict).toBe('ok')

  const withDemo = await diagnose([], { ...WELL, dataDir: demo.dataDir })
  expect(withDemo.of('running').says.slice(1)).toEqual([
    MESSAGES.running.checked(MESSAGES.running.demo),
  ])
  expect(withDemo.of('provider').verdict).toBe('ok')
  expect(withDemo.diagnosis.verdict).toBe('ok')

  const elsewhere = await diagnose(other.flags, { ...WELL, dataDir: ownProvider.dataDir })
  expect(elsewhere.of('running').says.slice(1)).toEqual([
    MESSAGES.running.notChecked(issuer, other.issuer),
  ])
  expect(elsewhere.of('provider').says[0]).toContain(`${new URL(other.issuer).host} answered`)
})

test('a Latchkey that hangs is a problem', async ({ run, diagnose }) => {
  test.skip(process.platform === 'win32', 'Windows has no signal to stop a program')
  const first = await run(['--demo', ...SCRIPTED])
  await first.line('listening')
  first.process.kill('SIGSTOP')
  const { of } = await diagnose(['--demo'], { dataDir: first.dataDir })
  expect(of('running')).toMatchObject({ verdict: 'problem' })
  expect(of('running').says[0]).toContain('does not answer')
  first.process.kill('SIGCONT')
})

test('each invalid setting is named, and the other checks continue', async ({
  diagnose,
  run,
  at,
}) => {
  const { flags } = await at()
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
  await writeFile(join(folder, 'settings.json'), '{ "prot": 1, "maxAge": "soon", "audience": "a" }')
  const bad = ['--nonsense', '--log-level', 'loud', ...flags]
  const { of, diagnosis } = await diagnose(bad, { dataDir: folder })
  const [first, ...problems] = of('settings').says
  expect([of('settings').verdict, first]).toEqual(['problem', MESSAGES.settings.invalid])
  expect(problems).toEqual([
    expect.stringContaining('There is no flag --nonsense.'),
    expect.stringContaining('unknown setting "prot"'),
    expect.stringContaining('"maxAge" in'),
    expect.stringContaining(`--log-level ${RULES.logLevel}, but it is "loud".`),
  ])
  expect(of('provider').verdict).toBe('ok')
  expect(diagnosis.settings).toContainEqual({
    name: 'audience',
    value: 'a',
    origin: 'settings.json',
  })

  // The program itself reports only the first one, and ends.
  const program = await run(bad, { dataDir: folder })
  expect(await program.ended).toBe(2)
  expect(program.stderr()).toBe(`latchkey: ${problems[0]}\n`)
  await rm(folder, { recursive: true })
})

test('a data directory that others can read is reported', async ({ diagnose }) => {
  const parent = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const dataDir = join(parent, 'open')
  await mkdir(dataDir)
  await chmod(dataDir, 0o755)
  const { of } = await diagnose([], { dataDir })
  expect(of('data-directory')).toMatchObject({ verdict: 'warning' })
  await rm(parent, { recursive: true })
})

test("a diagnosis that can't be written is still printed", async ({ run }) => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const dataDir = join(folder, 'file')
  await writeFile(dataDir, '')
  const program = await run(['diagnose'], { dataDir })
  expect(await program.ended).toBe(0)
  expect(program.stdout()).toContain(
    `[problem] Data directory: ${MESSAGES.dataDirectory.notADirectory(dataDir)}`,
  )
  expect(program.stderr()).toContain(`latchkey: ${COMMAND_MESSAGES.reportNotSaved('')}`)
  expect(readFileSync(dataDir, 'utf8')).toBe('')
  await rm(folder, { recursive: true })
})

test('without a keyring it says how to store the session', async ({ diagnose }) => {
  expect((await diagnose()).of('storage')).toMatchObject({
    verdict: 'warning',
    says: [expect.stringContaining('LATCHKEY_PASSPHRASE')],
  })
  const kept = await diagnose(['--keep-without-keyring'])
  expect(kept.of('storage').says).toEqual([expect.stringContaining('without a keyring')])
})

test('it includes the last failures of the last run', async ({ run, diagnose, at }) => {
  const provider = await at({ token: 'server-error' })
  const program = await run([...SCRIPTED, '--sign-in', ...provider.flags])
  await fetch(await answerLink(await program.link()))
  await program.status('failed')
  const { diagnosis } = await diagnose(provider.flags, { dataDir: program.dataDir })
  expect(diagnosis.failures.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'error', event: 'sign-in-ended', result: 'failed', code: 'provider-error' },
  ])
})

test('the failures name a browser that could not be opened', async ({ run, diagnose, at }) => {
  test.skip(process.platform !== 'linux', 'elsewhere the system opens links')
  const provider = await at()
  const env = {
    DISPLAY: '',
    WAYLAND_DISPLAY: '',
    BROWSER: '',
    WSL_DISTRO_NAME: '',
    WSL_INTEROP: '',
  }
  const flags = ['--json', '--port', '0', '--sign-in', ...provider.flags]
  const program = await run(flags, { env })
  await program.line('status', ({ status }) => status.reason === SIGN_IN_MESSAGES.noBrowser)
  program.type('quit')
  expect(await program.ended).toBe(0)
  const { diagnosis } = await diagnose(provider.flags, { dataDir: program.dataDir })
  expect(diagnosis.failures.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'warn', event: 'sign-in-message-changed', origin: 'tray', failure: 'no-browser' },
  ])
})

async function hold(): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function readPort(server: Server): string {
  return String((server.address() as AddressInfo).port)
}
