import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { QuietHours } from '../../contracts/notify.ts'
import type { CommandOutcome, CommandRequest } from '../../contracts/private-api.ts'
import type { Selectable } from 'kysely'
import type { BroadcastReceiptsTable } from '../db/notify-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Transact } from '../db/transact.ts'
import type { Logger } from '../logger.ts'
import { type WallClock, minuteOf, within } from '../notify/wall-clock.ts'
import { type BroadcastRow, findBroadcast, targetOf, textOf, weeklyOf } from './broadcasts.ts'
import { nextWeekly } from './schedule.ts'
import { chosen, speakersOf } from './speakers.ts'

export interface AnnouncerDeps {
  readonly db: Db
  readonly transact: Transact
  readonly clock: () => number
  readonly wall: WallClock
  readonly logger: Logger
  readonly quietHours: QuietHours | null
  readonly gateway: { command(request: CommandRequest): Promise<CommandOutcome> }
}

type Receipt = Selectable<BroadcastReceiptsTable>

const atOnce = 16
const ttlMs = 20 * secondMs
/** A loudspeaker that cannot be told within this time is not told at all: stale news confuses. */
const speakWithinMs = 10 * minuteMs
const retryMs = 5 * secondMs

/** Speaks announcements when their time comes, each loudspeaker by itself, and writes down its answer. */
export class BroadcastAnnouncer {
  readonly #deps: AnnouncerDeps
  #running: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(deps: AnnouncerDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#timer = setInterval(() => void this.run(), secondMs)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#running
  }

  /** One look at what is due; only one at a time. */
  run(): Promise<void> {
    this.#running ??= this.#work()
      .catch((error: unknown) => {
        this.#deps.logger.error({ err: error }, 'broadcast: the announcements could not be read')
      })
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  async #work(): Promise<void> {
    const { db, transact, clock } = this.#deps
    const due = await db
      .selectFrom('broadcasts')
      .selectAll()
      .where('next_at', '<=', clock())
      .orderBy('next_at')
      .limit(100)
      .execute()
    for (const row of due) await transact((trx) => this.#begin(trx, row))
    const waiting = await db
      .selectFrom('broadcast_receipts')
      .selectAll()
      .where('next_at', '<=', clock())
      .orderBy('next_at')
      .limit(1_000)
      .execute()
    for (let from = 0; from < waiting.length; from += atOnce)
      await Promise.all(waiting.slice(from, from + atOnce).map((one) => this.#speak(one)))
    if (waiting.length > 0) await this.#finish()
  }

  /** Makes a receipt for each loudspeaker, and names the next time. */
  async #begin(trx: Trx, row: BroadcastRow): Promise<void> {
    const { clock, wall, quietHours } = this.#deps
    const now = clock()
    const runAt = row.next_at ?? now
    const { minute } = wall.at(now)
    if (row.priority !== 'emergency' && quietHours !== null && within(quietHours, minute)) {
      const until = wall.next(now, minuteOf(quietHours.to))
      await trx.updateTable('broadcasts').set({ next_at: until }).where('id', '=', row.id).execute()
      return
    }
    const missed = now - runAt > speakWithinMs
    const { areas, devices } = targetOf(row)
    for (const speaker of chosen(await speakersOf(trx, row.community), areas, devices)) {
      await trx
        .insertInto('broadcast_receipts')
        .values({
          id: `${row.id}-${runAt}-${speaker.id}`,
          broadcast: row.id,
          run_at: runAt,
          device: speaker.id,
          device_name: speaker.name,
          state: missed ? 'expired' : 'queued',
          error: missed ? 'the box was off at that time' : null,
          attempts: 0,
          next_at: missed ? null : now,
          expires_at: runAt + speakWithinMs,
          updated_at: now,
        })
        .execute()
    }
    const weekly = weeklyOf(row)
    await trx
      .updateTable('broadcasts')
      .set({
        runs: row.runs + 1,
        next_at: weekly === null ? null : nextWeekly(weekly, now, wall),
        state: weekly === null ? 'speaking' : 'scheduled',
      })
      .where('id', '=', row.id)
      .execute()
  }

  async #speak(receipt: Receipt): Promise<void> {
    const { db, clock, gateway } = this.#deps
    const row = await findBroadcast(db, receipt.broadcast)
    if (row === null || row.state === 'cancelled') return
    if (clock() >= receipt.expires_at) {
      await this.#note(receipt, { state: 'expired', error: receipt.error ?? 'too late' })
      return
    }
    try {
      const { outcome, error } = await gateway.command({
        community: row.community,
        device: receipt.device,
        name: 'speaker.say',
        args: {
          text: textOf(row),
          lang: row.language,
          priority: row.priority,
          repeat: row.times,
          broadcast: row.id,
        },
        ttlMs,
      })
      await this.#note(receipt, { state: outcome, error })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const again = error.code === 'gateway.unreachable'
      await this.#note(receipt, { state: again ? 'queued' : 'refused', error: error.message })
    }
  }

  async #note(
    receipt: Receipt,
    { state, error }: { state: string; error: string | null },
  ): Promise<void> {
    const { db, clock } = this.#deps
    const now = clock()
    await db
      .updateTable('broadcast_receipts')
      .set({
        state,
        error,
        attempts: receipt.attempts + 1,
        next_at: state === 'queued' ? now + retryMs : null,
        updated_at: now,
      })
      .where('id', '=', receipt.id)
      .where('state', '=', 'queued')
      .execute()
  }

  /** Done once every loudspeaker has answered or will not any more. */
  async #finish(): Promise<void> {
    const { db } = this.#deps
    await db
      .updateTable('broadcasts')
      .set({ state: 'done' })
      .where('state', '=', 'speaking')
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('broadcast_receipts')
              .select('broadcast_receipts.id')
              .whereRef('broadcast_receipts.broadcast', '=', 'broadcasts.id')
              .where('broadcast_receipts.state', '=', 'queued'),
          ),
        ),
      )
      .execute()
  }
}
