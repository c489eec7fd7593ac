import { setTimeout as sleep } from 'node:timers/promises'
import type { CareSignReport } from '../../contracts/care.ts'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Db } from '../db/open.ts'
import type { Logger } from '../logger.ts'
import { reportOf } from './care-signs.ts'

export interface VisitForwarderDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly gateway: {
    readonly configured: boolean
    careSign(report: CareSignReport): Promise<void>
  }
}

export interface VisitForwarderOptions {
  readonly retryMs?: number
  readonly waitMs?: number
}

/**
 * Brings visits, check-ins and calls to the box, each kind in the order in which it was put down; what fails
 * is tried again. The box knows each by its id, so that one told twice counts once.
 */
export class VisitForwarder {
  readonly #deps: VisitForwarderDeps
  readonly #retryMs: number
  readonly #waitMs: number
  readonly #stop = new AbortController()
  #draining: Promise<boolean> | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(deps: VisitForwarderDeps, options: VisitForwarderOptions = {}) {
    this.#deps = deps
    this.#retryMs = options.retryMs ?? 5_000
    this.#waitMs = options.waitMs ?? 2_000
  }

  start(): void {
    if (!this.#deps.gateway.configured) return
    this.#timer = setInterval(() => void this.#run(), this.#retryMs)
    this.#timer.unref()
  }

  /** Tries now; true when this visit has reached the box within the wait. */
  async forward(id: string): Promise<boolean> {
    if (!this.#deps.gateway.configured) return false
    // Twice: a run that was under way may have looked before this visit was there.
    for (let i = 0; i < 2; i += 1) {
      const signal = this.#stop.signal
      const late = sleep(this.#waitMs, false, { signal, ref: false }).catch(() => false)
      const drained = await Promise.race([this.#run(), late])
      if (await this.#isForwarded(id)) return true
      if (!drained) return false
    }
    return false
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#stop.abort()
    await this.#draining
  }

  /** True when nothing is left. Only one run at a time, so that order is kept. */
  #run(): Promise<boolean> {
    this.#draining ??= this.#drain()
      .catch((error: unknown) => {
        this.#deps.logger.error({ err: error }, 'visit: forwarding failed')
        return false
      })
      .finally(() => {
        this.#draining = null
      })
    return this.#draining
  }

  async #drain(): Promise<boolean> {
    const { db, gateway, clock, logger } = this.#deps
    while (!this.#stop.signal.aborted) {
      const next = (await nextVisit(db)) ?? (await nextSaid(db))
      if (next === null) return true
      const { table, report } = next
      const { id } = report
      try {
        await gateway.careSign(report)
      } catch (error) {
        if (!(error instanceof CodedError) || error.code === 'gateway.unreachable') return false
        // The box refuses it for good: it must not hold up the others.
        logger.warn({ err: error, sign: id }, `${report.kind}: refused by the box`)
      }
      const done = { forwarded_at: clock() }
      await db.updateTable(table).set(done).where('id', '=', id).execute()
    }
    return false
  }

  async #isForwarded(id: string): Promise<boolean> {
    for (const table of ['visits', 'care_signs'] as const) {
      const row = await this.#deps.db
        .selectFrom(table)
        .select('forwarded_at')
        .where('id', '=', id)
        .executeTakeFirst()
      if (row !== undefined) return row.forwarded_at !== null
    }
    return false
  }
}

interface Next {
  readonly table: 'visits' | 'care_signs'
  readonly report: CareSignReport
}

async function nextVisit(db: Db): Promise<Next | null> {
  const visit = await db
    .selectFrom('visits')
    .selectAll()
    .where('forwarded_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  if (visit === undefined) return null
  const { id, community, resident, at, seen, by_name: by } = visit
  return {
    table: 'visits',
    report: { id, community, resident, kind: 'visit', at, seen: seen === 1, by },
  }
}

async function nextSaid(db: Db): Promise<Next | null> {
  const said = await db
    .selectFrom('care_signs')
    .selectAll()
    .where('forwarded_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return said === undefined ? null : { table: 'care_signs', report: reportOf(said) }
}
