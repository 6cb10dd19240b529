// The setting `gitHosts`: the hosts that git gets tokens for.

import { expect, test } from '@playwright/test'
import { findGitAccount, gitHosts } from '../../main/settings/git-hosts.js'

const HOSTS = {
  'git.example.com': 'work',
  'git.example.com:8443': 'test',
  'bob@Code.Example.com:443': 'home',
  '[::1]:9000': 'k3vq7mzd',
}

for (const { asked, found } of [
  { asked: { host: 'git.example.com' }, found: { account: 'work', username: null } },
  { asked: { host: 'GIT.example.com' }, found: { account: 'work', username: null } },
  { asked: { host: 'git.example.com:443' }, found: { account: 'work', username: null } },
  {
    asked: { host: 'git.example.com', username: 'alice' },
    found: { account: 'work', username: 'alice' },
  },
  { asked: { host: 'git.example.com:8443' }, found: { account: 'test', username: null } },
  { asked: { host: 'code.example.com' }, found: { account: 'home', username: 'bob' } },
  {
    asked: { host: 'code.example.com', username: 'bob' },
    found: { account: 'home', username: 'bob' },
  },
  { asked: { host: '[::1]:9000' }, found: { account: 'k3vq7mzd', username: null } },
  { asked: { host: 'code.example.com', username: 'alice' }, found: null },
  { asked: { host: 'git.example.com:80' }, found: null },
  { asked: { host: 'git.example.com.' }, found: null },
  { asked: { host: 'git.example.com.evil.example' }, found: null },
  { asked: { host: 'evil.git.example.com' }, found: null },
  { asked: { host: 'example.com' }, found: null },
  { asked: { host: 'git.example.com:0443' }, found: null },
  { asked: { host: 'evil.example@git.example.com' }, found: null },
  { asked: { host: 'git.example.com/evil' }, found: null },
  { asked: { host: 'git.example.com\u0000' }, found: null },
  { asked: { host: ' git.example.com' }, found: null },
  { asked: { host: '' }, found: null },
  { asked: { host: '__proto__' }, found: null },
]) {
  const name = `${asked.username === undefined ? '' : `${asked.username}@`}${asked.host}`
  test(`${JSON.stringify(name)} gets ${found === null ? 'nothing' : found.account}`, () => {
    expect(findGitAccount(HOSTS, { username: null, ...asked })).toEqual(found)
  })
}

test('an entry with the username counts before one without it', () => {
  const hosts = { 'git.example.com': 'work', 'bob@git.example.com': 'home' }
  const find = (username: string | null) =>
    findGitAccount(hosts, { host: 'git.example.com', username })
  expect(find('bob')).toEqual({ account: 'home', username: 'bob' })
  expect(find('alice')).toEqual({ account: 'work', username: 'alice' })
  expect(find(null)).toEqual({ account: 'work', username: null })
})

test('two entries for the same host and username are rejected', () => {
  for (const twice of [
    { 'git.example.com': 'work', 'GIT.example.com': 'home' },
    { 'git.example.com': 'work', 'git.example.com:443': 'home' },
    { 'bob@git.example.com': 'work', 'bob@Git.example.com': 'home' },
  ]) {
    expect(gitHosts.safeParse(twice).success, JSON.stringify(twice)).toBe(false)
  }
  expect(gitHosts.safeParse(HOSTS)).toEqual({ success: true, data: HOSTS })
})
