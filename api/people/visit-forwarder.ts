import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Db } from '../db/open.ts'
import type { Logger } from '../logger.ts'

export interface VisitForwarder {
  start(): void
  /** Tries now; true when this visit has reached the box within the wait. */
  forward(id: string): Promise<boolean>
  close(): Promise<void>
}

export interface VisitForwarderDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly gateway: {
    readonly configured: boolean
    visit(report: { resident: string; at: number; seen: boolean; by: string }): Promise<void>
  }
}

/** Brings visits to the box in the order in which they were put down; what fails is tried again. */
export function createVisitForwarder(
  deps: VisitForwarderDeps,
  options: { readonly retryMs?: number } = {},
): VisitForwarder {
  const { retryMs = 5_000 } = options
  const stop = new AbortController()
  let draining: Promise<boolean> | null = null
  let timer: NodeJS.Timeout | null = null

  async function drain(): Promise<boolean> {
    while (!stop.signal.aborted) {
      const visit = await deps.db
        .selectFrom('visits')
        .selectAll()
        .where('forwarded_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst()
      if (visit === undefined) return true
      try {
        await deps.gateway.visit({
          resident: visit.resident,
          at: visit.at,
          seen: visit.seen === 1,
          by: visit.by_name,
        })
      } catch (error) {
        if (!(error instanceof CodedError) || error.code === 'gateway.unreachable') return false
        // The box refuses it for good: it must not hold up the others.
        deps.logger.warn({ err: error, visit: visit.id }, 'visit: refused by the box')
      }
      await deps.db
        .updateTable('visits')
        .set({ forwarded_at: deps.clock() })
        .where('id', '=', visit.id)
        .execute()
    }
    return false
  }

  function run(): Promise<boolean> {
    draining ??= drain()
      .catch((error: unknown) => {
        deps.logger.error({ err: error }, 'visit: forwarding failed')
        return false
      })
      .finally(() => {
        draining = null
      })
    return draining
  }

  async function isForwarded(id: string): Promise<boolean> {
    const row = await deps.db
      .selectFrom('visits')
      .select('forwarded_at')
      .where('id', '=', id)
      .executeTakeFirst()
    return row !== undefined && row.forwarded_at !== null
  }

  return {
    start() {
      if (!deps.gateway.configured) return
      timer = setInterval(() => void run(), retryMs)
      timer.unref()
    },
    async forward(id) {
      if (!deps.gateway.configured) return false
      // A run that was under way may have looked before this visit was there.
      for (let i = 0; i < 2; i += 1) {
        const late = sleep(2_000, false, { signal: stop.signal, ref: false }).catch(() => false)
        await Promise.race([run(), late])
        if (await isForwarded(id)) return true
      }
      return false
    },
    async close() {
      if (timer !== null) clearInterval(timer)
      stop.abort()
      await draining
    },
  }
}
