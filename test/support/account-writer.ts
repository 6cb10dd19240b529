// A program that makes one change of the stored accounts: `node account-writer.js DIRECTORY CHANGE`.

import { ACCOUNT_CHANGES, openFor } from './account-changes.js'

const [dataDir = '', name] = process.argv.slice(2)
const change = ACCOUNT_CHANGES.find((one) => one.name === name)!
await change.act(openFor(change, dataDir))
