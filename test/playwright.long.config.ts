// The tests that take minutes, for `npm run test:long`.

import { defineConfig } from '@playwright/test'
import config, { specsIn } from './playwright.config.js'

export default defineConfig({
  ...config,
  projects: [{ name: 'long', testMatch: specsIn('long') }],
})
