// Breaks text for a terminal into lines.

/** In characters, as terminals are wide at least. */
export const WIDEST_LINE = 80

/** Breaks a text between words into lines that are indented by a number of spaces. */
export function wrapText(text: string, indent = 0): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= WIDEST_LINE) {
      lines[lines.length - 1] = `${line} ${word}`
    } else {
      lines.push(' '.repeat(indent) + word)
    }
  }
  return lines
}

/** Names with a text each, in two columns. A name wider than `widestName` is on a line of its own. */
export function formatRows(
  rows: readonly (readonly [name: string, text: string])[],
  widestName = WIDEST_LINE,
): readonly string[] {
  const widths = rows.map(([name]) => name.length).filter((width) => width <= widestName)
  const width = Math.max(...widths)
  return rows.flatMap(([name, text]) => {
    const [first = '', ...others] = wrapText(text, width + 4)
    if (name.length > width) return [`  ${name}`, first, ...others]
    return [`  ${name.padEnd(width)}  ${first.trimStart()}`, ...others]
  })
}
