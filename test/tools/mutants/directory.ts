// Faults in who owns the data directory, and in what is read from it.

import type { MutatedFile } from '../mutants.js'

const OWNER = 'test/unit/directory-lock.spec.ts'
const ELSEWHERE = 'test/unit/directory-lock-elsewhere.spec.ts'

export const DIRECTORY: readonly MutatedFile[] = [
  {
    file: 'main/storage/directory-lock.ts',
    specs: [ELSEWHERE, OWNER],
    faults: [
      {
        name: 'old locks stay',
        find: '          tidyUp(folder, id)\n',
        replace: '',
      },
      {
        name: 'a directory that could not be taken keeps a socket',
        find: '  } catch (thrown) {\n    await socket.close()\n    throw thrown\n  }\n}\n\n/** Finds the owner',
        replace: '  } catch (thrown) {\n    throw thrown\n  }\n}\n\n/** Finds the owner',
      },
      {
        name: 'an owner that runs is stepped past',
        find: "    case 'in-use':\n      throw new DirectoryInUse(LOCK_MESSAGES.inUse(directory, verdict.owner), verdict.owner)",
        replace: "    case 'in-use':\n      return []",
      },
      {
        name: 'a lock of another user counts',
        find: '  if (uid !== claimant.fresh.uid) {',
        replace: '  if (uid !== claimant.fresh.uid && Boolean(0)) {',
      },
      {
        name: 'another computer’s lock is free',
        find: "    case 'another-computer':\n      return elsewhere(content, found, claimant)",
        replace: "    case 'another-computer':\n      return FREE",
      },
      {
        name: 'a copy of this machine is this machine',
        find: "return isSameMachine && isSure ? 'earlier-boot' : 'another-computer'",
        replace:
          "return isSameMachine ? 'earlier-boot' : isSure ? 'another-computer' : 'another-computer'",
      },
      {
        name: 'the process ID alone names an owner',
        find: '? start !== startNow\n',
        replace: '? Boolean(0)\n',
      },
      {
        name: 'an owner whose socket is gone is gone',
        find: '? start !== startNow\n',
        replace: '? Boolean(1)\n',
      },
      {
        name: 'an owner that listens is not asked',
        find: "  if (asked.kind === 'there') {",
        replace: "  if (asked.kind === 'there' && Boolean(0)) {",
      },
      {
        name: 'several claim one name',
        find: '  if (!claim(freshPath, last.next, content)) return false\n',
        replace: '  claim(freshPath, last.next, content)\n',
      },
      {
        name: 'who was slow does not look again',
        find: '  if (claimed === null || now.path !== last.next || now.found?.id !== claimed.id) {',
        replace: '  if (claimed === null || (now.path !== last.next && Boolean(0))) {',
      },
      {
        name: 'who was taken over goes on',
        find: "      if (outcome !== 'missing') return outcome === 'rewritten'\n",
        replace: "      if (outcome !== 'missing') return true\n",
      },
      {
        name: 'locks in a circle hang the start',
        find: 'for (let length = 0; length < LONGEST_CHAIN; length += 1) {',
        replace: 'for (let length = 0; length < Infinity; length += 1) {',
        grep: 'circle',
      },
      {
        name: 'a release keeps the lock',
        find: '        rewrite(true)\n',
        replace: '        rewrite(false)\n',
      },
      {
        name: 'a release keeps the socket',
        find: 'has ended.\n      }\n      await socket.close()\n',
        replace: 'has ended.\n      }\n',
      },
    ],
  },
  {
    file: 'main/storage/lock-file.ts',
    specs: [ELSEWHERE, OWNER],
    faults: [
      {
        name: 'a lock is read through a link',
        find: 'const CAREFUL = (constants.O_NOFOLLOW ?? 0) |',
        replace: 'const CAREFUL = 0 |',
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'a pipe in the place of the lock hangs the start',
        find: ' | (constants.O_NONBLOCK ?? 0)',
        replace: '',
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'what is no file is read',
        find: '  if (!fstatSync(file).isFile()) return null\n',
        replace: '',
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'what is no file is opened',
        find: 'const content = isFile ? readContent(path) : null',
        replace: 'const content = readContent(path)',
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'others may read the lock',
        find: 'O_CREAT | O_EXCL | O_WRONLY, 0o600)',
        replace: 'O_CREAT | O_EXCL | O_WRONLY, 0o644)',
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'a fresh lock is written over what is there',
        find: 'O_CREAT | O_EXCL | O_WRONLY, 0o600)',
        replace: 'O_CREAT | (O_EXCL & 0) | O_WRONLY, 0o600)',
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'another’s lock is rewritten',
        find: "    if (!isOurs && parseOpened(file)?.id !== content.id) return 'lost'\n",
        replace: '    void isOurs\n',
      },
      {
        name: 'an empty lock is always our own',
        find: 'const isOurs = wasEmpty && fstatSync(file).size === 0',
        replace: 'const isOurs = fstatSync(file).size === 0',
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'a name that is taken is claimed',
        find: "if (errno === 'EEXIST') return readLock(path)?.content?.id === content.id",
        replace: "if (errno === 'EEXIST') return true",
      },
      {
        name: 'a link that was made in spite of its error is not seen',
        find: "if (errno === 'EEXIST') return readLock(path)?.content?.id === content.id",
        replace: "if (errno === 'EEXIST') return false",
        specs: ['test/unit/lock-file.spec.ts'],
      },
      {
        name: 'a lock’s ID may be any text',
        find: 'id: string.refine((id) => /^[0-9a-f]{12}$/.test(id))',
        replace: 'id: string',
        specs: ['test/unit/lock-file.spec.ts'],
      },
    ],
  },
  {
    file: 'main/storage/lock-socket.ts',
    specs: ['test/unit/lock-socket.spec.ts', OWNER, ELSEWHERE],
    faults: [
      {
        name: 'another user’s folder in /tmp is used',
        find: 'return found.uid === process.geteuid?.() && (found.mode & 0o077) === 0',
        replace: 'return (found.mode & 0o077) === 0',
      },
      {
        name: 'a folder in /tmp that others may enter is used',
        find: 'return found.uid === process.geteuid?.() && (found.mode & 0o077) === 0',
        replace: 'return found.uid === process.geteuid?.()',
      },
      {
        name: 'a link in /tmp is used',
        find: 'const found = lstatSync(folder, { throwIfNoEntry: false })\n  if (found?.isDirectory() !== true) return false',
        replace:
          'const real = `${folder}/.`\n  const found = lstatSync(real, { throwIfNoEntry: false })\n  if (found === undefined) return false',
      },
      {
        name: 'others may enter the folder in /tmp',
        find: 'mkdirSync(folder, { mode: 0o700 })',
        replace: 'mkdirSync(folder, { mode: 0o755 })',
      },
      {
        name: 'a folder in /tmp is not looked at by who asks',
        find: '    if (place.folder !== directory && !isPrivateFolder(place.folder, false)) continue\n    const asked',
        replace: '    const asked',
      },
      {
        name: 'an owner that is too busy is gone',
        find: "if (errno === 'ECONNREFUSED') resolve({ kind: 'gone' })",
        replace: "if (errno !== '') resolve({ kind: 'gone' })",
      },
      {
        name: 'an owner may say anything',
        find: '"url":(?:"(http:[!#-~]+)"|null)',
        replace: '"url":(?:"(.*)"|null)',
      },
      {
        name: 'an owner may talk without end',
        find: 'if (text.length > LONGEST_ANSWER) socket.destroy()',
        replace: 'if (text.length > LONGEST_ANSWER * 1e9) socket.destroy()',
      },
      {
        name: 'an owner that says nothing is waited for',
        find: 'socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy())',
        replace: 'socket.setTimeout(0, () => socket.destroy())',
      },
    ],
  },
  {
    file: 'main/storage/private-directory.ts',
    specs: ['test/unit/private-directory.spec.ts', 'test/e2e/whose-directory.spec.ts'],
    faults: [
      {
        name: 'a directory of another user is used',
        find: 'if (found.uid !== uid) throw',
        replace: 'if (found.uid < 0) throw',
      },
      {
        name: 'a directory that others may enter stays open',
        find: 'return isOpen(found) ? close(directory, found) : []',
        replace: 'return isOpen(found) && Boolean(0) ? close(directory, found) : []',
      },
      {
        name: 'group may enter',
        find: 'return (mode & 0o077) !== 0',
        replace: 'return (mode & 0o007) !== 0',
      },
      {
        name: 'others may look at names',
        find: 'return (mode & 0o077) !== 0',
        replace: 'return (mode & 0o066) !== 0',
      },
      {
        name: 'root creates files in another user’s home',
        find: '  if (uid === 0) rejectAsRoot(directory)\n',
        replace: '  void rejectAsRoot\n',
      },
      {
        name: 'root creates a directory in another user’s folder',
        find: '  return stats ? { path, stats } : nearest(dirname(path))',
        replace: "  return stats ? { path, stats } : nearest(dirname(path) && '/')",
      },
      {
        name: 'a folder of another purpose is closed',
        find: 'if ((found.mode & 0o1000) !== 0 || !isForLatchkey(directory)) {',
        replace: 'if ((found.mode & 0o1000) !== 0) {',
      },
      {
        name: 'a folder that all share is closed',
        find: 'if ((found.mode & 0o1000) !== 0 || !isForLatchkey(directory)) {',
        replace: 'if (!isForLatchkey(directory)) {',
      },
      {
        name: 'a directory is closed to others in words only',
        find: '    chmodSync(directory, 0o700)\n',
        replace: '    chmodSync(directory, found.mode & 0o7777)\n',
      },
    ],
  },
  {
    file: 'main/storage/regular-file.ts',
    specs: ['test/unit/regular-file.spec.ts'],
    faults: [
      {
        name: 'a device is opened',
        find: '  requireRegular(path, statSync(path))\n',
        replace: '  void statSync\n',
      },
      {
        name: 'what took the file’s place is read',
        find: '    requireRegular(path, stats)\n    inspect',
        replace: '    inspect',
      },
      {
        name: 'a link is followed where none belongs',
        find: '(allowLinks ? 0 : (constants.O_NOFOLLOW ?? 0))',
        replace: '(allowLinks ? 0 : 0)',
      },
      {
        name: 'a pipe in the file’s place is waited for',
        find: '(constants.O_NONBLOCK ?? 0) |',
        replace: '0 |',
      },
      {
        name: 'a file may exceed the size limit',
        find: "    if (stats.size > mostBytes) throw fault('EFILETOOLARGE', path)\n",
        replace: '',
        equivalent:
          'The text is measured again after reading, and one extra byte gives the same error.',
      },
      {
        name: 'a file that has no size is not bounded',
        find: "    if (length > mostBytes) throw fault('EFILETOOLARGE', path)\n",
        replace: '',
      },
      {
        name: 'a file at its bound is refused',
        find: 'if (length > mostBytes) throw',
        replace: 'if (length >= mostBytes) throw',
      },
      {
        name: 'only the first part of a file is read',
        find: '    if (read === 0) return length\n    length += read',
        replace: '    if (read >= 0) return length + read',
        equivalent: 'A regular file is read in one piece. Only a kernel file may need more reads.',
      },
    ],
  },
  {
    file: 'main/settings/provider-list.ts',
    specs: ['test/unit/provider-list.spec.ts'],
    faults: [
      {
        name: 'an entry takes the client secret of the flat settings',
        find: '  for (const name of OWN_SETTINGS) settings[name] = null\n',
        replace: "  settings['issuer'] = settings['clientId'] = null\n",
      },
      {
        name: 'two providers may have one name',
        find: 'earlier.some((one) => isSameProviderName(one.name, name))',
        replace: 'earlier.some((one) => one.name === name)',
      },
      {
        name: 'two providers may be one client',
        find: 'earlier.find((one) => isSameOwner(one, provider))',
        replace: 'earlier.find((one) => isSameOwner(one, provider) && Boolean(0))',
      },
    ],
  },
  {
    file: 'main/settings/read.ts',
    specs: ['test/unit/provider-list.spec.ts'],
    faults: [
      {
        name: 'a settings.json with the client secret of an entry stays open to others',
        find: ' || hasClientSecret(file.providers)',
        replace: '',
      },
    ],
  },
  {
    file: 'main/settings/layer.ts',
    specs: ['test/unit/misplaced-secrets.spec.ts'],
    faults: [
      {
        name: 'a message repeats an invalid value whole',
        find: ': excerpt(text)',
        replace: ': excerpt(text) && text',
      },
      {
        name: 'a password that is cut before its @ is repeated',
        find: 'maskPasswords(maskSecrets(JSON.stringify(value)))',
        replace: 'maskPasswords("") + maskSecrets(JSON.stringify(value))',
      },
    ],
  },
  {
    file: 'main/settings/option-values.ts',
    specs: ['test/unit/misplaced-secrets.spec.ts'],
    faults: [
      {
        name: 'a secret in the place of the issuer is suggested as a link',
        find: 'every((word) => excerpt(word) === word)',
        replace: 'every((word) => excerpt(word) !== null)',
      },
    ],
  },
  {
    file: 'main/settings/secret-owner.ts',
    specs: ['test/unit/secret-owner.spec.ts'],
    faults: [
      {
        name: 'a secret of settings.json goes to the provider of a flag',
        find: '    if (override === null) {',
        replace: '    if (override === null || layer.size > 0) {',
      },
      {
        name: 'a client secret stays for another client ID of the window',
        find: '(before[name] ?? null) !== (after[name] ?? null)',
        replace: "name === 'issuer' && before[name] !== after[name]",
      },
      {
        name: 'a secret that the window saves beside a flag keeps no provider',
        find: 'after[SECRET_OWNER_KEY] = Object',
        replace: 'after[`${SECRET_OWNER_KEY}-`] = Object',
      },
      {
        name: 'the owner that is stored beside a secret does not decide',
        find: 'isStored ? stored.owner : layer,',
        replace: 'isStored ? stored.layer : layer,',
      },
      {
        name: 'a secret of a variable stays for another client ID of the window',
        find: 'before.settings[name] !== after.settings[name]',
        replace: "name === 'issuer' && before.settings[name] !== after.settings[name]",
      },
    ],
  },
  {
    file: 'main/settings/save.ts',
    specs: ['test/unit/secret-owner.spec.ts'],
    faults: [
      {
        name: 'a secret of a variable goes to the issuer that the window sets',
        find: '  if (rejection !== null) return rejection\n',
        replace: '  if (rejection?.field === null) return rejection\n',
      },
    ],
  },
  {
    file: 'main/settings/provider-changes.ts',
    specs: ['test/unit/provider-changes.spec.ts'],
    faults: [
      {
        name: 'a provider that moves into the list leaves a secret of a variable behind',
        find: '[issuer, clientId, clientSecret].find(isGiven)',
        replace: '[issuer, clientId].find(isGiven)',
      },
      {
        name: 'an emptied field of an entry has the flat setting',
        find: '    if (!isOwn(setting) && !isDefault(setting, flat)) entry[setting] = null\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/app/uninstall.ts',
    specs: ['test/unit/revoke-session.spec.ts'],
    faults: [
      {
        name: 'a client secret goes to any provider with that client ID',
        find: '(one) => isSameOwner(one, session)',
        replace: '(one) => one.clientId === clientId',
      },
      {
        name: 'a client secret goes to its provider for any client ID',
        find: '(one) => isSameOwner(one, session)',
        replace: '(one) => one.issuer === issuer',
      },
    ],
  },
]
