// `latchkey git-credential`, run by git itself against https servers that want a password.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CREDENTIAL_MESSAGES, PROBLEM_MESSAGES } from '../../main/cli/cli-messages.js'
import { RULES } from '../../main/settings/settings-messages.js'
import {
  GIT_ENV,
  makeGitFolder,
  makeRepository,
  startGitServer,
  type GitServer,
} from '../support/git-server.js'
import { createPrivateAuthority } from '../support/private-ca.js'
import type { Program } from '../support/program.js'
import { findProgram } from '../support/program-path.js'
import { CLI, runCli } from '../support/run-cli.js'
import { comeBack, expect, test as base } from '../support/service.js'

type Git = { code: number; stderr: string }
type Signed = {
  program: Program
  account: string
  keyFile: string
  /** The command as git's configuration has it. */
  helper: string
  /** Runs git with the helper, and with the setting `gitHosts`. */
  git: (hosts: Record<string, string>, args: readonly string[]) => Promise<Git>
}

const test = base.extend<{ signed: Signed; first: GitServer; other: GitServer; folder: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => use(makeGitFolder()),
  // `first` contains `other` as a submodule.
  // eslint-disable-next-line no-empty-pattern
  other: async ({}, use) => {
    const server = await startGitServer(AUTHORITY, makeGitFolder())
    await use(server)
    server.close()
  },
  first: async ({ folder, other }, use) => {
    const commit = 'a'.repeat(40)
    makeRepository(folder, { url: other.url, commit })
    const server = await startGitServer(AUTHORITY, folder)
    await use(server)
    server.close()
  },
  signed: async ({ serve }, use) => {
    const { program } = await serve()
    program.type('sign-in')
    await comeBack(program)
    await program.status('signed-in')
    program.type('key git')
    const { key } = await program.line('key')
    const { dataDir } = program
    const keyFile = join(dataDir, 'git.key')
    await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
    const ca = join(dataDir, 'ca.pem')
    await writeFile(ca, AUTHORITY.certificate)
    const token = await runCli(['token', '--json', '--key-file', keyFile, ...at(dataDir)])
    const { account } = JSON.parse(token.stdout) as { account: { id: string } }
    const helper = `!'${process.execPath}' '${CLI}' git-credential --key-file '${keyFile}' --data-dir '${dataDir}'`
    await use({
      program,
      account: account.id,
      keyFile,
      helper,
      git: (hosts, args) =>
        runGit(['-c', `credential.helper=${helper}`, ...args], {
          GIT_SSL_CAINFO: ca,
          LATCHKEY_GIT_HOSTS: new URLSearchParams(hosts).toString(),
        }),
    })
  },
})
test.skip(findProgram('git') === null, 'git is not installed')
test.skip(process.platform === 'win32', 'the helper is written for a POSIX shell')

const AUTHORITY = createPrivateAuthority()
const at = (dataDir: string): string[] => ['--data-dir', dataDir]

function runGit(args: readonly string[], env: Record<string, string>): Promise<Git> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...GIT_ENV, ...env } }
    execFile('git', [...args], options, (error, _, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    )
  })
}

test('git clones from a host of the setting, with a token as the password', async ({
  signed,
  first,
  other,
  folder,
}) => {
  const { account, git, keyFile, program } = signed
  const clone = join(folder, 'clone')
  const cloned = await git({ [first.host]: account }, ['clone', '--quiet', first.url, clone])
  expect(cloned).toEqual({ code: 0, stderr: '' })
  expect(existsSync(join(clone, '.gitmodules'))).toBe(true)
  const token = await runCli(['token', '--key-file', keyFile, ...at(program.dataDir)])
  const [without, ...others] = first.sent
  expect(without).toBeNull()
  expect(new Set(others)).toEqual(new Set([`oauth2:${token.stdout.trim()}`]))
  expect(other.sent).toEqual([])
})

test('the setting may name the provider instead of the account', async ({ signed, first }) => {
  const { git } = signed
  // Without a name of its own, the provider has its host's.
  const provider = '127.0.0.1'
  expect(await git({ [first.host]: provider }, ['ls-remote', first.url])).toMatchObject({ code: 0 })
  first.sent.splice(0)
  const unknown = await git({ [first.host]: 'nowhere' }, ['ls-remote', first.url])
  expect(unknown.stderr).toContain(CREDENTIAL_MESSAGES.noAccount('nowhere'))
  expect(first.sent).toEqual([null])
})

test('a submodule at another host gets nothing, even if it asks for a password', async ({
  signed,
  first,
  other,
  folder,
}) => {
  const { account, git } = signed
  const args = ['clone', '--quiet', '--recurse-submodules', first.url, join(folder, 'clone')]
  const cloned = await git({ [first.host]: account }, args)
  expect(cloned.code).not.toBe(0)
  expect(cloned.stderr).toContain(other.url)
  expect(other.sent.length).toBeGreaterThan(0)
  expect(other.sent.filter((one) => one !== null)).toEqual([])
})

