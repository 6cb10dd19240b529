// S38: commands that fail, curl that fails, and what runs beside them show no key, token or secret.

import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { mergeTests } from '@playwright/test'
import { COMMANDS } from '../../main/cli/commands-table.js'
import { EXIT_CODES } from '../../main/cli/exit-codes.js'
import { readServiceFile } from '../../main/storage/service-file.js'
import { expect, test as onDesktop } from '../driver/driver.js'
import { startProvider } from '../provider/provider.js'
import { endAgent, hideLink, hideSentTo, hideTokens, wrapCurl } from '../support/canaries.js'
import { answerLink } from '../support/person.js'
import { SCRIPTED, test as programs } from '../support/program.js'
import { ROOT } from '../support/root.js'
import { runCli, runCommand, type Ran } from '../support/run-cli.js'
import { createHunt } from '../support/secrets.js'

const test = mergeTests(programs, onDesktop)
test.skip(process.platform === 'win32', 'uses a Unix socket and a POSIX shell')

const PASSPHRASE = 'canary: "correct horse battery/staple+" ünïted'
const CLIENT_SECRET = 'canary: GOCSPX-+/=secret'
const OTHER_KEY = `latchkey_${'Canary-of-a-key-that-nobody-made_'.padEnd(43, 'x')}`
const GIT_REQUEST = 'protocol=https\nhost=git.example.com\n\n'

/** The arguments that a command needs. */
const ARGUMENTS: Readonly<Record<string, string>> = { 'git-credential': 'git-credential get' }
/** Each command that a key is for, in each form. For the others, the person is asked about each call. */
const CALLS: readonly string[] = COMMANDS.filter(({ flags }) =>
  flags.some(({ name }) => name === 'key-file'),
).flatMap(({ name, flags }) => {
  const words = ARGUMENTS[name] ?? name
  return flags.some((flag) => flag.name === 'json') ? [words, `${words} --json`] : [words]
})

const both = ({ stdout, stderr }: Pick<Ran, 'stdout' | 'stderr'>): string => stdout + stderr

