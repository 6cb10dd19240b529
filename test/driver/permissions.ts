// Carries the app's permissions for its pages over to Chromium.

import type { BrowserContext } from '@playwright/test'
import type { AppCalls } from '../stand-in/contract.js'
import type { Wire } from '../stand-in/wire.js'
import { fromChromium, toChromium } from './addresses.js'

/** Chromium's name of a permission, and Electron's. */
const PERMISSIONS = {
  geolocation: 'geolocation',
  notifications: 'notifications',
  'clipboard-read': 'clipboard-read',
  camera: 'media',
  microphone: 'media',
  midi: 'midi',
} as const

/** Gives the page the permissions that the app's handlers grant, by request or by check. */
export async function grantPermissions(
  context: BrowserContext,
  app: Wire<AppCalls>,
  id: number,
  url: string,
): Promise<void> {
  const { origin } = new URL(toChromium(url))
  const granted: string[] = []
  for (const [permission, name] of Object.entries(PERMISSIONS)) {
    const { check, request } = await app.call('permission', id, name, fromChromium(origin))
    if (check || request) granted.push(permission)
  }
  if (granted.length > 0) await context.grantPermissions(granted, { origin })
}
