// The messages of the diagnosis for people. Change the wording here and nowhere else.

import { formatChoices, formatList } from '../base/format-list.js'
import type { StorageTier } from '../storage/choose-storage.js'
import type { CheckName, Verdict } from './check.js'

/** What each line of the report is about. */
export const TITLES: Readonly<Record<CheckName, string>> = {
  settings: 'Settings',
  'data-directory': 'Data directory',
  running: 'Latchkey',
  'loopback-ipv4': 'IPv4 loopback',
  'loopback-ipv6': 'IPv6 loopback',
  localhost: 'localhost',
  'service-port': 'Service port',
  'redirect-port': 'Redirect port',
  proxy: 'Proxy',
  certificates: 'Certificates',
  provider: 'Provider',
  endpoints: 'Provider features',
  scopes: 'Scopes',
  'known-provider': 'Provider settings',
  metadata: 'Provider metadata',
  'token-answers': 'Provider tokens',
  clock: 'Clock',
  storage: 'Session storage',
  accounts: 'Stored accounts',
  browser: 'Browser',
}

/** The parts of the report around the checks. */
const report = {
  settings: 'Settings and their sources:',
  providers: 'Providers, with their issuers and client IDs:',
  noFailures: 'The log contains no failures.',
  failures: 'The last failures in the log:',
  count: (count: number, verdict: Exclude<Verdict, 'ok'>) =>
    count === 1 ? `1 ${verdict}` : `${count} ${verdict}s`,
}

const settings = {
  allValid: 'all valid.',
  invalid:
    "Latchkey can't start with these settings. The diagnosis uses the default of each invalid one.",
}

const dataDirectory = {
  usable: (path: string) => `${path} is usable.`,
  missing: (path: string) => `${path} does not exist yet.`,
  notADirectory: (path: string) => `${path} is not a directory. ${CHOOSE_DIRECTORY}`,
  unusable: (path: string, errno: string) =>
    `${path} can't be used (${errno}). ${CHOOSE_DIRECTORY}`,
  open: (path: string) =>
    `Other users of this computer can access ${path}. To prevent that: chmod 700 "${path}"`,
}

const CHOOSE_DIRECTORY = 'Fix it, or choose another directory with --data-dir.'

const running = {
  none: 'not running with this data directory.',
  starting: (owner: string) =>
    `running${owner}, but its address is not known yet. Try again in a moment.`,
  silent: (owner: string) => `running${owner}, but it does not answer. Quit it and start it again.`,
  answers: (version: string, owner: string) => `version ${version} is running${owner} and answers.`,
  otherVersion: (version: string) => `Version ${version} made this diagnosis.`,
  demo: 'the built-in demo provider',
  noProvider: 'no provider',
  uses: (provider: string) => `It uses ${provider}.`,
  usesFirst: (provider: string) => `Its first provider is ${provider}.`,
  checksOwn: 'The diagnosis checks the providers that are set here.',
  checked: (provider: string) =>
    `It uses ${provider}. No provider is set here, so the diagnosis checks that one.`,
  notChecked: (provider: string, ownProvider: string) =>
    `It uses ${provider}. The diagnosis checks ${ownProvider}, which is set here.`,
}

const loopback = {
  works: (address: string) => `${address} works.`,
  noIpv6: 'not available on this computer, so Latchkey uses only 127.0.0.1.',
  fails: (address: string, errno: string) =>
    `This computer can't connect to itself at ${address} (${errno}), so a browser can't return to ` +
    'Latchkey there. Check the rules of your firewall, sandbox and security software.',
}

const UNREACHABLE = "so clients that use this name can't find Latchkey."

const localhost = {
  resolves: (addresses: readonly string[]) => `resolves to ${formatList(addresses)}.`,
  elsewhere: (addresses: readonly string[]) =>
    `resolves to ${formatList(addresses)}, ${UNREACHABLE}`,
  nowhere: `resolves to no address, ${UNREACHABLE}`,
  lookupFailed: (errno: string) => `can't be resolved (${errno}), ${UNREACHABLE}`,
  fix: 'In /etc/hosts, set localhost to 127.0.0.1 and ::1 only.',
}

const ports = {
  any: 'any free port.',
  free: (list: readonly number[]) =>
    `${formatList(list.map(String))} ${list.length === 1 ? 'is' : 'are'} free.`,
  ours: (list: readonly number[]) => `Latchkey uses ${formatList(list.map(String))}.`,
  /** Begins a sentence. */
  taken: (port: number, holder: string | null) =>
    `Port ${port} is used by ${holder ?? 'another program'}`,
  /** Begins a sentence. */
  forbidden: (port: number) => `Port ${port} needs permissions that this user does not have`,
  allTaken: 'All ports that apps try are taken. Close a program, or choose a port with --port.',
  closeOrChoose: (state: string) =>
    `${state}. Close that program, or choose another port with --port.`,
  choose: (state: string) => `${state}. Choose another port with --port.`,
  fallsBack: (state: string, port: number) =>
    `${state}, so the service would use ${port}. Apps that try only the usual port would not find it.`,
  someTaken: 'Not all redirect ports are free.',
  noneFree:
    "No redirect port is free, so your browser can't return to Latchkey. Close the program that uses " +
    'the port (or finish the sign-in in progress), or register another port and set it with ' +
    '--redirect-port.',
}

