// Playwright's global setup: builds the programs that tests start, so that they are never outdated.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './root.js'

// eslint-disable-next-line import/no-default-export -- Playwright's contract
export default function buildAll(): void {
  const command = [join(ROOT, 'test', 'tools', 'build.mjs'), '--tests']
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
  if (status !== 0) throw new Error('The programs could not be built.')
}
