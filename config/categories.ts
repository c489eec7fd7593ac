import { CodedError } from '../contracts/errors.ts'
import type { Category } from '../contracts/http/system.ts'
import type { CategorySettings } from './category-settings.ts'

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

/**
 * The category tree, flat, from the text of config/categories.csv or a table of the same columns, with
 * what config/categories.yaml adds. Throws `config.invalid` for a row that is not complete, a code
 * given twice, a parent that is not there, a code of a wrong length and a setting of an unknown code.
 */
export function parseCategories(csv: string, settings: CategorySettings = {}): Category[] {
  const [head, ...rows] = parseCsv(csv)
  if (head === undefined || columns.some((column, i) => head[i] !== column)) {
    throw new CodedError('config.invalid', 'categories.csv: unexpected columns')
  }
  const parents = new Map(rows.map(([code = '', parent = '']) => [code, parent]))
  checkSettings(settings, parents)
  const seen = new Set<string>()
  return rows.map((cells, i) => {
    const [code = '', parent = ''] = cells
    const refuse = (what: string): CodedError =>
      new CodedError('config.invalid', `categories.csv:${i + 2}: ${what}`)
    if (cells.length !== columns.length || code === '' || (parent !== '' && !parents.has(parent))) {
      throw refuse(`row ${code} is not complete`)
    }
    if (seen.has(code)) throw refuse(`${code} stands twice`)
    seen.add(code)
    const path = pathOf(parents, code)
    if (path === null) throw refuse(`${code} lies below itself`)
    const lengths = settings.codeLengths?.[path.length - 1]
    if (settings.codeLengths !== undefined && lengths?.includes(code.length) !== true) {
      const wanted = lengths === undefined ? 'no level so deep' : `${lengths.join(' or ')} signs`
      throw refuse(`code ${code} on level ${path.length}: ${wanted}`)
    }
    return categoryOf(cells, path, settings)
  })
}

function categoryOf(
  cells: readonly string[],
  path: readonly string[],
  settings: CategorySettings,
): Category {
  const [code = '', parent = '', kind = '', zh = '', en = '', community, unit = ''] = cells
  const [hours = '', hoursKind = ''] = cells.slice(7)
  const {
    limits = {},
    names = {},
    unitKinds = {},
    petitionProne = [],
    safetyCritical = [],
  } = settings
  const limit = limits[code] ?? {
    hours: hours === '' ? null : Number(hours),
    kind: orNull(hoursKind),
  }
  const kindFrom = path.find((one) => unitKinds[one] !== undefined)
  return {
    code,
    parent: orNull(parent),
    kind,
    name: names[code] ?? { zh, en },
    typicalUnit: orNull(unit),
    handleHours: limit.hours,
    hoursKind: limit.kind,
    level: path.length,
    community: community === 'true',
    unitKind: kindFrom === undefined ? null : (unitKinds[kindFrom] ?? null),
    petitionProne: path.some((one) => petitionProne.includes(one)),
    safetyCritical: path.some((one) => safetyCritical.includes(one)),
  }
}

/** The code, then what it lies below, up to the top; null where it goes round. */
function pathOf(parents: ReadonlyMap<string, string>, code: string): string[] | null {
  const path = [code]
  for (let at = parents.get(code); at !== undefined && at !== ''; at = parents.get(at)) {
    if (path.includes(at)) return null
    path.push(at)
  }
  return path
}

function checkSettings(settings: CategorySettings, known: ReadonlyMap<string, string>): void {
  const {
    petitionProne = [],
    safetyCritical = [],
    unitKinds = {},
    limits = {},
    names = {},
  } = settings
  const named = [unitKinds, limits, names].flatMap((one) => Object.keys(one))
  for (const code of [...petitionProne, ...safetyCritical, ...named]) {
    if (!known.has(code)) {
      throw new CodedError(
        'config.invalid',
        `categories: settings name ${code}, the table does not`,
      )
    }
  }
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