const provider = {
  demo: 'the built-in demo provider.',
  missing: (hasDemo: boolean) =>
    `No provider is configured. Set --issuer and --client-id${hasDemo ? ', or try --demo' : ''}.`,
  answered: (host: string, ms: number) => `${host} answered in ${ms} ms with valid metadata.`,
  slow: (host: string, ms: number) =>
    `${host} answered with valid metadata, but only after ${ms} ms. That is slow.`,
  matchesDocumentation: (name: string) => `match the documentation of ${name}.`,
  noOfflineAccess:
    'The provider does not allow the scope offline_access, so Latchkey no longer requests it. The ' +
    'session may end when its access token expires.',
  allowOfflineAccess:
    'Allow the scope at the provider. Then change --scope, or delete provider.json in the data ' +
    'directory, so that Latchkey requests the scope again.',
}

const proxy = {
  none: 'none.',
  used: (host: string, source: string) => `${host} (${source}).`,
  unsupported: (variables: readonly string[]) =>
    `Latchkey does not support the kind of proxy in ${formatList(variables)} (SOCKS or automatic ` +
    'configuration), so it uses no proxy. Set HTTPS_PROXY to an HTTP proxy.',
}

const certificates = {
  extra: (path: string) => `Latchkey also trusts those in ${path} (NODE_EXTRA_CA_CERTS).`,
  unreadable: (path: string, errno: string) =>
    `NODE_EXTRA_CA_CERTS is set to ${path}, which can't be read (${errno}). Set it to a file with ` +
    'certificates in PEM form, or unset it.',
}

const features = {
  names: {
    revocation: 'token revocation',
    userinfo: 'userinfo',
    signOutPage: 'a sign-out page',
  },
  list: (supported: readonly string[], missing: readonly string[]) =>
    (supported.length === 0
      ? 'The provider supports sign-in only.'
      : `Besides sign-in, the provider supports ${formatList(supported)}.`) +
    (missing.length === 0 ? '' : ` It does not support ${formatChoices(missing)}.`),
  noSignOutPage: 'The provider has no sign-out page, so --end-session has no effect.',
  noRevocation:
    "Tokens can't be revoked there. They stay valid until they expire, even after you sign out.",
  revocationNeedsSecret:
    'The provider states that only applications with a client secret may revoke tokens. Latchkey still ' +
    'tries when you sign out, but tokens may stay valid until they expire.',
}

const metadata = {
  faults: { empty: 'empty', unreadable: 'malformed', insecure: 'not https' },
  ignored: (members: readonly string[]) =>
    `Latchkey ignores these members of the provider's metadata: ${members.join(', ')}.`,
}

const clock = {
  unknown: 'The provider does not send its time.',
  inSync: 'in sync with the provider.',
  differs: (difference: string, direction: 'ahead of' | 'behind', tolerance: string) =>
    `This computer's clock is ${difference} ${direction} the provider's. Sign-ins fail if the ` +
    `difference is more than ${tolerance}. Let this computer set its clock automatically.`,
}

const tokens = {
  noExpiry: (assumedS: number) =>
    'Neither the provider nor the access token says when the token expires. Latchkey assumes ' +
    `${assumedS} s, and renews the token if an app needs a longer lifetime.`,
  ignored: (members: readonly string[]) =>
    "Latchkey ignored these unreadable members of the provider's last token response: " +
    `${members.join(', ')}.`,
}

const storage: Readonly<Record<StorageTier, string>> = {
  keyring: "The session is stored between runs, encrypted with a key in this computer's keyring.",
  passphrase: 'The session is stored between runs, encrypted with your passphrase.',
  'key-file': 'The session is stored between runs, without a keyring.',
  memory: 'The session stays in memory and ends when Latchkey quits.',
}

const accounts = {
  none: 'none.',
  /** `at`: the provider's name in the settings. */
  stored: (id: string, at: string) => `${id} at ${at}.`,
  /** A file of an earlier version, which names no account. */
  storedEarlier: (at: string) =>
    `one at ${at}, stored by an earlier version. It is taken over at the next start.`,
  notConfigured: (issuer: string) =>
    `A session at ${issuer} is stored, but that provider is not configured. Configure it to use the ` +
    'session, or type sign-out all to end it.',
  movedAside: (path: string) =>
    `A session that could not be opened was moved to ${path}. Signing out deletes it.`,
}

const browser = {
  printed: 'Latchkey prints links and opens no browser.',
  opens: "The system's default application opens links.",
  noDesktop:
    'There is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no browser opens.',
  overSsh:
    "You are connected by SSH. A browser on your own computer can't return to this one, unless you " +
    'set a --redirect-port and forward it (ssh -L 8400:127.0.0.1:8400 …).',
  openHere: 'Open the printed link in a browser on this computer.',
}

/** What the window says about a provider before it is saved. */
const tested = {
  signIn: (host: string) => `You sign in at ${host}, with PKCE.`,
  signsOut: 'Signing out also ends the session at the provider.',
  signsOutHereOnly:
    'Signing out ends the session only on this computer, because the provider does not support token ' +
    'revocation.',
  mayNotSignOut:
    'Signing out may end the session only on this computer, because the provider states that only ' +
    'applications with a client secret may revoke tokens.',
  signOutPage: 'The provider has a sign-out page, which Latchkey can open when you sign out.',
  idTokenOnly: 'The provider says who you are only in the ID token.',
}

/** Grouped by check. */
export const MESSAGES = {
  report,
  settings,
  dataDirectory,
  running,
  loopback,
  localhost,
  ports,
  provider,
  proxy,
  certificates,
  features,
  metadata,
  clock,
  tokens,
  storage,
  accounts,
  browser,
  tested,
}
