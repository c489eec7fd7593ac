import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { fromJson } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Transact } from '../db/transact.ts'
import type { Logger } from '../logger.ts'
import type { SteadyClock } from './steady-clock.ts'

export interface Deadline {
  /** The same id again moves the deadline. */
  readonly id: string
  readonly kind: string
  readonly payload: unknown
  readonly afterMs: number
}

/** Does what is due, in the transaction that takes the deadline away: both happen, or neither. */
export type DeadlineHandler = (trx: Trx, payload: unknown) => Promise<void>

export interface DeadlinesDeps {
  readonly db: Db
  readonly transact: Transact
  readonly steady: SteadyClock
  readonly logger: Logger
}

/** So long at most nobody looks; what is due fires within 2 s whatever happens to clocks. */
const lookMs = secondMs
const saveMs = 10 * secondMs
const atOnceMax = 50

/**
 * Timers in the database. They are due in steady time, fire once, and survive every restart. What fails is
 * tried again, ever more slowly, and is never dropped.
 */
export class Deadlines {
  readonly #deps: DeadlinesDeps
  readonly #handlers: Map<string, DeadlineHandler>
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null
  #again = false
  #closed = false
  #started = false
  #savedAt = 0
  fired = 0
  failed = 0
  lateMaxMs = 0

  constructor(deps: DeadlinesDeps) {
    this.#deps = deps
    this.#handlers = new Map()
  }

  /** Who does what; before `start`. */
  handle(kind: string, handler: DeadlineHandler): void {
    this.#handlers.set(kind, handler)
  }

  start(): void {
    this.#started = true
    this.wake()
  }

  /** Something may be due sooner than was thought. */
  wake(): void {
    if (this.#closed || !this.#started) return
    if (this.#running !== null) {
      this.#again = true
      return
    }
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#running = this.#look().finally(() => {
      this.#running = null
      if (this.#again) {
        this.#again = false
        this.wake()
      }
    })
  }

  /** Fires everything that is due now; for tests, and before a close. */
  async settle(): Promise<void> {
    await this.#running
    while (!this.#closed && (await this.#fireDue()) > 0);
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running
    if (this.#started) await this.#deps.steady.save()
  }

  async schedule(trx: Trx, { id, kind, payload, afterMs }: Deadline): Promise<void> {
    const now = this.#deps.steady.now()
    const values = { kind, payload: JSON.stringify(payload), due_at: now + afterMs, attempts: 0 }
    await trx
      .insertInto('deadlines')
      .values({ id, ...values, created_at: now })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
      .execute()
  }

  async drop(trx: Trx, id: string): Promise<void> {
    await trx.deleteFrom('deadlines').where('id', '=', id).execute()
  }

  /** All whose id begins so. */
  async dropAll(trx: Trx, prefix: string): Promise<void> {
    await trx
      .deleteFrom('deadlines')
      .where('id', '>=', prefix)
      .where('id', '<', `${prefix}\uffff`)
      .execute()
  }

  async #look(): Promise<void> {
    const { logger, steady } = this.#deps
    try {
      await this.#fireDue()
      if (steady.now() - this.#savedAt >= saveMs || steady.now() < this.#savedAt) {
        await steady.save()
        this.#savedAt = steady.now()
      }
    } catch (error) {
      this.failed += 1
      logger.error({ err: error }, 'deadlines: could not look')
    }
    if (this.#closed) return
    const next = await this.#nextInMs().catch(() => lookMs)
    if (this.#closed) return
    this.#timer = setTimeout(() => this.wake(), Math.max(0, Math.min(next, lookMs)))
    this.#timer.unref()
  }

  async #nextInMs(): Promise<number> {
    const row = await this.#deps.db
      .selectFrom('deadlines')
      .select(({ fn }) => fn.min('due_at').as('due_at'))
      .executeTakeFirst()
    return row?.due_at == null ? lookMs : row.due_at - this.#deps.steady.now()
  }

  async #fireDue(): Promise<number> {
    const { db, steady } = this.#deps
    const due = await db
      .selectFrom('deadlines')
      .selectAll()
      .where('due_at', '<=', steady.now())
      .orderBy('due_at')
      .limit(atOnceMax)
      .execute()
    for (const row of due) {
      if (this.#closed) return 0
      await this.#fire(row)
    }
    if (due.length === atOnceMax) this.#again = true
    return due.length
  }

  async #fire(row: {
    id: string
    kind: string
    payload: string
    due_at: number
    attempts: number
  }) {
    const { transact, steady, logger, db } = this.#deps
    try {
      await transact(async (trx) => {
        // Only who takes the row away may act on it; with several processes the others find nothing.
        const taken = await trx
          .deleteFrom('deadlines')
          .where('id', '=', row.id)
          .where('due_at', '=', row.due_at)
          .executeTakeFirst()
        if (taken.numDeletedRows === 0n) return
        const handler = this.#handlers.get(row.kind)
        if (handler === undefined) throw new Error(`invariant broken: no handler for ${row.kind}`)
        await handler(trx, fromJson(row.payload))
      })
      this.fired += 1
      this.lateMaxMs = Math.max(this.lateMaxMs, steady.now() - row.due_at)
    } catch (error) {
      this.failed += 1
      logger.error({ err: error, deadline: row.id, kind: row.kind }, 'deadline failed')
      const waitMs = Math.min(minuteMs, secondMs * 2 ** Math.min(row.attempts, 10))
      await db
        .updateTable('deadlines')
        .set({ due_at: steady.now() + waitMs, attempts: row.attempts + 1 })
        .where('id', '=', row.id)
        .where('due_at', '=', row.due_at)
        .execute()
    }
  }
}
