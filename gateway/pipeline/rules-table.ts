import type { Database } from 'better-sqlite3'
import { gatewayDevice } from '../../contracts/topics.ts'
import { type RulesSource, rulesSources } from '../../contracts/rules.ts'
import { rulesVersion } from '../../config/rules.ts'
import type { LogRecord } from '../model/record.ts'

export interface RulesRow {
  /** From when they held, our clock. */
  readonly since: number
  readonly source: RulesSource
  readonly by: string
  readonly version: string
  readonly text: string
}

/** What the main thread is told of it at the start. */
export interface StoredRules {
  /** Null where the configured ones hold: nothing is stored yet, or it can no longer be read. */
  readonly active: RulesRow | null
  /** The configured text as it was when it last came into force. */
  readonly configured: Pick<RulesRow, 'source' | 'version'> | null
  /** Why what a person had set last is no longer in force. */
  readonly refused: string | null
}

const kept = 32
const columns = 'since, source, set_by AS "by", version, text'

/** The rules in force and those before them: a replay begins with what held when its log begins. */
export class RulesTable {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  active(): RulesRow | null {
    return this.#one(
      `SELECT ${columns} FROM rules WHERE id = (SELECT max(id) FROM rules) AND refused IS NULL`,
    )
  }

  stored(): StoredRules {
    const refused = this.#db
      .prepare<[string], string | null>(
        'SELECT refused FROM rules WHERE set_by <> ? ORDER BY id DESC LIMIT 1',
      )
      .pluck()
      .get(gatewayDevice)
    const configured = this.#one(
      `SELECT ${columns} FROM rules WHERE source <> 'set' ORDER BY id DESC LIMIT 1`,
    )
    return {
      active: this.active(),
      configured: configured && { source: configured.source, version: configured.version },
      refused: refused ?? null,
    }
  }

  put({ payload, topic, client, receivedAt }: LogRecord): void {
    const source = rulesSources.find((each) => each === topic)
    if (source === undefined) throw new Error(`no source of rules: ${topic}`)
    const text = Buffer.from(payload).toString('utf8')
    this.#db
      .prepare('INSERT INTO rules (since, source, set_by, version, text) VALUES (?, ?, ?, ?, ?)')
      .run(Math.round(receivedAt), source, client, rulesVersion(text), text)
    this.#db
      .prepare(
        `DELETE FROM rules WHERE id <= (SELECT max(id) FROM rules) - ?
           AND id <> (SELECT coalesce(max(id), 0) FROM rules WHERE source <> 'set')`,
      )
      .run(kept)
  }

  /** What an older version of Linli understood and this one does not. */
  refuse(why: string): void {
    this.#db
      .prepare('UPDATE rules SET refused = ? WHERE id = (SELECT max(id) FROM rules)')
      .run(why.slice(0, 2_000))
  }

  #one(sql: string): RulesRow | null {
    return this.#db.prepare<[], RulesRow>(sql).get() ?? null
  }
}
