// Starts the test runner with the given arguments: `node .ci/test.cjs …`.

'use strict'

const { spawnSync } = require('node:child_process')
const { join } = require('node:path')

const [major, minor] = process.versions.node.split('.').map(Number)
// Playwright loads TypeScript with `module.registerHooks`. With it, Node 22.15 to 22.22.0 and 24.0 to
// 24.11 fail to load some CommonJS ("request for './index.js' is not in cache"), so use its other loader.
if (major < 24 || (major === 24 && minor < 13)) process.env.PLAYWRIGHT_FORCE_ASYNC_LOADER = '1'

const runner = join(__dirname, '..', 'node_modules', '@playwright', 'test', 'cli.js')
const command = [runner, 'test', '-c', 'test/playwright.config.ts', ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
process.exitCode = status ?? 1
