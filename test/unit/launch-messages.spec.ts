// The messages of the launch room, once, for a reader to check.

import { expect, test } from '@playwright/test'
import { LAUNCH_MESSAGES, SANDBOX_MESSAGES } from '../../main/launch/launch-messages.js'

test('the messages about a start of the tray app that fails', () => {
  expect([
    LAUNCH_MESSAGES.withoutTray('Electron does not run as root.'),
    LAUNCH_MESSAGES.forTray,
    LAUNCH_MESSAGES.noDesktop,
    LAUNCH_MESSAGES.isRoot,
    LAUNCH_MESSAGES.noOverride('/opt/electron'),
    LAUNCH_MESSAGES.endedEarly('code 1'),
    LAUNCH_MESSAGES.noReason,
    LAUNCH_MESSAGES.missingLibraries(['libnss3.so']),
    LAUNCH_MESSAGES.missingLibraries(['libnss3.so', 'libgbm.so.1']),
    LAUNCH_MESSAGES.installLibraries,
    LAUNCH_MESSAGES.noScreen(['WAYLAND_DISPLAY=wayland-0', 'DISPLAY=:0']),
    LAUNCH_MESSAGES.fetching,
    LAUNCH_MESSAGES.fetched('60'),
    LAUNCH_MESSAGES.notFetched(''),
    LAUNCH_MESSAGES.notFetched(LAUNCH_MESSAGES.fetchTimeout(10)),
  ]).toEqual([
    'Electron does not run as root. Latchkey starts without its tray, in this terminal.',
    'For the tray:',
    'Electron needs a desktop, and this session has none.',
    'Electron does not run as root.',
    'There is no /opt/electron, which ELECTRON_OVERRIDE_DIST_PATH points to.',
    'Electron quit right after starting (code 1).',
    'no reason given',
    'Electron needs a library that is not installed: libnss3.so.',
    'Electron needs libraries that are not installed: libnss3.so, libgbm.so.1.',
    'Install the packages that contain them.',
    "Electron can't open the display (WAYLAND_DISPLAY=wayland-0, DISPLAY=:0).",
    'Downloading Electron (only once)…',
    'Downloading Electron (only once)… 60 of about 120 MB',
    "Electron's binary could not be downloaded.",
    "Electron's binary could not be downloaded: it took more than 10 minutes.",
  ])
})

test("the messages about Chromium's sandbox", () => {
  const { cannotStart, helperMissing, helperMode } = SANDBOX_MESSAGES
  const limit = { key: 'user.max_user_namespaces', value: '0' }
  expect([
    cannotStart(limit, '/opt/chrome-sandbox', helperMissing),
    cannotStart(limit, '/opt/chrome-sandbox', helperMode('0755', 1000)),
    SANDBOX_MESSAGES.allowHelper,
    SANDBOX_MESSAGES.allowProgram,
    ...SANDBOX_MESSAGES.withoutSandbox,
  ]).toEqual([
    "Chromium's sandbox can't start: this system does not let programs use user namespaces (user.max_user_namespaces is 0), and /opt/chrome-sandbox is missing.",
    "Chromium's sandbox can't start: this system does not let programs use user namespaces (user.max_user_namespaces is 0), and /opt/chrome-sandbox has mode 0755 and owner 1000, but needs 4755 and 0.",
    "Let Chromium's helper run as root. Repeat this after each update of Electron:",
    'Or give this Electron an AppArmor profile that allows user namespaces:',
    'Or run once without the sandbox. A flaw in Chromium could then reach all your files if someone',
    "managed to attack the page in Latchkey's window:",
    '  npm start -- --no-sandbox',
  ])
})
