import type { Database } from 'better-sqlite3'
import { loadRules, type RuleBook } from '../../config/rules.ts'
import { CodedError } from '../../contracts/errors.ts'

/**
 * The rules that held at a time, as far back as the box remembers; `otherwise` where it remembers none, or
 * where they are in words that this version no longer understands.
 */
export function rulesAt(db: Database, at: number, otherwise: RuleBook): RuleBook {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'rules'").get()
  if (hasTable === undefined) return otherwise
  const text =
    db
      .prepare<[number], string>('SELECT text FROM rules WHERE since <= ? ORDER BY id DESC LIMIT 1')
      .pluck()
      .get(at) ?? firstConfigured(db)
  if (text === null) return otherwise
  try {
    return loadRules(text, 'rules')
  } catch (error) {
    if (error instanceof CodedError) return otherwise
    throw error
  }
}

/** What was configured first held before it was written down: the first start writes its own fact before it. */
function firstConfigured(db: Database): string | null {
  const first = db
    .prepare<[], { source: string; text: string }>(
      'SELECT source, text FROM rules ORDER BY id LIMIT 1',
    )
    .get()
  return first === undefined || first.source === 'set' ? null : first.text
}
