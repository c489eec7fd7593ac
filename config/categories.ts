import { CodedError } from '../contracts/errors.ts'
import type { Category } from '../contracts/http/system.ts'

const columns = [
  'code',
  'parent',
  'kind',
  'nameZh',
  'nameEn',
  'community',
  'typicalUnitZh',
  'handleHours',
  'hoursKind',
  'source',
] as const

/** The shipped category tree, flat, from the text of config/categories.csv. */
export function parseCategories(csv: string): Category[] {
  const [head, ...rows] = parseCsv(csv)
  if (head === undefined || columns.some((column, i) => head[i] !== column)) {
    throw new CodedError('config.invalid', 'categories.csv: unexpected columns')
  }
  const codes = new Set(rows.map(([code]) => code))
  return rows.map((cells, i) => {
    const [
      code = '',
      parent = '',
      kind = '',
      zh = '',
      en = '',
      ,
      unit = '',
      hours = '',
      hoursKind = '',
    ] = cells
    if (cells.length !== columns.length || code === '' || (parent !== '' && !codes.has(parent))) {
      throw new CodedError('config.invalid', `categories.csv:${i + 2}: row ${code} is not complete`)
    }
    return {
      code,
      parent: orNull(parent),
      kind,
      name: { zh, en },
      typicalUnit: orNull(unit),
      handleHours: hours === '' ? null : Number(hours),
      hoursKind: orNull(hoursKind),
    }
  })
}

const orNull = (text: string): string | null => (text === '' ? null : text)

/** RFC 4180: quoted cells may hold commas, quotes (doubled) and line ends. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}