test('the username is that of the URL, or of the setting', async ({ signed, first }) => {
  const { account, git } = signed
  const names = async (url: string, host: string): Promise<Set<string>> => {
    first.sent.splice(0)
    await git({ [host]: account }, ['ls-remote', url])
    const pairs = first.sent.flatMap((one) => (one === null ? [] : [one.split(':')]))
    // Git sends a username of the URL even without a password.
    return new Set(pairs.flatMap(([name, password]) => (password === '' ? [] : [name!])))
  }
  const withName = first.url.replace('https://', 'https://alice@')
  expect(await names(first.url, `bob@${first.host}`)).toEqual(new Set(['bob']))
  expect(await names(withName, first.host)).toEqual(new Set(['alice']))
  expect(await names(withName, `bob@${first.host}`)).toEqual(new Set())
})

test('without an agent, git is told why, and gets nothing', async ({ signed, first }) => {
  const { account, git, program } = signed
  program.type('quit')
  await program.ended
  const { code, stderr } = await git({ [first.host]: account }, ['ls-remote', first.url])
  expect(code).not.toBe(0)
  expect(stderr).toContain('latchkey: Latchkey is not running')
  expect(first.sent).toEqual([null])
})

test('the hosts may be flags of the command, which count before the setting', async ({
  signed,
  first,
  other,
}) => {
  const { account, git, helper } = signed
  const ask = (flags: string, url: string) =>
    git({ [first.host]: 'nowhere', [other.host]: account }, [
      '-c',
      'credential.helper=',
      '-c',
      `credential.helper=${helper} ${flags}`,
      'ls-remote',
      url,
    ])
  const both = `--git-host=${first.host}=${account} --git-host git.example.com=nowhere`
  expect(await ask(both, first.url)).toMatchObject({ code: 0, stderr: '' })
  expect(first.sent.at(-1)).toMatch(/^oauth2:\S+/)
  await ask(both, other.url)
  expect(other.sent).toEqual([null])
  const wrong = await ask(`--git-host ${first.host}`, first.url)
  expect(wrong.stderr).toContain('--git-host')
  expect(wrong.stderr).toContain(RULES.gitHosts)
})

/** Runs the command as git does, without a key, for a host of the provider. */
function askByProvider({ program }: Signed): ReturnType<typeof runCli> {
  const input = 'protocol=https\nhost=git.example.com\n\n'
  const env = { LATCHKEY_GIT_HOSTS: 'git.example.com=127.0.0.1' }
  return runCli(['git-credential', 'get', ...at(program.dataDir)], { input, env })
}

async function answerNext({ program }: Signed, word: 'allow' | 'deny'): Promise<string> {
  const { id, purpose } = await program.line('consent')
  program.type(`${word} ${id}`)
  return purpose
}

test('without a key, it waits for the user: about the name of the account, then about the token', async ({
  signed,
}) => {
  const allow = async () => [await answerNext(signed, 'allow'), await answerNext(signed, 'allow')]
  const [ran, purposes] = await Promise.all([askByProvider(signed), allow()])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/^username=oauth2\npassword=\S+\n/)
  expect(purposes).toEqual(['identity', 'access-token'])
})

test('without a key, a denial is code 6, and no token is asked for', async ({ signed }) => {
  const [ran] = await Promise.all([askByProvider(signed), answerNext(signed, 'deny')])
  expect(ran).toMatchObject({ code: 6, stdout: '' })
  expect(ran.stderr).toContain(PROBLEM_MESSAGES.denied)
  expect(signed.program.stdout().match(/"event":"consent"/g)).toHaveLength(1)
})

test('a host that the setting does not name is answered without an agent', async () => {
  const input = 'protocol=https\nhost=git.example.com\n\n'
  const flags = ['--git-host', 'git.example.org=work', ...at('/nonexistent')]
  const run = await runCli(['git-credential', 'get', ...flags], { input })
  expect(run).toEqual({ code: 0, stdout: '', stderr: '' })
  const none = await runCli(['git-credential', 'get', ...at('/nonexistent')], { input })
  const stderr = `latchkey: ${CREDENTIAL_MESSAGES.noHosts}\n`
  expect(none).toEqual({ code: 0, stdout: '', stderr })
})

test('only a request for an https host is told that no host was given', async () => {
  for (const input of [
    'protocol=http\nhost=git.example.com\n\n',
    'protocol=https\n\n',
    'no request\n\n',
  ]) {
    const run = await runCli(['git-credential', 'get', ...at('/nonexistent')], { input })
    expect(run, input).toEqual({ code: 0, stdout: '', stderr: '' })
  }
})

test('a misspelt variable is named, also if no host is for git', async () => {
  const input = 'protocol=https\nhost=git.example.com\n\n'
  const flags = ['--git-host', 'git.example.org=work', ...at('/nonexistent')]
  const run = await runCli(['git-credential', 'get', ...flags], {
    input,
    env: { LATCHKEY_GIT_HOSTZ: 'a=b' },
  })
  expect(run).toMatchObject({ code: 0, stdout: '' })
  expect(run.stderr).toMatch(
    /^latchkey: .*LATCHKEY_GIT_HOSTZ.*Did you mean LATCHKEY_GIT_HOSTS?\?\n$/,
  )
})
