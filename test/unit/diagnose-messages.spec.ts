// The messages of the diagnosis, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import { MESSAGES, TITLES } from '../../main/diagnose/diagnose-messages.js'

test('the titles of the report', () => {
  expect(TITLES).toEqual({
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
  })
})

test('the messages of the diagnosis', () => {
  for (const [message, text] of [
    [MESSAGES.report.settings, 'Settings and their sources:'],
    [MESSAGES.report.providers, 'Providers, with their issuers and client IDs:'],
    [MESSAGES.report.noFailures, 'The log contains no failures.'],
    [MESSAGES.report.failures, 'The last failures in the log:'],
    [MESSAGES.report.count(1, 'problem'), '1 problem'],
    [MESSAGES.settings.allValid, 'all valid.'],
    [
      MESSAGES.settings.invalid,
      "Latchkey can't start with these settings. The diagnosis uses the default of each invalid one.",
    ],
    [MESSAGES.dataDirectory.usable('DIR'), 'DIR is usable.'],
    [MESSAGES.dataDirectory.missing('DIR'), 'DIR does not exist yet.'],
    [
      MESSAGES.dataDirectory.notADirectory('DIR'),
      'DIR is not a directory. Fix it, or choose another directory with --data-dir.',
    ],
    [
      MESSAGES.dataDirectory.unusable('DIR', 'EACCES'),
      "DIR can't be used (EACCES). Fix it, or choose another directory with --data-dir.",
    ],
    [
      MESSAGES.dataDirectory.open('DIR'),
      'Other users of this computer can access DIR. To prevent that: chmod 700 "DIR"',
    ],
    [MESSAGES.running.none, 'not running with this data directory.'],
    [
      MESSAGES.running.starting(' (PID 42)'),
      'running (PID 42), but its address is not known yet. Try again in a moment.',
    ],
    [
      MESSAGES.running.silent(' (PID 42)'),
      'running (PID 42), but it does not answer. Quit it and start it again.',
    ],
    [
      MESSAGES.running.answers('1.2.3', ' (PID 42)'),
      'version 1.2.3 is running (PID 42) and answers.',
    ],
    [MESSAGES.running.otherVersion('1.2.4'), 'Version 1.2.4 made this diagnosis.'],
    [MESSAGES.running.uses('https://id.example'), 'It uses https://id.example.'],
    [MESSAGES.running.usesFirst('https://id.example'), 'Its first provider is https://id.example.'],
    [MESSAGES.running.checksOwn, 'The diagnosis checks the providers that are set here.'],
    [
      MESSAGES.running.checked(MESSAGES.running.demo),
      'It uses the built-in demo provider. No provider is set here, so the diagnosis checks that one.',
    ],
    [
      MESSAGES.running.notChecked(MESSAGES.running.noProvider, 'https://id.example'),
      'It uses no provider. The diagnosis checks https://id.example, which is set here.',
    ],
    [MESSAGES.loopback.works('::1'), '::1 works.'],
    [MESSAGES.loopback.noIpv6, 'not available on this computer, so Latchkey uses only 127.0.0.1.'],
    [
      MESSAGES.loopback.fails('127.0.0.1', 'ECONNREFUSED'),
      "This computer can't connect to itself at 127.0.0.1 (ECONNREFUSED), so a browser can't return to Latchkey there. Check the rules of your firewall, sandbox and security software.",
    ],
    [MESSAGES.localhost.resolves(['127.0.0.1', '::1']), 'resolves to 127.0.0.1 and ::1.'],
    [
      MESSAGES.localhost.elsewhere(['192.0.2.7']),
      "resolves to 192.0.2.7, so clients that use this name can't find Latchkey.",
    ],
    [
      MESSAGES.localhost.nowhere,
      "resolves to no address, so clients that use this name can't find Latchkey.",
    ],
    [
      MESSAGES.localhost.lookupFailed('EAI_AGAIN'),
      "can't be resolved (EAI_AGAIN), so clients that use this name can't find Latchkey.",
    ],
    [MESSAGES.localhost.fix, 'In /etc/hosts, set localhost to 127.0.0.1 and ::1 only.'],
    [MESSAGES.ports.any, 'any free port.'],
    [MESSAGES.ports.free([8400, 8401]), '8400 and 8401 are free.'],
    [MESSAGES.ports.ours([1000, 39300]), 'Latchkey uses 1000 and 39300.'],
    [MESSAGES.ports.taken(1000, 'node (PID 42)'), 'Port 1000 is used by node (PID 42)'],
    [MESSAGES.ports.forbidden(80), 'Port 80 needs permissions that this user does not have'],
    [
      MESSAGES.ports.allTaken,
      'All ports that apps try are taken. Close a program, or choose a port with --port.',
    ],
    [
      MESSAGES.ports.closeOrChoose('Port 1000 is used by another program'),
      'Port 1000 is used by another program. Close that program, or choose another port with --port.',
    ],
    [
      MESSAGES.ports.choose('Port 80 needs permissions that this user does not have'),
      'Port 80 needs permissions that this user does not have. Choose another port with --port.',
    ],
    [
      MESSAGES.ports.fallsBack('Port 1000 is used by another program', 5323),
      'Port 1000 is used by another program, so the service would use 5323. Apps that try only the usual port would not find it.',
    ],
    [MESSAGES.ports.someTaken, 'Not all redirect ports are free.'],
    [
      MESSAGES.ports.noneFree,
      "No redirect port is free, so your browser can't return to Latchkey. Close the program that uses the port (or finish the sign-in in progress), or register another port and set it with --redirect-port.",
    ],
    [MESSAGES.provider.demo, 'the built-in demo provider.'],
    [
      MESSAGES.provider.missing(true),
      'No provider is configured. Set --issuer and --client-id, or try --demo.',
    ],
    [
      MESSAGES.provider.answered('login.example.com', 84),
      'login.example.com answered in 84 ms with valid metadata.',
    ],
    [
      MESSAGES.provider.slow('login.example.com', 4_000),
      'login.example.com answered with valid metadata, but only after 4000 ms. That is slow.',
    ],
    [MESSAGES.provider.matchesDocumentation('Auth0'), 'match the documentation of Auth0.'],
    [
      MESSAGES.provider.noOfflineAccess,
      'The provider does not allow the scope offline_access, so Latchkey no longer requests it. The session may end when its access token expires.',
    ],
    [
      MESSAGES.provider.allowOfflineAccess,
      'Allow the scope at the provider. Then change --scope, or delete provider.json in the data directory, so that Latchkey requests the scope again.',
    ],
    [MESSAGES.proxy.none, 'none.'],
    [MESSAGES.proxy.used('proxy.example:3128', 'HTTPS_PROXY'), 'proxy.example:3128 (HTTPS_PROXY).'],
    [
      MESSAGES.proxy.unsupported(['socks_proxy']),
      'Latchkey does not support the kind of proxy in socks_proxy (SOCKS or automatic configuration), so it uses no proxy. Set HTTPS_PROXY to an HTTP proxy.',
    ],
    [
      MESSAGES.certificates.extra('ca.pem'),
      'Latchkey also trusts those in ca.pem (NODE_EXTRA_CA_CERTS).',
    ],
    [
      MESSAGES.certificates.unreadable('ca.pem', 'ENOENT'),
      "NODE_EXTRA_CA_CERTS is set to ca.pem, which can't be read (ENOENT). Set it to a file with certificates in PEM form, or unset it.",
    ],
    [MESSAGES.features.names.revocation, 'token revocation'],
    [MESSAGES.features.names.userinfo, 'userinfo'],
    [MESSAGES.features.names.signOutPage, 'a sign-out page'],
    [
      MESSAGES.features.list(['token revocation', 'userinfo'], ['a sign-out page']),
      'Besides sign-in, the provider supports token revocation and userinfo. It does not support a sign-out page.',
    ],
    [
      MESSAGES.features.noSignOutPage,
      'The provider has no sign-out page, so --end-session has no effect.',
    ],
    [
      MESSAGES.features.noRevocation,
      "Tokens can't be revoked there. They stay valid until they expire, even after you sign out.",
    ],
    [
      MESSAGES.features.revocationNeedsSecret,
      'The provider states that only applications with a client secret may revoke tokens. Latchkey still tries when you sign out, but tokens may stay valid until they expire.',
    ],
    [MESSAGES.metadata.faults.empty, 'empty'],
    [MESSAGES.metadata.faults.unreadable, 'malformed'],
    [MESSAGES.metadata.faults.insecure, 'not https'],
    [
      MESSAGES.metadata.ignored(['userinfo_endpoint (not https)']),
      "Latchkey ignores these members of the provider's metadata: userinfo_endpoint (not https).",
    ],
    [MESSAGES.clock.unknown, 'The provider does not send its time.'],
    [MESSAGES.clock.inSync, 'in sync with the provider.'],
    [
      MESSAGES.clock.differs('5 minutes', 'ahead of', '30 seconds'),
      "This computer's clock is 5 minutes ahead of the provider's. Sign-ins fail if the difference is more than 30 seconds. Let this computer set its clock automatically.",
    ],
    [
      MESSAGES.tokens.noExpiry(300),
      'Neither the provider nor the access token says when the token expires. Latchkey assumes 300 s, and renews the token if an app needs a longer lifetime.',
    ],
    [
      MESSAGES.tokens.ignored(['scope']),
      "Latchkey ignored these unreadable members of the provider's last token response: scope.",
    ],
    [
      MESSAGES.storage.keyring,
      "The session is stored between runs, encrypted with a key in this computer's keyring.",
    ],
    [
      MESSAGES.storage.passphrase,
      'The session is stored between runs, encrypted with your passphrase.',
    ],
    [MESSAGES.storage['key-file'], 'The session is stored between runs, without a keyring.'],
    [MESSAGES.storage.memory, 'The session stays in memory and ends when Latchkey quits.'],
    [MESSAGES.accounts.none, 'none.'],
    [MESSAGES.accounts.stored('abcd2345', 'work'), 'abcd2345 at work.'],
    [
      MESSAGES.accounts.storedEarlier('work'),
      'one at work, stored by an earlier version. It is taken over at the next start.',
    ],
    [
      MESSAGES.accounts.notConfigured('https://login.example.com'),
      'A session at https://login.example.com is stored, but that provider is not configured. Configure it to use the session, or type sign-out all to end it.',
    ],
    [
      MESSAGES.accounts.movedAside('/data/sessions/abcd2345.unopened.json'),
      'A session that could not be opened was moved to /data/sessions/abcd2345.unopened.json. Signing out deletes it.',
    ],
    [MESSAGES.browser.printed, 'Latchkey prints links and opens no browser.'],
    [MESSAGES.browser.opens, "The system's default application opens links."],
    [
      MESSAGES.browser.noDesktop,
      'There is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no browser opens.',
    ],
    [
      MESSAGES.browser.overSsh,
      "You are connected by SSH. A browser on your own computer can't return to this one, unless you set a --redirect-port and forward it (ssh -L 8400:127.0.0.1:8400 …).",
    ],
    [MESSAGES.browser.openHere, 'Open the printed link in a browser on this computer.'],
    [MESSAGES.tested.signIn('login.example.com'), 'You sign in at login.example.com, with PKCE.'],
    [MESSAGES.tested.signsOut, 'Signing out also ends the session at the provider.'],
    [
      MESSAGES.tested.signsOutHereOnly,
      'Signing out ends the session only on this computer, because the provider does not support token revocation.',
    ],
    [
      MESSAGES.tested.mayNotSignOut,
      'Signing out may end the session only on this computer, because the provider states that only applications with a client secret may revoke tokens.',
    ],
    [
      MESSAGES.tested.signOutPage,
      'The provider has a sign-out page, which Latchkey can open when you sign out.',
    ],
    [MESSAGES.tested.idTokenOnly, 'The provider says who you are only in the ID token.'],
  ]) {
    expect(message).toBe(text)
  }
})

test('the features of a provider that supports all or none', () => {
  expect(MESSAGES.features.list(['userinfo'], [])).toBe(
    'Besides sign-in, the provider supports userinfo.',
  )
  expect(MESSAGES.features.list([], ['userinfo', 'a sign-out page'])).toBe(
    'The provider supports sign-in only. It does not support userinfo or a sign-out page.',
  )
})
