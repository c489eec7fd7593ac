import { type Clock, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { DeletionReceipt } from '../../contracts/http/access.ts'
import type { ForgetAnswer } from '../../contracts/private-api.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Transact } from '../db/transact.ts'
import type { Logger } from '../logger.ts'
import { appendReceipt } from './receipts.ts'

export interface Removal {
  readonly templates: readonly string[]
  /** What goes together, and gets one receipt. */
  readonly batch: string
  readonly consent: string | null
  readonly subjectSha256: string
  readonly actor: string
  /** False: nobody is owed a receipt, for nothing was ever in use. */
  readonly receipt: boolean
  readonly dueAt: number
}

export interface FaceRemovalsDeps {
  readonly db: Db
  readonly transact: Transact
  readonly clock: Clock
  readonly logger: Logger
  readonly gateway: {
    readonly configured: boolean
    forget(template: string): Promise<ForgetAnswer>
  }
  /** What has run out by itself is put on the list first; throws nothing that is expected. */
  readonly expire: () => Promise<void>
}

const batchesPerSweep = 200

/** Puts templates on the list of those that must go; committed with whatever ends their use. */
export async function scheduleRemoval(trx: Trx, removal: Removal): Promise<void> {
  for (const template of removal.templates) {
    await trx
      .insertInto('face_removals')
      .values({
        template,
        batch: removal.batch,
        consent: removal.consent,
        subject_sha256: removal.subjectSha256,
        actor: removal.actor,
        receipt: removal.receipt ? 1 : 0,
        due_at: removal.dueAt,
        done_at: null,
        templates: 0,
        pictures: 0,
      })
      .execute()
  }
}

/**
 * Deletes templates in the gateway until it says that they are gone, and then writes the receipt. The
 * list is in the store, so neither a crash nor a box out of reach loses one. One batch at a time.
 */
export class FaceRemovals {
  /** Calls that the box did not answer. */
  failures = 0
  readonly #deps: FaceRemovalsDeps
  readonly #retryMs: number
  #last: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #stopped = false
  /** The box did not answer last time: said once, not every time. */
  #away = false

  constructor(deps: FaceRemovalsDeps, options: { readonly retryMs?: number } = {}) {
    this.#deps = deps
    this.#retryMs = options.retryMs ?? 15 * secondMs
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), this.#retryMs)
    this.#timer.unref()
    void this.sweep()
  }

  async close(): Promise<void> {
    this.#stopped = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#last
  }

  /**
   * Tries now. The receipt says whether the box has done it; where it has not, it is tried again until
   * it has, and that gets a receipt of its own. Null where none is owed.
   */
  settle(batch: string): Promise<DeletionReceipt | null> {
    return this.#inTurn(async () => {
      const done = await this.#forgetAll(batch)
      const { transact } = this.#deps
      return transact((trx) => (done === 'done' ? this.#finish(trx, batch) : this.#owe(trx, batch)))
    })
  }

  /** Ends what has run out, then tries everything that is due, until the box does not answer. */
  sweep(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped) return
      try {
        await this.#deps.expire()
        await this.#retry()
      } catch (error) {
        this.#deps.logger.error({ err: error }, 'faces: deleting failed, will retry')
      }
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #retry(): Promise<void> {
    const { db, clock, gateway, transact } = this.#deps
    if (!gateway.configured) return
    const due = await db
      .selectFrom('face_removals')
      .select('batch')
      .distinct()
      .where('due_at', '<=', clock())
      .limit(batchesPerSweep)
      .execute()
    for (const { batch } of due) {
      const outcome = this.#stopped ? 'away' : await this.#forgetAll(batch)
      if (outcome === 'away') return
      if (outcome === 'done') await transact((trx) => this.#finish(trx, batch))
    }
  }

  async #forgetAll(batch: string): Promise<'done' | 'refused' | 'away'> {
    const { db, clock, gateway, logger } = this.#deps
    const open = await db
      .selectFrom('face_removals')
      .select('template')
      .where('batch', '=', batch)
      .where('done_at', 'is', null)
      .execute()
    for (const { template } of open) {
      try {
        const { templates, pictures } = await gateway.forget(template)
        await db
          .updateTable('face_removals')
          .set({ done_at: clock(), templates, pictures })
          .where('template', '=', template)
          .execute()
        this.#away = false
      } catch (error) {
        this.failures += 1
        if (!this.#away) {
          logger.warn({ err: error, template }, 'faces: the box has not deleted it, will retry')
        }
        this.#away = true
        const away = !(error instanceof CodedError) || error.code === 'gateway.unreachable'
        return away ? 'away' : 'refused'
      }
    }
    return 'done'
  }

  async #finish(trx: Trx, batch: string): Promise<DeletionReceipt | null> {
    const rows = await trx
      .selectFrom('face_removals')
      .selectAll()
      .where('batch', '=', batch)
      .execute()
    await trx.deleteFrom('face_removals').where('batch', '=', batch).execute()
    const [first] = rows
    if (first === undefined || first.receipt === 0) return null
    return appendReceipt(trx, {
      consent: first.consent,
      subjectSha256: first.subject_sha256,
      templates: rows.reduce((sum, row) => sum + row.templates, 0),
      pictures: rows.reduce((sum, row) => sum + row.pictures, 0),
      at: this.#deps.clock(),
      actor: first.actor,
      inForce: true,
    })
  }

  /** How many are still to go is known; how many pictures the box will find is not. */
  async #owe(trx: Trx, batch: string): Promise<DeletionReceipt | null> {
    const rows = await trx
      .selectFrom('face_removals')
      .selectAll()
      .where('batch', '=', batch)
      .execute()
    const [first] = rows
    if (first === undefined || first.receipt === 0) return null
    return appendReceipt(trx, {
      consent: first.consent,
      subjectSha256: first.subject_sha256,
      templates: rows.length,
      pictures: rows.reduce((sum, row) => sum + row.pictures, 0),
      at: this.#deps.clock(),
      actor: first.actor,
      inForce: false,
    })
  }
}
