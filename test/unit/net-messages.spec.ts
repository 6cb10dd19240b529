// The messages about ports, certificates and proxies that no other spec pins, as the user reads them.
// http-failure.spec.ts and proxy.spec.ts pin the others.

import { expect, test } from '@playwright/test'
import { CERTIFICATE_MESSAGES, PORT_MESSAGES, PROXY_MESSAGES } from '../../main/net/net-messages.js'

test('messages about ports', () => {
  const obstacles = [`1 ${PORT_MESSAGES.noPermission}`, `2 ${PORT_MESSAGES.inUse(null)}`]
  expect([
    PORT_MESSAGES.noneFree('the service', obstacles),
    PORT_MESSAGES.inUse('node (PID 42)'),
    PORT_MESSAGES.notBound('EMFILE'),
  ]).toEqual([
    'Latchkey found no port for the service: 1 needs permissions that this user does not have, 2 is in use by another program. Close a program that uses one of them, or choose another port.',
    'is in use by node (PID 42)',
    "Latchkey could not listen on this computer's loopback address (EMFILE). Check the rules of your firewall, sandbox and security software.",
  ])
})

test('messages about variables of the environment', () => {
  expect([
    CERTIFICATE_MESSAGES.unchecked,
    PROXY_MESSAGES.socks('ALL_PROXY'),
    PROXY_MESSAGES.pac('ALL_PROXY'),
    PROXY_MESSAGES.other('ALL_PROXY'),
    PROXY_MESSAGES.unreadableException('NO_PROXY', 'a@b'),
  ]).toEqual([
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates, so anyone on the network could take over your sign-in. Unset NODE_TLS_REJECT_UNAUTHORIZED. If your network uses its own certificate authority, set NODE_EXTRA_CA_CERTS to the file with its certificate.',
    "ALL_PROXY names a SOCKS proxy. In a terminal, Latchkey supports http proxies only. Set one as http://HOST:PORT, or use the tray app, which uses the system's settings.",
    "ALL_PROXY names a file for automatic proxy configuration (PAC). In a terminal, Latchkey can't read such a file. Look up the proxy in it and set that as http://HOST:PORT, or use the tray app, which uses the system's settings.",
    'ALL_PROXY does not name a proxy that Latchkey can use. Write it as http://HOST:PORT, or remove it.',
    'NO_PROXY contains "a@b", which Latchkey can\'t read. Write names (example.com), addresses (192.0.2.1) or ranges (192.0.2.0/24), separated by commas.',
  ])
})