/** Ends each connection to a Unix socket with this answer. */
async function answerWith(socket: string, answer: string): Promise<Server> {
  const server = createServer((connection) => {
    connection.on('error', () => undefined).once('data', () => connection.end(answer))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return server
}

test('S38: commands that fail, and an agent beside them, show no key, token or secret', async ({
  run,
  folders,
}) => {
  test.setTimeout(240_000)
  const hunt = createHunt()
  hunt.hide('passphrase', PASSPHRASE)
  hunt.hide('client_secret', CLIENT_SECRET)
  hunt.hide('a key that nobody made', OTHER_KEY)
  const secret = { value: CLIENT_SECRET, method: 'client_secret_post' } as const
  const provider = await startProvider({ signingAlg: 'ES256', secret })
  hideTokens(provider, hunt)
  const [dataDir, temporary, own] = [
    await folders.create(),
    await folders.create(),
    await folders.create(),
  ]
  const curl = await wrapCurl(own)
  const env = {
    LATCHKEY_CLIENT_SECRET: CLIENT_SECRET,
    LATCHKEY_PASSPHRASE: PASSPHRASE,
    LATCHKEY_ISSUER: provider.issuer,
    LATCHKEY_CLIENT_ID: provider.clientId,
    LATCHKEY_GIT_HOSTS: 'git.example.com=127.0.0.1',
    LATCHKEY_LOG_LEVEL: 'debug',
    LATCHKEY_PORT: '0',
    LATCHKEY_NO_BROWSER: '1',
    TMPDIR: temporary,
    TEMP: temporary,
  }
  const program = await run(SCRIPTED, { dataDir, env })
  const cli = (words: string, more: Record<string, string> = {}): Promise<Ran> =>
    runCli([...words.split(' '), '--data-dir', dataDir], {
      env: { ...env, ...more },
      input: GIT_REQUEST,
    })
  const look = async (): Promise<void> => {
    for (const words of ['diagnose', 'diagnose --json'])
      hunt.see('a diagnosis', both(await cli(words)))
    await hunt.seeFiles('the data directory:', dataDir)
    await hunt.seeFiles('the temporary files:', temporary)
  }
  await program.line('listening')
  hunt.hide('service_secret', readServiceFile(dataDir)!.secret!.reveal())

  let key = ''
  await test.step('a sign-in that waits, and its pasted redirect', async () => {
    program.type('sign-in')
    const link = await program.link()
    hideLink(link, hunt)
    await look()
    const pasted = await answerLink(link)
    hunt.hide('pasted code', new URL(pasted).searchParams.get('code')!)
    program.type(pasted)
    await program.status('signed-in')
    // It cannot be used twice.
    program.type(pasted)
    const again = await program.line('answer', ({ command, ok }) => command === 'paste' && !ok)
    hunt.see('the answer to a second paste', JSON.stringify(again))
    program.type('key backup')
    key = (await program.line('key')).key
    hunt.hide('key', key)
  })

  await test.step('each command with a key that is wrong', async () => {
    for (const words of CALLS) {
      const ran = await cli(words, { LATCHKEY_KEY: OTHER_KEY })
      expect([words, ran.code]).not.toEqual([words, EXIT_CODES.ok])
      hunt.see(`${words}, with a wrong key:`, both(ran))
    }
  })

  await test.step('each command whose key is no key, or not for this', async () => {
    const broken = join(own, 'broken.key')
    await writeFile(broken, `${key}\n${OTHER_KEY}\n`, { mode: 0o600 })
    const open = join(own, 'open.key')
    await writeFile(open, key, { mode: 0o644 })
    for (const flags of [`--key-file ${broken}`, `--key-file ${open}`, `--account zzzzzzzz`]) {
      const ran = await cli(`token ${flags}`, flags.includes('key') ? {} : { LATCHKEY_KEY: key })
      expect(ran.code, flags).not.toBe(EXIT_CODES.ok)
      hunt.see(`token ${flags}:`, both(ran))
    }
    for (const given of [`${key}x`, `${key} ${OTHER_KEY}`, `Bearer ${key}`]) {
      const ran = await cli('token --json', { LATCHKEY_KEY: given })
      expect(ran.code).toBe(EXIT_CODES.badUsage)
      hunt.see('token with a broken key:', both(ran))
    }
  })

  await test.step('a question that is open, and its denial', async () => {
    const asking = cli('token --id-token --json')
    const { id } = await program.line('consent')
    await look()
    program.type(`deny ${id}`)
    const denied = await asking
    expect(denied.code).toBe(EXIT_CODES.notAllowed)
    hunt.see('a denied command:', both(denied))
  })

  await test.step('a provider that fails while a token is asked for', async () => {
    for (const token of ['echo', 'server-error'] as const) {
      provider.misbehave.token = token
      const ran = await cli('token --min-validity 30000000 --json', { LATCHKEY_KEY: key })
      if (ran.code !== EXIT_CODES.ok) hunt.see(`a provider with ${token}:`, both(ran))
      provider.misbehave.token = undefined
    }
    await look()
  })

  await test.step('the script for shells, beside a curl and a socket that fail', async () => {
    test.skip(!curl.isThere, 'curl is not installed')
    const script = join(ROOT, 'main/assets/latchkey-token.sh')
    const folder = join(own, 'closed')
    await mkdir(folder, { mode: 0o700 })
    const socket = join(folder, 's')
    const service = await readFile(join(dataDir, 'service.json'), 'utf8')
    const changed = service.replace(/"socket": ".*"/, `"socket": "${socket}"`)
    await writeFile(join(own, 'service.json'), changed, { mode: 0o600 })
    for (const answer of [
      '',
      'no HTTP',
      'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf',
      'HTTP/1.1 500 E\r\n\r\n',
    ]) {
      const server = await answerWith(socket, answer)
      const ran = await runCommand('sh', [script, '--data-dir', own], {
        env: { PATH: curl.path, LATCHKEY_KEY: key, TMPDIR: temporary },
      })
      server.close()
      expect([answer, ran.code]).toEqual([answer, EXIT_CODES.failed])
      hunt.see(`the script, for ${answer}:`, both(ran))
    }
    const seen = readFileSync(curl.seen, 'utf8')
    expect(seen).toContain('--unix-socket')
    hunt.see('the command line of curl', seen)
    const environment = readFileSync(curl.environment, 'utf8')
    expect(environment).toContain(`TMPDIR=${temporary}`)
    hunt.see('the environment of curl', environment)
  })

  await test.step('an agent that a command with a key starts, and one that does not start', async () => {
    program.type('quit')
    await program.ended
    hunt.see('the output', program.stdout().replaceAll(/^\{"event":"(open|consent|key)".*$/gm, ''))
    hunt.see('the output', program.stderr())
    for (const words of CALLS) {
      const ran = await cli(words, { LATCHKEY_KEY: key })
      expect([words, ran.code]).toEqual([words, EXIT_CODES.noAgent])
      hunt.see(`${words}, without an agent:`, both(ran))
    }
    hunt.see(
      'a failed start',
      both(await cli('token --start', { LATCHKEY_KEY: key, LATCHKEY_PORT: 'x' })),
    )
    try {
      const started = await cli('token --start', { LATCHKEY_KEY: key })
      expect(started.code).toBe(0)
      expect(started.stderr).toMatch(/^latchkey: Latchkey now runs .+\n$/)
      hunt.hide('token of a new agent', started.stdout.trim())
      const { pid, secret: ofAgent } = readServiceFile(dataDir)!
      hunt.hide('service_secret', ofAgent!.reveal())
      if (process.platform === 'linux') {
        hunt.see('the command line of the agent', readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
        // The agent needs the other variables.
        const given = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        expect(given).toContain(`LATCHKEY_ISSUER=${provider.issuer}`)
        const others = given.filter((one) => !/^LATCHKEY_(PASSPHRASE|CLIENT_SECRET)=/.test(one))
        hunt.see('the environment of the agent', others.join('\n'))
      }
      await look()
    } finally {
      await endAgent(dataDir)
    }
    await hunt.seeFiles('the data directory:', dataDir)
  })

  hideSentTo(provider, hunt)
  await provider.close()
  // The search covered the right places.
  expect(hunt.seen('the data directory: latchkey.log')).toContain('"signed-in"')
  expect(hunt.seen('the data directory: headless.log')).not.toBe('')
  expect(hunt.seen('the data directory: diagnosis.txt')).not.toBe('')
  expect(hunt.seen('token --json, with a wrong key:')).not.toBe('')
  // This file is for the secret, and shows that the search finds what is there.
  expect(hunt.found()).toEqual(['service_secret in the data directory: service.json'])
})
