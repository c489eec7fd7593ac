import { sql } from 'kysely'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { Db } from '../db/open.ts'
import type { Transact } from '../db/transact.ts'
import type { Logger } from '../logger.ts'
import type { Channel, Outcome } from './channels/channel.ts'
import { type NotificationRow, messageOf } from './message-of.ts'
import { type Pace, createPace } from './pace.ts'
import { type RecordDeps, record } from './record.ts'

export interface LaneDeps extends RecordDeps {
  readonly db: Db
  readonly transact: Transact
  readonly clock: () => number
  /** 0..1 */
  readonly chance: () => number
  readonly logger: Logger
}

const backoff = { baseMs: 2 * secondMs, capMs: 5 * minuteMs }
/** A message that alone is refused waits for others to go past it. */
const stepAsideAfter = 6
const triesMax = 20

/** Said in full, so that their own small index answers. */
const isReady = sql<boolean>`state = 'ready'`

/** One channel: sends what was let through, in order, one at a time, and stops while the link is down. */
export class Lane {
  readonly name: string
  readonly #deps: LaneDeps
  readonly #channel: Channel
  readonly #pace: Pace
  #running: Promise<void> | null = null
  #stopped = false
  #failures = 0
  #lastSuccessAt = 0
  /** Until then nothing is sent: the link is down, or the provider has had enough. */
  shutUntil = 0
  readonly stats = { sent: 0, failed: 0, retries: 0 }

  constructor(deps: LaneDeps, name: string, channel: Channel) {
    this.#deps = deps
    this.name = name
    this.#channel = channel
    this.#pace = createPace(channel.limits)
  }

  run(): Promise<void> {
    this.#running ??= this.#drain()
      .catch((error: unknown) => {
        this.shutUntil = this.#deps.clock() + 10 * secondMs
        this.#deps.logger.error({ err: error, channel: this.name }, 'notify: sending failed')
      })
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  async close(): Promise<void> {
    this.#stopped = true
    await this.#running
    await this.#channel.close()
  }

  async #drain(): Promise<void> {
    const { db, clock } = this.#deps
    while (!this.#stopped) {
      const row = await db
        .selectFrom('notifications')
        .selectAll()
        .where('channel', '=', this.name)
        .where(isReady)
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst()
      if (row === undefined) return
      const now = clock()
      const freeAt = Math.max(this.#pace.freeAt(now), this.shutUntil)
      if (freeAt > now) {
        this.shutUntil = freeAt
        await this.#handBack(freeAt)
        return
      }
      await this.#send(row)
    }
  }

  async #send(row: NotificationRow): Promise<void> {
    const { clock, transact } = this.#deps
    const startedAt = clock()
    const message = await messageOf(this.#deps.db, row, startedAt)
    this.#pace.sent(startedAt)
    const outcome = await this.#channel.send(message)
    const now = clock()
    const retryAt = this.#judge(row, outcome, now)
    await transact((trx) =>
      record(trx, this.#deps, { row, message, outcome, startedAt, now, retryAt }),
    )
    if (outcome.kind === 'retry' && retryAt !== null) await this.#handBack(this.shutUntil)
  }

  /** When it is tried again; null where that is not to be, or not needed. */
  #judge(row: NotificationRow, outcome: Outcome, now: number): number | null {
    switch (outcome.kind) {
      case 'sent':
      case 'delivered':
        this.#failures = 0
        this.#lastSuccessAt = now
        this.stats.sent += 1
        return null
      case 'failed':
        this.#failures = 0
        this.stats.failed += 1
        return null
      case 'later':
        this.stats.retries += 1
        return row.attempts + 1 >= triesMax ? null : now + this.#wait(row.attempts + 1)
      case 'retry':
        this.stats.retries += 1
        this.#failures += 1
        this.shutUntil = now + (outcome.afterMs ?? this.#wait(this.#failures))
        return this.#again(row, outcome.code)
    }
  }

  /**
   * A provider that answers badly may choke on this one message only: after some tries others go past it,
   * and where they arrive and it does not, it is given up. A link that is down keeps the order.
   */
  #again(row: NotificationRow, code: string): number | null {
    const tries = row.attempts + 1
    if (tries < stepAsideAfter || !/^(http-|no-answer|timeout)/.test(code)) return this.shutUntil
    const othersGo = this.#lastSuccessAt > row.created_at
    return othersGo && tries >= triesMax ? null : this.shutUntil + 5 * minuteMs
  }

  #wait(failures: number): number {
    const full = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(20, failures - 1))
    return full / 2 + (full / 2) * this.#deps.chance()
  }

  /** What was let through and cannot go now stands in the queue again, in its old place. */
  async #handBack(until: number): Promise<void> {
    await this.#deps.db
      .updateTable('notifications')
      .set({ state: 'queued', released_at: null, next_at: until })
      .where('channel', '=', this.name)
      .where(isReady)
      .execute()
  }
}
