import type { Database } from 'better-sqlite3'
import type { OutboxDepth, OutboxItem, QueuedItem } from './outbox-item.ts'

export interface OutboxStoreOptions {
  /** Rows queued at most; anomalies, clears and what doors did are kept beyond it. Default 200,000. */
  readonly rowsMax?: number
  /** Bytes of bodies queued at most, in the same sense. Default 256 MiB. */
  readonly bytesMax?: number
  /** Poisoned items kept at most; the oldest go. Default 1,000. */
  readonly poisonMax?: number
  /** Bytes that one `peek` answers at most, but at least one item. Default 1 MiB. */
  readonly peekBytesMax?: number
}

export interface OutboxStore {
  /** Synchronous, in the caller's transaction. A repeat of a queued or poisoned id changes nothing. */
  put(item: OutboxItem): 'queued' | 'repeat'
  /** The first `n` in order. */
  peek(n: number): QueuedItem[]
  /** They have been accepted. Unknown ids are no error: a repeat of a removal. */
  remove(ids: readonly string[]): number
  /** Sets one aside with the answer that refused it, and when. False when it is not in the queue. */
  poison(id: string, error: string, nowMs?: number): boolean
  depth(): OutboxDepth
}

export const outboxTables: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS outbox (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     rank INTEGER,
     body TEXT NOT NULL
   );
   CREATE INDEX IF NOT EXISTS outbox_droppable ON outbox (rank, seq) WHERE rank IS NOT NULL;
   CREATE TABLE IF NOT EXISTS outbox_poison (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     poisoned_at INTEGER,
     error TEXT NOT NULL,
     body TEXT NOT NULL
   );
   CREATE TABLE IF NOT EXISTS outbox_state (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     rows INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     dropped_sighting INTEGER NOT NULL,
     dropped_event INTEGER NOT NULL,
     dropped_poison INTEGER NOT NULL
   );
   INSERT OR IGNORE INTO outbox_state VALUES (1, 0, 0, 0, 0, 0);`,
]

const sightingRank = 0
const otherRank = 1

/** What may go first when the bound bites; null for what never goes: anomalies, clears, doors, barriers. */
function rankOf(item: OutboxItem): number | null {
  if (item.kind !== 'event') return null
  const { type } = item.body
  if (type === 'sighting') return sightingRank
  if (type.startsWith('access.') || type.startsWith('anomaly.') || type === 'vehicle.passed')
    return null
  return otherRank
}

interface Row {
  readonly seq: number
  readonly id: string
  readonly kind: OutboxItem['kind']
  readonly created_at: number
  readonly bytes: number
  readonly body: string
}

interface StateRow {
  readonly rows: number
  readonly bytes: number
  readonly dropped_sighting: number
  readonly dropped_event: number
  readonly dropped_poison: number
}

/** The durable queue to the api, in gateway.db; needs `outboxTables`. */
export const createOutboxStore = (db: Database, options: OutboxStoreOptions = {}): OutboxStore =>
  new SqliteOutbox(db, options)

class SqliteOutbox implements OutboxStore {
  readonly #db: Database
  readonly #options: Required<OutboxStoreOptions>
  readonly #sql

  constructor(db: Database, options: OutboxStoreOptions) {
    this.#db = db
    this.#options = {
      rowsMax: options.rowsMax ?? 200_000,
      bytesMax: options.bytesMax ?? 256 * 1024 ** 2,
      poisonMax: options.poisonMax ?? 1_000,
      peekBytesMax: options.peekBytesMax ?? 1024 ** 2,
    }
    this.#sql = statements(db)
  }

  put(item: OutboxItem): 'queued' | 'repeat' {
    return this.#inTransaction(() => {
      if (this.#sql.isPoisoned.get(item.id) !== undefined) return 'repeat'
      const body = JSON.stringify(item.body)
      const bytes = Buffer.byteLength(body)
      const row = [item.id, item.kind, item.createdAt, bytes, rankOf(item), body] as const
      if (this.#sql.insert.run(...row).changes === 0) return 'repeat'
      this.#sql.resize.run(1, bytes)
      this.#keepBounds()
      return 'queued'
    })
  }

  peek(n: number): QueuedItem[] {
    const items: QueuedItem[] = []
    let bytes = 0
    for (const row of this.#sql.first.iterate(n)) {
      bytes += row.bytes
      if (items.length > 0 && bytes > this.#options.peekBytesMax) break
      items.push({
        id: row.id,
        kind: row.kind,
        createdAt: row.created_at,
        body: JSON.parse(row.body),
        bytes: row.bytes,
      })
    }
    return items
  }

  remove(ids: readonly string[]): number {
    return this.#inTransaction(() => {
      let removed = 0
      for (const id of ids) {
        const bytes = this.#sql.remove.get(id)
        if (bytes === undefined) continue
        this.#sql.resize.run(-1, -bytes)
        removed += 1
      }
      return removed
    })
  }

  poison(id: string, error: string, nowMs?: number): boolean {
    return this.#inTransaction(() => {
      const moved = this.#sql.copyToPoison.run(nowMs ?? null, error.slice(0, 2_000), id).changes > 0
      if (!moved) return false
      this.remove([id])
      const over = (this.#sql.poisoned.get() ?? 0) - this.#options.poisonMax
      if (over > 0) this.#sql.countDropped.run(0, 0, this.#sql.trimPoison.run(over).changes)
      return true
    })
  }

  depth(): OutboxDepth {
    const state = this.#state()
    return {
      rows: state.rows,
      bytes: state.bytes,
      oldestAt: this.#sql.oldestAt.get() ?? null,
      poisoned: this.#sql.poisoned.get() ?? 0,
      dropped: {
        sighting: state.dropped_sighting,
        event: state.dropped_event,
        poison: state.dropped_poison,
      },
    }
  }

  #state(): StateRow {
    const state = this.#sql.state.get()
    if (state === undefined) throw new Error('outbox_state has no row: apply outboxTables first')
    return state
  }

  /** The oldest sighting goes first, then the oldest other event that is no matter of doors or anomalies. */
  #keepBounds(): void {
    let { rows, bytes } = this.#state()
    while (rows > this.#options.rowsMax || bytes > this.#options.bytesMax) {
      const victim = this.#sql.victim.get()
      if (victim === undefined) return
      this.remove([victim.id])
      if (victim.rank === sightingRank) this.#sql.countDropped.run(1, 0, 0)
      else this.#sql.countDropped.run(0, 1, 0)
      rows -= 1
      bytes -= victim.bytes
    }
  }

  #inTransaction<T>(work: () => T): T {
    return this.#db.inTransaction ? work() : this.#db.transaction(work)()
  }
}

function statements(db: Database) {
  return {
    insert: db.prepare<[string, string, number, number, number | null, string]>(
      `INSERT INTO outbox (id, kind, created_at, bytes, rank, body) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    ),
    isPoisoned: db.prepare<[string]>('SELECT 1 FROM outbox_poison WHERE id = ?'),
    first: db.prepare<[number], Row>(
      'SELECT seq, id, kind, created_at, bytes, body FROM outbox ORDER BY seq LIMIT ?',
    ),
    remove: db.prepare<[string], number>('DELETE FROM outbox WHERE id = ? RETURNING bytes').pluck(),
    resize: db.prepare<[number, number]>(
      'UPDATE outbox_state SET rows = rows + ?, bytes = bytes + ?',
    ),
    victim: db.prepare<[], { id: string; rank: number; bytes: number }>(
      'SELECT id, rank, bytes FROM outbox WHERE rank IS NOT NULL ORDER BY rank, seq LIMIT 1',
    ),
    countDropped: db.prepare<[number, number, number]>(
      `UPDATE outbox_state SET dropped_sighting = dropped_sighting + ?,
       dropped_event = dropped_event + ?, dropped_poison = dropped_poison + ?`,
    ),
    copyToPoison: db.prepare<[number | null, string, string]>(
      `INSERT INTO outbox_poison (id, kind, created_at, poisoned_at, error, body)
       SELECT id, kind, created_at, ?, ?, body FROM outbox WHERE id = ?`,
    ),
    poisoned: db.prepare<[], number>('SELECT count(*) FROM outbox_poison').pluck(),
    trimPoison: db.prepare<[number]>(
      `DELETE FROM outbox_poison WHERE seq IN
       (SELECT seq FROM outbox_poison ORDER BY seq LIMIT ?)`,
    ),
    oldestAt: db.prepare<[], number>('SELECT created_at FROM outbox ORDER BY seq LIMIT 1').pluck(),
    state: db.prepare<[], StateRow>('SELECT * FROM outbox_state'),
  }
}
