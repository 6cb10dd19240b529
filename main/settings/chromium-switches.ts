// Separates the switches of Chromium and Electron from Latchkey's flags on the same command line.

/**
 * The switches that people may need on a desktop, from the documentation of Electron and Chromium. A
 * switch that is missing here is rejected as an unknown flag, so add it.
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/command-line-switches}
 */
const NAMES: ReadonlySet<string> = new Set([
  // Sandbox.
  'disable-gpu-sandbox',
  'disable-namespace-sandbox',
  'disable-seccomp-filter-sandbox',
  'disable-setuid-sandbox',
  'enable-sandbox',
  'no-sandbox',
  'no-zygote',
  // Screen and graphics.
  'disable-accelerated-2d-canvas',
  'disable-dev-shm-usage',
  'disable-gpu',
  'disable-gpu-compositing',
  'disable-hardware-acceleration',
  'disable-software-rasterizer',
  'enable-wayland-ime',
  'force-color-profile',
  'force-dark-mode',
  'force-device-scale-factor',
  'force-high-contrast',
  'force-prefers-reduced-motion',
  'force-renderer-accessibility',
  'force_high_performance_gpu',
  'force_low_power_gpu',
  'gtk-version',
  'headless',
  'high-dpi-support',
  'ignore-gpu-blocklist',
  'in-process-gpu',
  'ozone-platform',
  'ozone-platform-hint',
  'use-angle',
  'use-gl',
  'use-vulkan',
  'wayland-text-input-version',
  'xdg-portal-required-version',
  // Network.
  'auth-negotiate-delegate-whitelist',
  'auth-server-whitelist',
  'disable-http2',
  'disable-http-cache',
  'disable-ntlm-v2',
  'disk-cache-size',
  'host-resolver-rules',
  'host-rules',
  'no-proxy-server',
  'proxy-auto-detect',
  'proxy-bypass-list',
  'proxy-pac-url',
  'proxy-server',
  // Keyring, language, features and profile.
  'disable-features',
  'disable-renderer-backgrounding',
  'enable-features',
  'force-fieldtrials',
  'js-flags',
  'lang',
  'password-store',
  'use-mock-keychain',
  // Troubleshooting. `log-level` is Latchkey's own flag.
  'disable-breakpad',
  'enable-crash-reporter',
  'enable-logging',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'log-file',
  'log-net-log',
  'remote-debugging-pipe',
  'remote-debugging-port',
  'no-stdio-init',
  'trace-deprecation',
  'trace-startup',
  'trace-warnings',
  'v',
  'vmodule',
])

export type SplitArgs = { own: readonly string[]; chromium: readonly string[] }

/** Separates Chromium's switches and their values from the other arguments. */
export function splitSwitches(args: readonly string[]): SplitArgs {
  const end = args.indexOf('--')
  const isChromium = (arg: string, index: number): boolean =>
    (end < 0 || index < end) && arg.startsWith('--') && NAMES.has(readName(arg))
  return {
    own: args.filter((arg, index) => !isChromium(arg, index)),
    chromium: args.filter(isChromium),
  }
}

/** Chromium accepts a value only after `=`. */
function readName(arg: string): string {
  return arg.slice('--'.length).split('=')[0]!
}
