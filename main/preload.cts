// Exposes the IPC contract to the window's page, and nothing else. Sandboxed: only types may be
// imported from other files.

import electron = require('electron')
import type { Calls, LatchkeyApi, Events } from './ipc.js'

const { contextBridge, ipcRenderer } = electron

function call<Channel extends keyof Calls>(
  channel: Channel,
  ...args: Parameters<Calls[Channel]>
): Promise<ReturnType<Calls[Channel]>> {
  return ipcRenderer.invoke(channel, ...args) as Promise<ReturnType<Calls[Channel]>>
}

function listen<Channel extends keyof Events>(
  channel: Channel,
  listener: Events[Channel],
): () => void {
  // The event is not passed on: it would give the page access to the whole IPC.
  const forward = (_event: unknown, ...args: Parameters<Events[Channel]>): void =>
    (listener as (...given: typeof args) => void)(...args)
  ipcRenderer.on(channel, forward)
  return () => void ipcRenderer.off(channel, forward)
}

const api: LatchkeyApi = {
  readStatus: () => call('read-status'),
  runCommand: (command) => call('run-command', command),
  signInAccount: (id) => call('sign-in-account', id),
  signInProvider: (name) => call('sign-in-provider', name),
  signOutAccount: (id) => call('sign-out-account', id),
  makeDefault: (id) => call('make-default', id),
  decidePerson: (questionId, keeps) => call('decide-person', questionId, keeps),
  answerConsent: (questionId, answer) => call('answer-consent', questionId, answer),
  forgetApp: (id) => call('forget-app', id),
  createKey: (wanted) => call('create-key', wanted),
  signOutAndForget: (id) => call('sign-out-and-forget', id),
  signOutEverywhere: (forgetsApps) => call('sign-out-everywhere', forgetsApps),
  readSettings: () => call('read-settings'),
  saveSettings: (changes) => call('save-settings', changes),
  readProvider: (name) => call('read-provider', name),
  saveProvider: (name, changes) => call('save-provider', name, changes),
  removeProvider: (name) => call('remove-provider', name),
  setStartAtLogin: (on) => call('set-start-at-login', on),
  testProvider: (issuer) => call('test-provider', issuer),
  describeProvider: (issuer) => call('describe-provider', issuer),
  listProviders: () => call('list-providers'),
  openProviderGuide: (id) => call('open-provider-guide', id),
  listRedirectUris: (typed) => call('list-redirect-uris', typed),
  pasteAddress: (address) => call('paste-address', address),
  createReport: () => call('create-report'),
  readRemoval: () => call('read-removal'),
  revokeSession: () => call('revoke-session'),
  removeData: () => call('remove-data'),
  onStatusChanged: (listener) => listen('status-changed', listener),
}

contextBridge.exposeInMainWorld('latchkey', api)
