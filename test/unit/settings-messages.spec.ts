// The messages about settings, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'

test('the rules for the values of settings', () => {
  for (const [rule, text] of [
    [RULES.text, 'must be text that is not empty'],
    [
      RULES.clientSecretFile,
      'must be the path of a file: one that exists, or one that begins with ./ or is absolute',
    ],
    [RULES.toggle, 'must be true or false'],
    [RULES.issuer, 'must be an https URL without a query (http only for this computer)'],
    [RULES.issuerTemplate, "must name one tenant: replace the braces with your tenant's ID"],
    [RULES.clientSecret, 'must be printable ASCII characters'],
    [RULES.scope, 'must be scopes separated by spaces and include openid'],
    [
      RULES.prompt(['login', 'none']),
      'must be login, none, or several separated by spaces (none only by itself)',
    ],
    [RULES.seconds(1, 60), 'must be a whole number of seconds from 1 to 60'],
    [
      RULES.authorizationParameters,
      'must be NAME=VALUE, with each name only once, and without names that Latchkey sets itself (some, such as prompt, have their own setting)',
    ],
    [
      RULES.allowedParameters,
      'must be names of lowercase letters, digits and _, without names that Latchkey sets itself',
    ],
    [RULES.port, 'must be a whole number from 0 to 65535'],
    [RULES.redirectPort, 'must be a whole number from 1 to 65535, or several separated by commas'],
    [RULES.redirectHost, 'must be 127.0.0.1, localhost or [::1]'],
    [
      RULES.redirectPath,
      'must be a path such as /callback, without a query, encoded characters or empty segments',
    ],
    [RULES.consent, 'must be ask or off'],
    [RULES.allow, 'must be absolute paths of programs or scripts'],
    [RULES.clientVersion, 'must be three numbers, such as 12.0.0'],
    [
      RULES.gitHosts,
      'must be HOST=ACCOUNT, with each host only once: a host name, or USERNAME@HOST:PORT, and an account ID or the name of a provider',
    ],
    [RULES.logLevel, 'must be error, warn, info or debug'],
    [
      RULES.providerName,
      'must be 1 to 40 letters, digits, hyphens, underscores or dots, and not the word all',
    ],
  ]) {
    expect(rule).toBe(text)
  }
})

