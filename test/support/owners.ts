// Finds the owner of a connection as the programs do.

import { createSocketOwners } from '../../main/net/socket-owner.js'
import { openTcpTable } from '../../main/net/proc-net-tcp.js'

const user = process.getuid?.() ?? null

/** Uses the kernel's table if there is one. */
export const owners = createSocketOwners({ table: openTcpTable(), user })
