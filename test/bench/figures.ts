// The figures: what is measured, in which unit, against what, and the limit that Latchkey should meet.

import { BARE, NODE_ALONE, PEERS, TABLE_READ, TOKEN_SCRIPT } from './names.js'

export type Limit =
  /** Latchkey's median divided by the reference's. The median of `plus` is subtracted before. */
  | { ratioAtMost: number; plus?: string }
  | { ratioAtLeast: number }
  /** Latchkey's median less the reference's. */
  | { overAtMost: number }
  /** Latchkey's median. */
  | { atMost: number }

export type Figure = {
  /** The key in the record. */
  id: string
  number: string
  title: string
  unit: string
  /** Whose median stands for the subject. Default: Latchkey. */
  subject?: string
  /** Whom the subject is compared with. */
  reference?: string
  limit?: Limit
}

const [BY_HAND] = Object.keys(PEERS) as [string]
const FLAT = { subject: 'Latchkey, 64 waiting', reference: 'Latchkey, 1 waiting' }

/** B10. A spec checks it, too. */
export const MOST_ARCHIVE_MB = 2

export const FIGURES: readonly Figure[] = [
  ...['http', 'https'].flatMap((scheme) => [
    {
      id: `callback ${scheme} later`,
      number: 'B1',
      title: `Callback to page, ${scheme}`,
      unit: 'ms',
      reference: BY_HAND,
      limit: { ratioAtMost: 1.25 },
    },
    {
      id: `callback ${scheme} first`,
      number: 'B1',
      title: `The same, ${scheme}, first sign-in of a process`,
      unit: 'ms',
      reference: BY_HAND,
      limit: { ratioAtMost: 1 },
    },
  ]),
  ...[1, 64].map((connections) => ({
    id: `challenge ${connections}`,
    number: 'B2',
    title: `Challenges, ${formatConnections(connections)}`,
    unit: '/s',
    reference: BARE,
    limit: { ratioAtLeast: connections === 1 ? 0.85 : 0.9 },
  })),
  ...[1, 64].map((connections) => ({
    id: `challenge p99 ${connections}`,
    number: 'B3',
    title: `Challenge, 99th percentile, ${formatConnections(connections)}`,
    unit: 'ms',
    reference: BARE,
    limit: { ratioAtMost: 1.25 },
  })),
  ...['few', '7,000'].map((sockets) => ({
    id: `challenge new connection ${sockets} sockets`,
    number: 'B3b',
    title: `Challenge on a new connection, ${sockets} sockets on the machine`,
    unit: 'ms',
    reference: BARE,
    limit: { ratioAtMost: 1.5 },
  })),
  ...['few', '7,000'].map((sockets) => ({
    id: `token read new connection ${sockets} sockets`,
    number: 'B3b',
    title: `Token read on a new connection, ${sockets} sockets on the machine`,
    unit: 'ms',
    reference: BARE,
    limit: { ratioAtMost: 1.5, plus: TABLE_READ },
  })),
  {
    id: 'start',
    number: 'B4',
    title: 'Start to first answer, headless',
    unit: 'ms',
    reference: BARE,
    limit: { ratioAtMost: 1.5 },
  },
  {
    id: 'help',
    number: 'B4',
    title: '`--help`',
    unit: 'ms',
    reference: NODE_ALONE,
    limit: { ratioAtMost: 2 },
  },
  {
    id: 'start modules',
    number: 'B4',
    title: 'Modules loaded until then',
    unit: '',
    reference: BARE,
  },
  {
    id: 'start source',
    number: 'B4',
    title: 'Their size',
    unit: 'kB',
    reference: BARE,
  },
  {
    id: 'idle memory',
    number: 'B5',
    title: 'Memory, idle, signed in',
    unit: 'MB',
    reference: BARE,
    limit: { ratioAtMost: 1.35 },
  },
  {
    id: 'idle wake-ups',
    number: 'B6',
    title: 'Wake-ups, idle, signed in',
    unit: '/min',
    reference: BARE,
    limit: { overAtMost: 3 },
  },
  {
    id: 'idle CPU',
    number: 'B6',
    title: 'CPU time, idle, signed in',
    unit: 'ms/min',
    reference: BARE,
  },
  {
    id: 'waiting challenge',
    number: 'B7',
    title: 'Challenge while 64 sign-ins wait',
    unit: 'ms',
    ...FLAT,
    limit: { ratioAtMost: 1.25 },
  },
  {
    id: 'waiting callback',
    number: 'B7',
    title: 'Callback to page while 64 sign-ins wait',
    unit: 'ms',
    ...FLAT,
    limit: { ratioAtMost: 1.25 },
  },
  {
    id: 'readers renewals',
    number: 'B8',
    title: '1,000 reads at expiry: renewals',
    unit: '',
    limit: { atMost: 1 },
  },
  {
    id: 'readers slowest',
    number: 'B8',
    title: 'The slowest of them',
    unit: 'ms',
    reference: 'the provider alone',
    limit: { ratioAtMost: 1.25 },
  },
  {
    id: 'readers dropped',
    number: 'B8',
    title: 'Connections dropped meanwhile',
    unit: '',
    limit: { atMost: 0 },
  },
  {
    id: 'renewal requests',
    number: 'B8b',
    title: 'Requests of a renewal to the provider',
    unit: '',
    limit: { atMost: 1 },
  },
  ...[1, 64].map((connections) => ({
    id: `token read ${connections}`,
    number: 'B8c',
    title: `Token reads, ${formatConnections(connections)}`,
    unit: '/s',
    reference: BARE,
    // A read may take 1.25 or 1.6 times as long.
    limit: { ratioAtLeast: connections === 1 ? 1 / 1.25 : 1 / 1.6 },
  })),
  {
    id: 'tray ready',
    number: 'B9',
    title: 'Tray app until ready, on the stand-in for Electron',
    unit: 'ms',
    reference: 'an empty app',
  },
  { id: 'tray modules', number: 'B9', title: 'Modules loaded until then', unit: '' },
  { id: 'tray source', number: 'B9', title: 'Their size', unit: 'kB' },
  {
    id: 'package',
    number: 'B10',
    title: '`app.asar`',
    unit: 'MB',
    limit: { atMost: MOST_ARCHIVE_MB },
  },
  {
    id: 'first start',
    number: 'B11',
    title: 'First `npm start` of a clone',
    unit: 's',
    limit: { atMost: 5 },
  },
  {
    id: 'token command',
    number: 'B12',
    title: 'A token in a shell',
    unit: 'ms',
    subject: TOKEN_SCRIPT,
    reference: NODE_ALONE,
    limit: { ratioAtMost: 1 },
  },
]

function formatConnections(count: number): string {
  return count === 1 ? '1 connection' : `${count} connections`
}
