// One runner for all tests: unit tests in plain Node, and those that drive a real Chromium.

import { defineConfig } from '@playwright/test'
import { openRunFolder } from './support/run-folder.js'

openRunFolder()
// A person's own settings are no test's, nor is a variable that Latchkey would complain of.
for (const name of Object.keys(process.env)) {
  if (/^LATCHKEY_(?!BROWSER$|STAND_IN$|TEST_)/.test(name)) delete process.env[name]
}

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  // `npm run test:long` runs those.
  testIgnore: 'long/**',
  outputDir: '../test-results',
  // Pictures are made by `npm run pictures` only, where a person looks at them.
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  updateSnapshots: 'none',
  fullyParallel: true,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['./providers/matrix-reporter.ts'], ['./support/reporter.ts']],
  workers: 2,
  // So long a test may hang, on a machine that is busy; no test measures time.
  timeout: 60_000,
  expect: { timeout: 20_000 },
  retries: 0,
})
