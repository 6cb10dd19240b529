// Checks the stored accounts: which providers they are for, and whether their files can be read.

import type { Settings } from '../settings/options.js'
import { isSameOwner } from '../storage/session-owner.js'
import { describeStoredFiles, type DescribedFile } from '../storage/stored-files.js'
import { createCheck, findWorst, type Check, type Verdict } from './check.js'
import { MESSAGES } from './diagnose-messages.js'

const { accounts } = MESSAGES

/** Opens no session, so it names providers and IDs, and no person. */
export function checkAccounts({
  dataDir,
  providers,
}: Pick<Settings, 'dataDir' | 'providers'>): Check {
  const found = describeStoredFiles(dataDir).map((file) => describe(file, providers))
  if (found.length === 0) return createCheck('accounts', 'ok', accounts.none)
  const worst = findWorst(found.map(({ verdict }) => verdict))
  const worstFirst = [...found.filter(isBad), ...found.filter((one) => !isBad(one))]
  return createCheck('accounts', worst, ...worstFirst.map(({ message }) => message))
}

type Finding = { verdict: Verdict; message: string }

const isBad = ({ verdict }: Finding): boolean => verdict !== 'ok'

function describe(file: DescribedFile, providers: Settings['providers']): Finding {
  if (file.isAside) return { verdict: 'warning', message: accounts.movedAside(file.path) }
  if ('problem' in file) return { verdict: 'warning', message: file.problem.message }
  const { id, owner } = file
  // The first version's files name no provider.
  if (owner === null) return { verdict: 'ok', message: accounts.storedEarlier('a provider') }
  const provider = providers.find((one) => isSameOwner(one, owner))
  if (!provider) return { verdict: 'warning', message: accounts.notConfigured(owner.issuer) }
  const { name } = provider
  const message = id === null ? accounts.storedEarlier(name) : accounts.stored(id, name)
  return { verdict: 'ok', message }
}
