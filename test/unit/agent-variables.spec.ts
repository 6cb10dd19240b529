// The variables of an agent that a command starts.

import { expect, test } from '@playwright/test'
import { toAgentVariables } from '../../main/cli/agent-variables.js'

test('the agent gets all variables but the keys of the command', () => {
  const env = {
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy',
    SSL_CERT_FILE: '/ca',
    LATCHKEY_PORT: '0',
  }
  const keys = { LATCHKEY_KEY: 'key', LATCHKEY_KEY_FILE: '/key' }
  expect(toAgentVariables({ ...env, ...keys })).toEqual(env)
})

test('S49: no variable of Node opens the agent to other programs', () => {
  const kept = {
    NODE_EXTRA_CA_CERTS: '/ca',
    NODE_USE_SYSTEM_CA: '1',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  }
  const dropped = {
    NODE_DEBUG: 'http',
    NODE_DEBUG_NATIVE: 'inspector',
    NODE_V8_COVERAGE: '/coverage',
    NODE_REPL_HISTORY: '/history',
    NODE_REPL_EXTERNAL_MODULE: '/module',
    NODE_COMPILE_CACHE: '/cache',
    NODE_PATH: '/modules',
    NODE_REDIRECT_WARNINGS: '/warnings',
    NODE_CHANNEL_FD: '3',
    node_debug: 'tls',
    LATCHKEY_key: 'key',
  }
  expect(toAgentVariables({ ...kept, ...dropped })).toEqual(kept)
})

test('S49: only harmless options of Node stay', () => {
  const toOptions = (NODE_OPTIONS: string): string | undefined =>
    toAgentVariables({ NODE_OPTIONS })['NODE_OPTIONS']
  expect(toOptions(' --max-old-space-size=4096  --use-system-ca ')).toBe(
    '--max-old-space-size=4096 --use-system-ca',
  )
  expect(toOptions('--inspect=127.0.0.1:0 --no-warnings')).toBe('--no-warnings')
  for (const options of [
    '',
    '--inspect',
    '--inspect-brk',
    '--require /tmp/a.js',
    '--import=/tmp/a.js',
    '--tls-keylog=/tmp/keys',
    '--trace-event-categories node',
    '--require "a --no-warnings"',
    '--inspect-port=0',
    '--cpu-prof',
    '--heapsnapshot-signal=SIGUSR2',
  ]) {
    expect(toOptions(options), options).toBeUndefined()
  }
})
