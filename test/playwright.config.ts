// One runner for all tests, in four projects: `unit` needs no browser, `window` drives the renderer
// and other pages in a real Chromium, `e2e` runs whole programs, `attack` holds the attacks.

import { join, sep } from 'node:path'
import { defineConfig } from '@playwright/test'
import { openRunFolder } from './support/run-folder.js'

openRunFolder()
// Settings in the developer's own environment must not reach the tests.
for (const name of Object.keys(process.env)) {
  if (/^LATCHKEY_(?!BROWSER$|STAND_IN$|TEST_)/.test(name)) delete process.env[name]
}

/** The folders of each project. `long` has a configuration of its own. */
const PROJECTS = {
  unit: ['unit'],
  window: ['window'],
  e2e: ['e2e', 'api', 'providers', 'stand-in'],
  attack: ['attack'],
}

/** Playwright matches whole paths: the pattern `unit/**` would match any checkout in a folder `unit`. */
export function specsIn(folder: string): RegExp {
  const path = join(import.meta.dirname, folder) + sep
  return new RegExp(`^${path.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}.*\\.spec\\.ts$`)
}

export default defineConfig({
  testDir: '.',
  globalSetup: './support/build-all.ts',
  outputDir: '../test-results',
  // `npm run pictures` makes the pictures, so that a person looks at each change.
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  updateSnapshots: 'none',
  fullyParallel: true,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['./providers/matrix-reporter.ts'], ['./support/reporter.ts']],
  workers: 2,
  // Generous, for a busy machine: no test measures time.
  timeout: 60_000,
  expect: { timeout: 20_000 },
  retries: 0,
  projects: Object.entries(PROJECTS).map(([name, folders]) => ({
    name,
    testMatch: folders.map(specsIn),
  })),
})
