// Who owns a connection, as the programs themselves find out.

import { createSocketOwners } from '../../main/net/socket-owner.js'
import { openTcpTable } from '../../main/net/proc-net-tcp.js'

const user = process.getuid?.() ?? null

/** By the kernel's own table, where there is one. */
export const owners = createSocketOwners({ table: openTcpTable(), user })
