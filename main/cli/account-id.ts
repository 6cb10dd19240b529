// What an account's ID looks like to the command line, which does not load the store of accounts.

/** @see `isAccountId` in main/storage/account-store.ts */
const ACCOUNT_ID = /^[a-z2-7]{8}$/

/** True for a text that can be the ID of an account. */
export function looksLikeAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text)
}
