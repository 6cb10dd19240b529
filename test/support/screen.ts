// What a terminal shows of what a program has written: its rows, also those that have scrolled away.

/** A control sequence that begins with ESC [, one character of control, or a run of text. */
// eslint-disable-next-line no-control-regex -- these are what a terminal goes by
const PIECE = /\u001b\[(\d*)([A-Za-z])|[\r\n]|[^\u001b\r\n]+/g

/**
 * Gives the rows of a terminal with so many columns, without the spaces at their ends. Knows the few
 * sequences that node:readline and Latchkey write, and fails at any other.
 */
export function screenOf(written: string, columns: number): string[] {
  const rows: string[] = ['']
  let [row, column] = [0, 0]

  const goDown = (): void => {
    row += 1
    if (row === rows.length) rows.push('')
  }
  const put = (character: string): void => {
    // As terminals do, only when there is more: a row that is just full is not left yet.
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
