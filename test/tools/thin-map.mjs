// Makes a source map smaller: it keeps the first place of each line of the sources, without names. A stack
// still names the right line; the column is that of its first place.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Returns the JSON text of the smaller map.
 *
 * @see {@link https://tc39.es/ecma426/#sec-mappings}
 */
export function thinMap(text) {
  const map = JSON.parse(text)
  // All but the generated column go on from one generated line to the next.
  const read = { source: 0, line: 0, column: 0 }
  const written = { source: 0, line: 0, column: 0 }
  let last = null
  const lines = map.mappings.split(';').map((segments) => {
    let at = 0
    let writtenAt = 0
    const kept = []
    for (const segment of segments === '' ? [] : segments.split(',')) {
      const [skipped, source, line = 0, column = 0] = decode(segment)
      at += skipped
      const isMapped = source !== undefined
      if (isMapped) {
        read.source += source
        read.line += line
        read.column += column
      }
      const place = isMapped ? `${read.source}:${read.line}` : ''
      if (kept.length > 0 && place === last) continue
      last = place
      const moved = isMapped
        ? ['source', 'line', 'column'].map((name) => read[name] - written[name])
        : []
      if (isMapped) Object.assign(written, read)
      kept.push([at - writtenAt, ...moved].map(encode).join(''))
      writtenAt = at
    }
    return kept.join(',')
  })
  return JSON.stringify({ ...map, names: [], mappings: lines.join(';') })
}

/** Reads the numbers of a segment, in base 64 with five bits a digit. The lowest bit is the sign. */
function decode(segment) {
  const numbers = []
  let value = 0
  let shift = 0
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit)
    value += (bits & 31) << shift
    shift += 5
    if (bits & 32) continue
    numbers.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return numbers
}

function encode(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1
  let text = ''
  do {
    const bits = rest & 31
    rest >>= 5
    text += DIGITS[rest > 0 ? bits | 32 : bits]
  } while (rest > 0)
  return text
}
