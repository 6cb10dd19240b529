// The table of figures, for the terminal and for docs/figures.md.

import { FIGURES, type Figure, type Limit } from './figures.js'
import type { BenchRecord } from './record.js'
import type { Summary } from './statistics.js'
import { LATCHKEY } from './names.js'

const HEAD = ['', 'figure', 'Latchkey', 'compared with', 'ratio', 'must be', 'met']

/** The figures that the README shows. */
const HIGHLIGHTS = [
  'callback http later',
  'challenge 1',
  'start',
  'idle memory',
  'readers renewals',
]

/** Puts the figures of a run into docs/figures.md. */
export function withFigures(text: string, run: BenchRecord): string {
  return fill(text, `${describeRun(run)}\n\n${formatTable(run)}`)
}

/** Puts some figures of a run into the README. */
export function withHighlights(text: string, run: BenchRecord): string {
  const lines = HIGHLIGHTS.map((id) => {
    const { title, unit, reference } = FIGURES.find((figure) => figure.id === id)!
    const programs = run.figures[id]!
    const medianOf = (name: string): string =>
      `${formatNumber(programs[name]!.median)} ${unit}`.trim()
    const compared = reference === undefined ? '' : ` (${reference}: ${medianOf(reference)})`
    return `- ${title}: ${medianOf(LATCHKEY)}${compared}`
  })
  return fill(text, lines.join('\n'))
}

const [FROM, TO] = ['<!-- figures: npm run bench -->', '<!-- /figures -->']

function fill(text: string, content: string): string {
  const [before, rest = ''] = text.split(FROM)
  const [, after] = rest.split(TO)
  if (before === undefined || after === undefined) throw new Error(`${FROM} is missing`)
  return `${before}${FROM}\n\n${content}\n\n${TO}${after}`
}

export function describeRun({
  date,
  commit,
  machine,
  versions,
  quick,
  minutes,
}: BenchRecord): string {
  const { cpu, cores, memoryGb, system, kernel, loadBefore, socketsBefore } = machine
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return (
    `Measured on ${date.slice(0, 10)} at commit ${commit}, in ${minutes} minutes${quick ? ' with few rounds' : ''}: ${cpu}, ` +
    `${cores} cores, ${memoryGb} GB, ${system}, Linux ${kernel}, load ${loadBefore} and ` +
    `${socketsBefore} sockets at the start; ` +
    `${names.join(', ')}.`
  )
}

/** Formats the figures that were measured as a Markdown table, as Prettier does. */
export function formatTable(run: Pick<BenchRecord, 'figures'>): string {
  const rows = FIGURES.flatMap((figure) => {
    const programs = run.figures[figure.id]
    return programs === undefined ? [] : [formatRow(figure, programs)]
  })
  const all = [HEAD, ...rows]
  const widths = HEAD.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function formatRow(figure: Figure, programs: Readonly<Record<string, Summary>>): string[] {
  const { subject: name = LATCHKEY, reference: referenceName, limit, unit } = figure
  const subject = programs[name]
  const reference = referenceName === undefined ? undefined : programs[referenceName]
  if (subject === undefined) throw new Error(`${figure.id} has no samples of ${name}`)
  const others = Object.keys(programs).filter((other) => other !== name && other !== referenceName)
  const compared = [...(reference === undefined ? [] : [referenceName!]), ...others]
  return [
    figure.number,
    figure.title,
    `${formatSummary(subject)} ${unit}`.trim(),
    compared.map((other) => `${other} ${formatSummary(programs[other]!)}`).join('; '),
    reference === undefined ? '' : `${(subject.median / reference.median).toFixed(2)} ×`,
    limit === undefined ? '' : formatLimit(limit, unit),
    limit === undefined ? '' : isMet(limit, name, referenceName, programs) ? 'yes' : '**no**',
  ]
}

/** Formats a median with its quartiles, if they differ. */
function formatSummary({ median, q1, q3 }: Summary): string {
  const range = q1 === q3 ? '' : ` (${formatNumber(q1)} to ${formatNumber(q3)})`
  return `${formatNumber(median)}${range}`
}

/** Formats three significant digits, and whole numbers completely. */
function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

function formatLimit(limit: Limit, unit: string): string {
  if ('ratioAtMost' in limit) {
    return `≤ ${limit.ratioAtMost} ×${limit.plus === undefined ? '' : ` + ${limit.plus}`}`
  }
  if ('ratioAtLeast' in limit) return `≥ ${limit.ratioAtLeast} ×`
  if ('overAtMost' in limit) return `≤ ${limit.overAtMost} more`
  return `≤ ${limit.atMost} ${unit}`.trim()
}

/** Compares the medians of the subject and the reference, as far as the limit needs both. */
export function isMet(
  limit: Limit,
  subject: string,
  reference: string | undefined,
  programs: Readonly<Record<string, Summary>>,
): boolean {
  const medianOf = (name: string | undefined): number => programs[name ?? '']?.median ?? Number.NaN
  const own = medianOf(subject)
  if ('atMost' in limit) return own <= limit.atMost
  const other = medianOf(reference)
  if ('overAtMost' in limit) return own - other <= limit.overAtMost
  if ('ratioAtLeast' in limit) return own / other >= limit.ratioAtLeast
  const extra = limit.plus === undefined ? 0 : medianOf(limit.plus)
  return (own - extra) / other <= limit.ratioAtMost
}
