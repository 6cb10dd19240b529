// The tests that take minutes, for `npm run test:long`.

import { defineConfig } from '@playwright/test'
import config from './playwright.config.js'

export default defineConfig({
  ...config,
  projects: [{ name: 'long', testMatch: 'long/**/*.spec.ts' }],
})
