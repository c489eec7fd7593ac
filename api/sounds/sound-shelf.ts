import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, hourMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Db } from '../db/open.ts'
import { writeSynced } from '../evidence/write-synced.ts'
import type { MadeSound } from './sound-maker.ts'
import { leastNeeded, usedBytes } from './sound-rows.ts'
import { type SoundSweep, removeSound, soundFile, sweepSounds } from './sweep-sounds.ts'

export interface Sound {
  readonly sha256: string
  readonly bytes: number
  readonly durationMs: number
}

export interface ShelfOptions {
  readonly dir: string
  readonly quotaBytes: number
  /** How long a spoken text stays that nobody needs. */
  readonly speechMs: number
}

/** A new one has to be named by somebody first; a fetched one is being played. */
const graceMs = hourMs

/** Sounds on disk, named by their hash, each with a row. */
export class SoundShelf {
  readonly workDir: string
  readonly #db: Db
  readonly #clock: Clock
  readonly #options: ShelfOptions
  #turn: Promise<unknown> = Promise.resolve()
  #straysAt = Number.NEGATIVE_INFINITY

  constructor({ db, clock }: { readonly db: Db; readonly clock: Clock }, options: ShelfOptions) {
    this.#db = db
    this.#clock = clock
    this.#options = options
    this.workDir = join(options.dir, 'work')
  }

  /** The sound of a spoken text; null where it is not there, or not whole. */
  spoken(key: string): Promise<Sound | null> {
    return this.#inTurn(async () => {
      const row = await this.#db
        .selectFrom('sounds')
        .selectAll()
        .where('speech_key', '=', key)
        .executeTakeFirst()
      if (row === undefined || !(await this.#isWhole(row.sha256, row.bytes))) return null
      const { sha256, bytes, duration_ms: durationMs } = row
      if (this.#clock() - row.used_at > hourMs)
        await this.#db
          .updateTable('sounds')
          .set({ used_at: this.#clock() })
          .where('sha256', '=', sha256)
          .execute()
      return { sha256, bytes, durationMs }
    })
  }

  /** `key` is that of a spoken text. @throws CodedError `sound.full` */
  put({ bytes, sha256, durationMs }: MadeSound, key: string | null): Promise<Sound> {
    return this.#inTurn(async () => {
      const now = this.#clock()
      if (!(await this.#isWhole(sha256, bytes.length))) {
        await this.#makeRoom(bytes.length)
        await writeSynced(soundFile(this.#options.dir, sha256), bytes)
      }
      const row = { sha256, bytes: bytes.length, duration_ms: durationMs, speech_key: key }
      const again = { used_at: now, ...(key === null ? {} : { speech_key: key }) }
      await this.#db
        .insertInto('sounds')
        .values({ ...row, created_at: now, used_at: now })
        .onConflict((conflict) => conflict.column('sha256').doUpdateSet(again))
        .execute()
      return { sha256, bytes: bytes.length, durationMs }
    })
  }

  async read(sha256: string): Promise<Buffer | null> {
    try {
      return await readFile(soundFile(this.#options.dir, sha256))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  async storage(): Promise<{ readonly bytes: number; readonly quotaBytes: number }> {
    return { bytes: await usedBytes(this.#db), quotaBytes: this.#options.quotaBytes }
  }

  sweep(): Promise<SoundSweep> {
    return this.#inTurn(() => {
      const strays = Math.abs(this.#clock() - this.#straysAt) >= hourMs
      if (strays) this.#straysAt = this.#clock()
      const { dir, speechMs } = this.#options
      const parts = { db: this.#db, clock: this.#clock }
      return sweepSounds(parts, { dir, workDir: this.workDir, graceMs, speechMs, strays })
    })
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { dir, quotaBytes } = this.#options
    while ((await usedBytes(this.#db)) + bytes > quotaBytes) {
      const oldest = await leastNeeded(this.#db, this.#clock() - graceMs)
      if (oldest === null) throw new CodedError('sound.full', `${quotaBytes} bytes`)
      await removeSound(this.#db, dir, oldest)
    }
  }

  async #isWhole(sha256: string, bytes: number): Promise<boolean> {
    return stat(soundFile(this.#options.dir, sha256)).then(
      ({ size }) => size === bytes,
      () => false,
    )
  }

  /** Storing and sweeping take turns: what is being stored is not swept away under it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}
