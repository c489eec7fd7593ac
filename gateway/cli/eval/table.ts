/** Columns under each other; a Chinese character takes two places of a terminal. */
export function printTable(table: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...table.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(0, ...table.map((row) => places(row[i] ?? ''))),
  )
  return table.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - places(cell)))
      .join('  ')
      .trimEnd(),
  )
}

const places = (text: string): number =>
  Array.from(text).reduce((sum, sign) => sum + ((sign.codePointAt(0) ?? 0) >= 0x2e80 ? 2 : 1), 0)
