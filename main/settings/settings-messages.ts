// The messages of the settings room for people. Change the wording here and nowhere else.

/** What a valid value is, to follow the name of the setting: "--port must be …". */
export const RULES = {
  text: 'must be text that is not empty',
  clientSecretFile:
    'must be the path of a file: one that exists, or one that begins with ./ or is absolute',
  toggle: 'must be true or false',
  issuer: 'must be an https URL without a query (http only for this computer)',
  issuerTemplate: "must name one tenant: replace the braces with your tenant's ID",
  clientSecret: 'must be printable ASCII characters',
  scope: 'must be scopes separated by spaces and include openid',
  prompt: (prompts: readonly string[]) =>
    `must be ${prompts.join(', ')}, or several separated by spaces (none only by itself)`,
  seconds: (least: number, most: number) =>
    `must be a whole number of seconds from ${least} to ${most}`,
  authorizationParameters:
    'must be NAME=VALUE, with each name only once, and without names that Latchkey sets itself (some, ' +
    'such as prompt, have their own setting)',
  allowedParameters:
    'must be names of lowercase letters, digits and _, without names that Latchkey sets itself',
  port: 'must be a whole number from 0 to 65535',
  redirectPort: 'must be a whole number from 1 to 65535, or several separated by commas',
  redirectHost: 'must be 127.0.0.1, localhost or [::1]',
  redirectPath:
    'must be a path such as /callback, without a query, encoded characters or empty segments',
  consent: 'must be ask or off',
  allow: 'must be absolute paths of programs or scripts',
  clientVersion: 'must be three numbers, such as 12.0.0',
  gitHosts:
    'must be HOST=ACCOUNT, with each host only once: a host name, or USERNAME@HOST:PORT, and an ' +
    'account ID or the name of a provider',
  logLevel: 'must be error, warn, info or debug',
  providerName:
    'must be 1 to 40 letters, digits, hyphens, underscores or dots, and not the word all',
} as const

const didYouMean = (name: string | null): string => (name === null ? '' : ` Did you mean ${name}?`)

const flagMessages = {
  unknownFlag: (flag: string, suggestion: string | null) =>
    `There is no flag ${flag}.${didYouMean(suggestion)} See --help for all flags.`,
  notAFlag: (word: string) =>
    `Latchkey accepts only flags, and ${JSON.stringify(word)} is not a flag. See --help.`,
  flagNeedsValue: (flag: string, usage: string) => `${flag} needs a value: ${usage}.`,
  switchTakesNoValue: (flag: string) => `${flag} is a switch and takes no value.`,
  contradiction: (flag: string, offFlag: string) =>
    `--${flag} and --${offFlag} contradict each other. Leave out one.`,
  secretAsFlag:
    "A client secret can't be a flag, because every user of this computer could read it. Put the " +
    'secret into a file and name the file with --client-secret-file, or set LATCHKEY_CLIENT_SECRET.',
}

const valueMessages = {
  invalid: (place: string, rule: string, value: string, suggestion: string | null) =>
    `${place} ${rule}, but it is ${value}.${didYouMean(suggestion)}`,
  /** In place of the value. */
  missing: 'missing',
  /** Without the value. */
  invalidSecret: (place: string, rule: string) => `${place} ${rule}.`,
  keyAsValue: (place: string) =>
    `${place} contains one of Latchkey's keys, which does not belong there. If others could read it, take ` +
    'it back and create a new one.',
  unknownVariable: (name: string, suggestion: string | null) =>
    `Latchkey has no variable ${JSON.stringify(name)}.${didYouMean(suggestion)}`,
  oldName: (oldName: string, newName: string) =>
    `${oldName} is the old name of ${newName}. Both are set, so Latchkey uses ${newName}.`,
}

const fileMessages = {
  notAnObject: (path: string) =>
    `${path} must contain one JSON object: { "issuer": "https://…", … }.`,
  unreadable: (path: string, reason: string) => `${path} can't be read (${reason}).`,
  unwritable: (path: string, reason: string) => `${path} can't be written (${reason}).`,
  unknownSetting: (
    place: string,
    key: string,
    suggestion: string | null,
    known: readonly string[],
  ) =>
    `${place} has an unknown setting ${JSON.stringify(key)}.` +
    (suggestion === null ? ` The settings are: ${known.join(', ')}.` : didYouMean(suggestion)),
  isUtf16: (path: string) => `${path} is encoded as UTF-16. Save it as UTF-8.`,
  notUtf8: (path: string) => `${path} is not encoded as UTF-8. Save it as UTF-8.`,
  invalidJson: (place: string, fault: string) =>
    `${place} is not valid JSON: ${fault}. Fix it, or delete the file to start over.`,
  isEmpty: (path: string) => `${path} is empty, so the defaults apply.`,
  onlyZeros: (path: string) =>
    `${path} contains only zeros, as after a power failure. Its settings are lost, and the defaults ` +
    'apply.',
}

