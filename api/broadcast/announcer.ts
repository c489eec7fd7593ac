import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { QuietHours } from '../../contracts/notify.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Transact } from '../db/transact.ts'
import type { Logger } from '../logger.ts'
import { type WallClock, minuteOf, within } from '../notify/wall-clock.ts'
import { type BroadcastRow, findBroadcast, targetOf, weeklyOf } from './broadcasts.ts'
import { clipOf, markClipUsed } from './clips.ts'
import { type Receipt, finishBroadcasts, noteAnswer, waitingReceipts } from './receipts.ts'
import { nextWeekly } from './schedule.ts'
import { chosen, findSpeaker, speakersOf } from './speakers.ts'
import { stopLoudspeakers } from './stop.ts'
import { utteranceOf } from './utterance.ts'
import type { Voice } from './voice.ts'

export interface AnnouncerDeps {
  readonly db: Db
  readonly transact: Transact
  readonly clock: () => number
  readonly wall: WallClock
  readonly logger: Logger
  readonly quietHours: QuietHours | null
  readonly voice: Voice
}

const atOnce = 16
/** A loudspeaker that cannot be told within this time is not told at all: stale news confuses. */
const speakWithinMs = 10 * minuteMs
const stoppedMax = 1_000

/** An emergency does not stand behind a notice whose loudspeakers are slow to answer. */
const lanes = ['emergency', 'others'] as const
type Lane = (typeof lanes)[number]

/** Speaks announcements when their time comes, each loudspeaker by itself, and writes down its answer. */
export class BroadcastAnnouncer {
  readonly #deps: AnnouncerDeps
  readonly #running = new Map<Lane, Promise<void>>()
  #stopped = new Set<string>()
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
    await Promise.all(this.#running.values())
  }

  /** One look at what is due; in each lane only one at a time. */
  async run(): Promise<void> {
    await Promise.all(lanes.map((lane) => this.#runLane(lane)))
  }

  /** Silences the loudspeakers of an announcement that was cancelled; also those that are being told now. */
  async stop(row: BroadcastRow): Promise<void> {
    if (this.#stopped.size >= stoppedMax) this.#stopped = new Set()
    this.#stopped.add(row.id)
    await stopLoudspeakers(this.#deps, row).catch((error: unknown) => {
      this.#deps.logger.error({ err: error, broadcast: row.id }, 'broadcast: could not be silenced')
    })
  }

  #runLane(lane: Lane): Promise<void> {
    const running = this.#running.get(lane)
    if (running !== undefined) return running
    const begun = this.#work(lane)
      .catch((error: unknown) => {
        this.#deps.logger.error({ err: error, lane }, 'broadcast: a look at what is due failed')
      })
      .finally(() => this.#running.delete(lane))
    this.#running.set(lane, begun)
    return begun
  }

  async #work(lane: Lane): Promise<void> {
    const { db, transact, clock } = this.#deps
    const due = await db
      .selectFrom('broadcasts')
      .selectAll()
      .where('next_at', '<=', clock())
      .where('priority', lane === 'emergency' ? '=' : '!=', 'emergency')
      .orderBy('next_at')
      .limit(100)
      .execute()
    for (const row of due) await transact((trx) => this.#begin(trx, row))
    const waiting = await waitingReceipts(db, lane === 'emergency', clock())
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        await this.#speak(next)
    }
    const some = due.length + waiting.length > 0
    await Promise.all(Array.from({ length: atOnce }, worker))
    if (some) await finishBroadcasts(db)
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
          way: null,
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
    if (row.clip !== null) await markClipUsed(trx, row.clip, now)
  }

  async #speak(receipt: Receipt): Promise<void> {
    const { db, clock, voice } = this.#deps
    const row = await findBroadcast(db, receipt.broadcast)
    if (row === null || row.state === 'cancelled') return
    const answer = (state: string, error: string | null) =>
      noteAnswer(db, receipt, { state, error, way: null }, clock())
    if (clock() >= receipt.expires_at) return answer('expired', receipt.error ?? 'too late')
    const speaker = await findSpeaker(db, row.community, receipt.device)
    if (speaker === null) return answer('refused', 'it is not approved any more')
    const clip = row.clip === null ? null : await clipOf(db, row.clip)
    if (row.clip !== null && clip === null) return answer('refused', 'the clip is gone')
    const still = (): boolean => !this.#stopped.has(row.id)
    const told = await voice.tell(speaker, utteranceOf(row, clip), still)
    const { outcome, error, way } = told
    const state = outcome === 'later' ? 'queued' : outcome
    await noteAnswer(db, receipt, { state, error, way }, clock())
    // Cancelled while it was being told: the word to stop may have come before this one.
    if (!still() && way !== null) await voice.stop(row.community, receipt.device, row.id)
  }
}