test('the messages about settings', () => {
  for (const [message, text] of [
    [
      MESSAGES.unknownFlag('--isuer', '--issuer'),
      'There is no flag --isuer. Did you mean --issuer? See --help for all flags.',
    ],
    [
      MESSAGES.notAFlag('sign-in'),
      'Latchkey accepts only flags, and "sign-in" is not a flag. See --help.',
    ],
    [MESSAGES.flagNeedsValue('--issuer', '--issuer URL'), '--issuer needs a value: --issuer URL.'],
    [MESSAGES.switchTakesNoValue('--json'), '--json is a switch and takes no value.'],
    [
      MESSAGES.contradiction('demo', 'no-demo'),
      '--demo and --no-demo contradict each other. Leave out one.',
    ],
    [
      MESSAGES.secretAsFlag,
      "A client secret can't be a flag, because every user of this computer could read it. Put the secret into a file and name the file with --client-secret-file, or set LATCHKEY_CLIENT_SECRET.",
    ],
    [
      MESSAGES.invalid('--port', RULES.port, '"high"', null),
      '--port must be a whole number from 0 to 65535, but it is "high".',
    ],
    [MESSAGES.missing, 'missing'],
    [
      MESSAGES.invalidSecret('LATCHKEY_CLIENT_SECRET', RULES.clientSecret),
      'LATCHKEY_CLIENT_SECRET must be printable ASCII characters.',
    ],
    [
      MESSAGES.unknownVariable('LATCHKEY_ISUER', 'LATCHKEY_ISSUER'),
      'Latchkey has no variable "LATCHKEY_ISUER". Did you mean LATCHKEY_ISSUER?',
    ],
    [
      MESSAGES.oldName('--login-timeout', '--sign-in-timeout'),
      '--login-timeout is the old name of --sign-in-timeout. Both are set, so Latchkey uses --sign-in-timeout.',
    ],
    [
      MESSAGES.notAnObject('FILE'),
      'FILE must contain one JSON object: { "issuer": "https://…", … }.',
    ],
    [MESSAGES.unreadable('FILE', 'EACCES'), "FILE can't be read (EACCES)."],
    [MESSAGES.unwritable('FILE', 'EROFS'), "FILE can't be written (EROFS)."],
    [
      MESSAGES.unknownSetting('FILE (line 1, column 2)', 'prot', 'port', []),
      'FILE (line 1, column 2) has an unknown setting "prot". Did you mean port?',
    ],
    [MESSAGES.isUtf16('FILE'), 'FILE is encoded as UTF-16. Save it as UTF-8.'],
    [MESSAGES.notUtf8('FILE'), 'FILE is not encoded as UTF-8. Save it as UTF-8.'],
    [
      MESSAGES.invalidJson('FILE (line 1, column 2)', 'the file ends'),
      'FILE (line 1, column 2) is not valid JSON: the file ends. Fix it, or delete the file to start over.',
    ],
    [MESSAGES.isEmpty('FILE'), 'FILE is empty, so the defaults apply.'],
    [
      MESSAGES.onlyZeros('FILE'),
      'FILE contains only zeros, as after a power failure. Its settings are lost, and the defaults apply.',
    ],
    [
      MESSAGES.demoWithProvider,
      '--demo comes with its own provider. Leave out --issuer and --client-id.',
    ],
    [
      MESSAGES.secretOfOtherIssuer,
      'The client secret belongs to the previous issuer. Enter the secret for this issuer, or remove it.',
    ],
    [
      MESSAGES.secretOfOtherClientId,
      'The client secret belongs to the previous client ID. Enter the secret for this client ID, or remove it.',
    ],
    [
      MESSAGES.secretWithoutProvider,
      'A client secret belongs to a provider. Enter the issuer and the client ID, too.',
    ],
    [
      MESSAGES.secretFixesProvider('LATCHKEY_CLIENT_SECRET'),
      'LATCHKEY_CLIENT_SECRET sets the client secret, which belongs to this provider. To change the issuer or the client ID, start Latchkey without LATCHKEY_CLIENT_SECRET.',
    ],
    [
      MESSAGES.secretNotUsed('LATCHKEY_CLIENT_SECRET', '--issuer'),
      'LATCHKEY_CLIENT_SECRET is not used, because --issuer names another provider than the one that the secret is for.',
    ],
    [MESSAGES.issuerMissing, 'A client ID is set, but no issuer. Set the issuer too (--issuer).'],
    [
      MESSAGES.clientIdMissing,
      'An issuer is set, but no client ID. Set the client ID too (--client-id).',
    ],
    [
      MESSAGES.providersNotAList('"providers" in FILE'),
      '"providers" in FILE must be a list of providers: [{ "name": "work", "issuer": "https://…", … }].',
    ],
    [
      MESSAGES.entryNotAnObject('"providers[0]" in FILE'),
      '"providers[0]" in FILE must be a provider: { "name": "work", "issuer": "https://…", … }.',
    ],
    [
      MESSAGES.unknownMember('"providers[0].isuer" in FILE', 'issuer', []),
      '"providers[0].isuer" in FILE is not a setting of a provider, so Latchkey ignores it. Did you mean issuer?',
    ],
    [
      MESSAGES.unknownMember('"providers[0].x" in FILE', null, ['name', 'issuer']),
      '"providers[0].x" in FILE is not a setting of a provider, so Latchkey ignores it. A provider\'s settings are: name, issuer.',
    ],
    [
      MESSAGES.noSuchProvider('work'),
      'The provider work no longer exists. Another program has changed settings.json.',
    ],
    [
      MESSAGES.providerLocked('work', '--issuer'),
      "work is set by --issuer, so it can't be renamed or removed here.",
    ],
    [
      MESSAGES.secretOfUnknownOwner('"clientSecret" in FILE', '--issuer'),
      '"clientSecret" in FILE does not say which provider it is for, so the one that --issuer names gets it. Enter the secret again in the window, and no other provider will get it.',
    ],
    [
      MESSAGES.badSecretOwner('"clientSecretFor" in FILE'),
      '"clientSecretFor" in FILE must be the provider that the client secret is for: { "issuer": "https://…", "clientId": "…" }.',
    ],
    [
      MESSAGES.sameName('Work'),
      'Two providers have the name Work. Names must differ in more than upper and lower case.',
    ],
    [
      MESSAGES.sameClient('work', 'home'),
      'The providers work and home have the same issuer and client ID. Leave out one.',
    ],
    [
      MESSAGES.twoSecrets('LATCHKEY_CLIENT_SECRET', 'LATCHKEY_CLIENT_SECRET_FILE'),
      "LATCHKEY_CLIENT_SECRET and LATCHKEY_CLIENT_SECRET_FILE can't both be set. Leave out one.",
    ],
    [
      MESSAGES.badSecretFile('FILE', MESSAGES.secretFileFaults.isEmpty),
      'The client secret file FILE is empty.',
    ],
    [MESSAGES.secretFileFaults.isLink, 'is a link, not a file'],
    [MESSAGES.secretFileFaults.notRegular, 'is not a regular file'],
    [MESSAGES.secretFileFaults.tooLarge(4_096), 'is larger than 4096 bytes'],
    [MESSAGES.secretFileFaults.unreadable('ENOENT'), "can't be read (ENOENT)"],
    [MESSAGES.secretFileFaults.isEmpty, 'is empty'],
    [MESSAGES.secretFileFaults.notPrintable, 'must contain one line of printable ASCII characters'],
    [MESSAGES.secretFileFaults.otherOwner, 'belongs to another user'],
    [
      MESSAGES.secretFileFaults.readableByOthers('FILE'),
      'can be read by other users: chmod 600 "FILE"',
    ],
    [
      MESSAGES.settingsReadableByOthers('FILE', 'EPERM'),
      'FILE contains the client secret and can be read by other users (EPERM): chmod 600 "FILE".',
    ],
    [
      MESSAGES.noHome,
      'The system reports no home directory for this user. Set HOME, or choose a directory with --data-dir.',
    ],
    [
      MESSAGES.rootInHome('/home/ann', 1000),
      'Latchkey was started as root, but the home directory /home/ann belongs to another user (uid 1000). Start it as that user, or choose a directory that belongs to root with --data-dir.',
    ],
    [MESSAGES.chooseDataDir, 'Choose another directory with --data-dir.'],
    [
      MESSAGES.allowsTool('--allow', '/bin/sh'),
      "--allow can't allow /bin/sh, because it runs what any other program tells it to run. Name the script instead, or create a key for the app.",
    ],
    [
      MESSAGES.allowsMissing('LATCHKEY_ALLOW', '/opt/app'),
      'LATCHKEY_ALLOW allows /opt/app, but there is no such file.',
    ],
    [
      MESSAGES.allowsFileOfOthers('--allow', '/opt/app'),
      '--allow allows /opt/app, but other users of this computer can change that file.',
    ],
    [
      MESSAGES.allowWithoutEffect('--allow'),
      '--allow has no effect, because this system does not tell Latchkey which program is asking. Create a key for the app instead.',
    ],
  ]) {
    expect(message).toBe(text)
  }
})

test('an unknown name brings a suggestion, or the known names', () => {
  expect(MESSAGES.unknownFlag('--verbose', null)).toBe(
    'There is no flag --verbose. See --help for all flags.',
  )
  expect(MESSAGES.unknownSetting('FILE', 'x', null, ['issuer', 'port'])).toBe(
    'FILE has an unknown setting "x". The settings are: issuer, port.',
  )
  expect(MESSAGES.invalid('--issuer', RULES.issuer, '"a.example"', 'https://a.example')).toBe(
    `--issuer ${RULES.issuer}, but it is "a.example". Did you mean https://a.example?`,
  )
})
