import type { Database } from 'better-sqlite3'
import type { DeviceEventInput } from '../model/input.ts'

const rowsPerSweep = 5_000

/** Ids of device events: MQTT delivers at least once, an event takes effect once. */
export class SeenEvents {
  readonly #keepMs: number
  readonly #add
  readonly #sweep
  duplicates = 0

  /** `keepMs`: longer than a device may hold an event back (limits.timestampPastMaxMs). */
  constructor(db: Database, keepMs: number) {
    this.#keepMs = keepMs
    this.#add = db.prepare<[string, number]>('INSERT OR IGNORE INTO seen_event VALUES (?, ?)')
    this.#sweep = db.prepare<[number, number]>(
      `DELETE FROM seen_event WHERE key IN
         (SELECT key FROM seen_event WHERE received_at < ? ORDER BY received_at LIMIT ?)`,
    )
  }

  /** False when this very event has been seen before. */
  isNew(event: DeviceEventInput): boolean {
    const key = `${event.community}/${event.device}/${event.id}`
    const fresh = this.#add.run(key, event.receivedAt).changes === 1
    if (!fresh) this.duplicates++
    return fresh
  }

  sweep(now: number): void {
    this.#sweep.run(now - this.#keepMs, rowsPerSweep)
  }
}