const providerMessages = {
  demoWithProvider: '--demo comes with its own provider. Leave out --issuer and --client-id.',
  providersNotAList: (place: string) =>
    `${place} must be a list of providers: [{ "name": "work", "issuer": "https://…", … }].`,
  entryNotAnObject: (place: string) =>
    `${place} must be a provider: { "name": "work", "issuer": "https://…", … }.`,
  unknownMember: (place: string, suggestion: string | null, known: readonly string[]) =>
    `${place} is not a setting of a provider, so Latchkey ignores it.` +
    (suggestion === null
      ? ` A provider's settings are: ${known.join(', ')}.`
      : didYouMean(suggestion)),
  noSuchProvider: (name: string) =>
    `The provider ${name} no longer exists. Another program has changed settings.json.`,
  providerLocked: (name: string, origin: string) =>
    `${name} is set by ${origin}, so it can't be renamed or removed here.`,
  sameName: (name: string) =>
    `Two providers have the name ${name}. Names must differ in more than upper and lower case.`,
  sameClient: (first: string, second: string) =>
    `The providers ${first} and ${second} have the same issuer and client ID. Leave out one.`,
  secretOfOtherIssuer:
    'The client secret belongs to the previous issuer. Enter the secret for this issuer, or remove it.',
  secretOfOtherClientId:
    'The client secret belongs to the previous client ID. Enter the secret for this client ID, or ' +
    'remove it.',
  secretWithoutProvider:
    'A client secret belongs to a provider. Enter the issuer and the client ID, too.',
  secretFixesProvider: (origin: string) =>
    `${origin} sets the client secret, which belongs to this provider. To change the issuer or the ` +
    `client ID, start Latchkey without ${origin}.`,
  secretNotUsed: (place: string, override: string) =>
    `${place} is not used, because ${override} names another provider than the one that the secret is ` +
    'for.',
  secretOfUnknownOwner: (place: string, origin: string) =>
    `${place} does not say which provider it is for, so the one that ${origin} names gets it. Enter the ` +
    'secret again in the window, and no other provider will get it.',
  badSecretOwner: (place: string) =>
    `${place} must be the provider that the client secret is for: { "issuer": "https://…", "clientId": ` +
    '"…" }.',
  issuerMissing: 'A client ID is set, but no issuer. Set the issuer too (--issuer).',
  clientIdMissing: 'An issuer is set, but no client ID. Set the client ID too (--client-id).',
}

const secretMessages = {
  twoSecrets: (place: string, filePlace: string) =>
    `${place} and ${filePlace} can't both be set. Leave out one.`,
  badSecretFile: (path: string, fault: string) => `The client secret file ${path} ${fault}.`,
  secretFileFaults: {
    isLink: 'is a link, not a file',
    notRegular: 'is not a regular file',
    tooLarge: (mostBytes: number) => `is larger than ${mostBytes} bytes`,
    unreadable: (errno: string) => `can't be read (${errno})`,
    isEmpty: 'is empty',
    notPrintable: 'must contain one line of printable ASCII characters',
    otherOwner: 'belongs to another user',
    readableByOthers: (path: string) => `can be read by other users: chmod 600 "${path}"`,
  },
  settingsReadableByOthers: (path: string, errno: string) =>
    `${path} contains the client secret and can be read by other users (${errno}): ` +
    `chmod 600 "${path}".`,
}

const directoryMessages = {
  noHome:
    'The system reports no home directory for this user. Set HOME, or choose a directory with ' +
    '--data-dir.',
  rootInHome: (home: string, uid: number) =>
    `Latchkey was started as root, but the home directory ${home} belongs to another user (uid ` +
    `${uid}). Start it as that user, or choose a directory that belongs to root with --data-dir.`,
  chooseDataDir: 'Choose another directory with --data-dir.',
}

const consentMessages = {
  allowsTool: (origin: string, path: string) =>
    `${origin} can't allow ${path}, because it runs what any other program tells it to run. Name the ` +
    'script instead, or create a key for the app.',
  allowsMissing: (origin: string, path: string) =>
    `${origin} allows ${path}, but there is no such file.`,
  allowsFileOfOthers: (origin: string, path: string) =>
    `${origin} allows ${path}, but other users of this computer can change that file.`,
  allowWithoutEffect: (origin: string) =>
    `${origin} has no effect, because this system does not tell Latchkey which program is asking. Create a ` +
    'key for the app instead.',
}

/** Whole sentences. */
export const MESSAGES = {
  ...flagMessages,
  ...valueMessages,
  ...fileMessages,
  ...providerMessages,
  ...secretMessages,
  ...directoryMessages,
  ...consentMessages,
}
