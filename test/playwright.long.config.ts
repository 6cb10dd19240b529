// The tests that take long, for `npm run test:long`.

import { defineConfig } from '@playwright/test'
import config from './playwright.config.js'

export default defineConfig({ ...config, testIgnore: [], testMatch: 'long/**/*.spec.ts' })
