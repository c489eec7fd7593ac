import type { Database } from 'better-sqlite3'
import type { Quarantined } from '../../contracts/health.ts'

export interface QuarantineLimits {
  readonly rowsMax: number
  /** Messages of one batch that are kept; the rest of it is only counted. */
  readonly rowsPerBatchMax: number
}

export interface QuarantineSummary {
  readonly total: number
  readonly byCode: Record<string, number>
  readonly recent: Quarantined[]
}

/** Refused messages: every one counted by code, the newest kept to be looked at. */
export class QuarantineTable {
  readonly #limits: QuarantineLimits
  readonly #insert
  readonly #trim
  readonly #count
  readonly #counts
  readonly #recent
  #counted = new Map<string, number>()
  #kept: Quarantined[] = []

  constructor(db: Database, limits: QuarantineLimits) {
    this.#limits = limits
    this.#insert = db.prepare<Quarantined>(
      `INSERT INTO quarantine (ts, topic, client, code, detail, bytes)
       VALUES (@ts, @topic, @client, @code, @detail, @bytes)`,
    )
    this.#trim = db.prepare<[number]>(
      'DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?',
    )
    this.#count = db.prepare<[string, number]>(
      `INSERT INTO counter VALUES ('quarantine:' || ?, ?)
       ON CONFLICT (name) DO UPDATE SET count = count + excluded.count`,
    )
    this.#counts = db.prepare<[], { code: string; count: number }>(
      `SELECT substr(name, 12) AS code, count FROM counter WHERE name LIKE 'quarantine:%'`,
    )
    this.#recent = db.prepare<[number], Quarantined>(
      'SELECT ts, topic, client, code, detail, bytes FROM quarantine ORDER BY id DESC LIMIT ?',
    )
  }

  add(message: Quarantined): void {
    this.count(message.code, 1)
    if (this.#kept.length < this.#limits.rowsPerBatchMax) this.#kept.push(message)
  }

  /** A coded remark without a message to keep. */
  count(code: string, by: number): void {
    this.#counted.set(code, (this.#counted.get(code) ?? 0) + by)
  }

  /** Writes what has gathered, within the caller's transaction. */
  flush(): void {
    if (this.#counted.size === 0) return
    for (const message of this.#kept) this.#insert.run(message)
    for (const [code, by] of this.#counted) this.#count.run(code, by)
    if (this.#kept.length > 0) this.#trim.run(this.#limits.rowsMax)
    this.#kept = []
    this.#counted = new Map()
  }

  summary(recentMax: number): QuarantineSummary {
    const byCode = Object.fromEntries(this.#counts.all().map(({ code, count }) => [code, count]))
    const total = Object.values(byCode).reduce((sum, count) => sum + count, 0)
    return { total, byCode, recent: this.#recent.all(recentMax) }
  }
}
