// Messages about why the tray app cannot start from the source tree, and what to do.

export const LAUNCH_MESSAGES = {
  withoutTray: (message: string) =>
    `${message} Latchkey starts without its tray, in this terminal.`,
  forTray: 'For the tray:',
  noDesktop: 'Electron needs a desktop, and this session has none.',
  isRoot: 'Electron does not run as root.',
  noOverride: (path: string) => `There is no ${path}, which ELECTRON_OVERRIDE_DIST_PATH points to.`,
  endedEarly: (how: string) => `Electron quit right after starting (${how}).`,
  noReason: 'no reason given',
  missingLibraries: (libraries: readonly string[]) =>
    `Electron needs ${libraries.length === 1 ? 'a library that is' : 'libraries that are'} not ` +
    `installed: ${libraries.join(', ')}.`,
  installLibraries: 'Install the packages that contain them.',
  noScreen: (variables: readonly string[]) =>
    `Electron can't open the display (${variables.join(', ')}).`,
  fetching: 'Downloading Electron (only once)…',
  fetched: (megabytes: string) => `Downloading Electron (only once)… ${megabytes} of about 120 MB`,
  notFetched: (message: string) =>
    `Electron's binary could not be downloaded${message === '' ? '' : `: ${message}`}.`,
  fetchTimeout: (minutes: number) => `it took more than ${minutes} minutes`,
}

export const SANDBOX_MESSAGES = {
  cannotStart: (limit: { key: string; value: string }, helper: string, state: string) =>
    `Chromium's sandbox can't start: this system does not let programs use user namespaces ` +
    `(${limit.key} is ${limit.value}), and ${helper} ${state}.`,
  helperMissing: 'is missing',
  helperMode: (mode: string, owner: number) =>
    `has mode ${mode} and owner ${owner}, but needs 4755 and 0`,
  allowHelper: "Let Chromium's helper run as root. Repeat this after each update of Electron:",
  allowProgram: 'Or give this Electron an AppArmor profile that allows user namespaces:',
  withoutSandbox: [
    'Or run once without the sandbox. A flaw in Chromium could then reach all your files if someone',
    "managed to attack the page in Latchkey's window:",
    '  npm start -- --no-sandbox',
  ],
}
