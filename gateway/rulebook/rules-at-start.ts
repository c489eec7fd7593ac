import { existsSync } from 'node:fs'
import { loadRules, type RuleBook, shippedRulesPath } from '../../config/rules.ts'
import { readRulesFile } from '../../config/rules-file.ts'
import { Sqlite } from '../../config/sqlite.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { RulesOrigin } from './rules-desk.ts'

export interface RulesAtStart {
  readonly rules: RuleBook
  readonly origin: RulesOrigin & { readonly read: () => string }
}

/**
 * The rules to start with: the configured ones, or where their file is broken the ones that were in force last,
 * so that a box with a slip in its file still watches after a power cut. Throws `config.invalid` where there are none.
 */
export function rulesAtStart(file: string | null, database: string): RulesAtStart {
  const path = file ?? shippedRulesPath()
  const read = (): string => readRulesFile(path)
  const origin = { source: file === null ? 'shipped' : 'file', path: file, read } as const
  try {
    return { rules: loadRules(read(), path), origin }
  } catch (error) {
    const last = error instanceof CodedError ? lastInForce(database) : null
    if (last === null) throw error
    return { rules: loadRules(last, 'rules'), origin }
  }
}

function lastInForce(database: string): string | null {
  if (!existsSync(database)) return null
  const db = new Sqlite(database, { readonly: true, fileMustExist: true })
  try {
    const has = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'rules'").get()
    if (has === undefined) return null
    const last = db.prepare<[], string>(
      'SELECT text FROM rules WHERE refused IS NULL ORDER BY id DESC LIMIT 1',
    )
    return last.pluck().get() ?? null
  } finally {
    db.close()
  }
}
