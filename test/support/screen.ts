// What a terminal shows of a program's output: all rows, including those that have scrolled away.

/** A control sequence that begins with ESC [, one control character, or a run of text. */
// eslint-disable-next-line no-control-regex -- these are what a terminal goes by
const PIECE = /\u001b\[(\d*)([A-Za-z])|[\r\n]|[^\u001b\r\n]+/g

/**
 * Returns the rows of a terminal with this many columns, without trailing spaces. Knows only the
 * sequences that node:readline and Latchkey write, and throws for any other.
 */
export function drawScreen(written: string, columns: number): string[] {
  const rows: string[] = ['']
  let [row, column] = [0, 0]

  const goDown = (): void => {
    row += 1
    if (row === rows.length) rows.push('')
  }
  const put = (character: string): void => {
    // Like a terminal, wraps only when more text follows: a full row alone does not wrap.
    if (column === columns) {
      goDown()
      column = 0
    }
    const before = rows[row]!.padEnd(column)
    rows[row] = before.slice(0, column) + character + before.slice(column + 1)
    column += 1
  }
  const control = (count: string, name: string): void => {
    switch (name) {
      case 'A':
        row = Math.max(0, row - Number(count || 1))
        return
      case 'G':
        column = Number(count || 1) - 1
        return
      case 'K':
        rows[row] = rows[row]!.slice(0, column)
        return
      case 'J':
        rows[row] = rows[row]!.slice(0, column)
        rows.length = row + 1
        return
      default:
        throw new Error(`This terminal does not know ESC [ ${count}${name}.`)
    }
  }

  for (const [piece, count = '', name] of written.matchAll(PIECE)) {
    if (name !== undefined) control(count, name)
    else if (piece === '\r') column = 0
    else if (piece === '\n') goDown()
    else for (const character of piece) put(character)
  }
  return rows.map((text) => text.trimEnd())
}
