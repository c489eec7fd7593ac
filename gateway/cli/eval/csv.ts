import { readFile } from 'node:fs/promises'
import { CodedError } from '../../../contracts/errors.ts'

/** `fields` by the names of the header; `line` counts from 1, as an editor shows it. */
export interface CsvRow {
  readonly line: number
  readonly fields: Readonly<Record<string, string>>
}

const rowsMax = 2_000_000

/**
 * A list with a header line (RFC 4180: commas, fields in double quotes may hold commas and `""`; no
 * line break inside a field). Blank lines and a byte order mark are skipped; columns may stand in any
 * order and there may be more than the required ones. UTF-8, or what a Chinese Excel saves: GB 18030.
 *
 * @throws CodedError `eval.input`, as `file:line: what`
 */
export async function readCsv(file: string, required: readonly string[]): Promise<CsvRow[]> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CodedError('eval.input', `${file}: ${error.code ?? error.message}`)
  })
  return parseCsv(decodeText(bytes), file, required)
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

export function parseCsv(text: string, file: string, required: readonly string[]): CsvRow[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  let header: readonly string[] | null = null
  const rows: CsvRow[] = []
  for (const [i, source] of lines.entries()) {
    if (source.trim() === '') continue
    const fields = splitLine(source)
    if (fields === null) throw inputError(file, i + 1, 'a quoted field does not end')
    if (header === null) {
      header = fields.map((name) => name.trim().toLowerCase())
      const missing = required.find((name) => !header?.includes(name))
      if (missing !== undefined)
        throw inputError(file, i + 1, `the header must name ${required.join(',')}: no "${missing}"`)
      continue
    }
    if (fields.length !== header.length)
      throw inputError(file, i + 1, `${fields.length} fields, the header has ${header.length}`)
    if (rows.length >= rowsMax) throw inputError(file, i + 1, `more than ${rowsMax} rows`)
    const named = Object.fromEntries(header.map((name, at) => [name, fields[at] ?? '']))
    const empty = required.find((name) => named[name] === '')
    if (empty !== undefined) throw inputError(file, i + 1, `"${empty}" is empty`)
    rows.push({ line: i + 1, fields: named })
  }
  if (rows.length === 0) throw inputError(file, 1, 'no rows')
  return rows
}

export const inputError = (file: string, line: number, what: string): CodedError =>
  new CodedError('eval.input', `${file}:${line}: ${what}`)

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  是: true,
  '0': false,
  false: false,
  no: false,
  否: false,
}

/** 1 or 0 (also true, false, yes, no, 是, 否), and what `also` names. */
export function readTruth(
  row: CsvRow,
  name: string,
  file: string,
  also: Readonly<Record<string, boolean>> = {},
): boolean {
  const text = (row.fields[name] ?? '').trim().toLowerCase()
  const truth = truths[text] ?? also[text]
  if (truth === undefined)
    throw inputError(file, row.line, `"${name}" must be 0 or 1, not ${JSON.stringify(text)}`)
  return truth
}

/** Null where a quote stays open. */
function splitLine(line: string): string[] | null {
  const fields: string[] = []
  let at = 0
  while (at <= line.length) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at)
      const end = comma === -1 ? line.length : comma
      fields.push(line.slice(at, end).trim())
      at = end + 1
      continue
    }
    let value = ''
    let from = at + 1
    for (;;) {
      const quote = line.indexOf('"', from)
      if (quote === -1) return null
      value += line.slice(from, quote)
      from = quote + 1
      if (line[from] !== '"') break
      value += '"'
      from += 1
    }
    fields.push(value)
    const comma = line.indexOf(',', from)
    at = comma === -1 ? line.length + 1 : comma + 1
  }
  return fields
}
