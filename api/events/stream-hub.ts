import type { Selectable } from 'kysely'
import type { Logger } from '../logger.ts'
import type { Db } from '../db/open.ts'
import type { StreamEventsTable } from '../db/schema.ts'

export type StreamRow = Selectable<StreamEventsTable>

export interface StreamHub {
  start(): Promise<void>
  /** Something was committed: look for new rows soon. Cheap, called after every change. */
  wake(): void
  /** The newest id that subscribers have been told of. */
  readonly lastId: number
  /** Rows after `id`, oldest first, at most `limit`: for a client that was away. */
  after(id: number, limit: number): Promise<StreamRow[]>
  subscribe(listener: (row: StreamRow) => void): () => void
  close(): Promise<void>
}

const batchMax = 500

/**
 * One reader of the stream table for all clients. It is woken by changes of this process and looks by
 * itself every `pollMs`, so that several api processes on one database hear of each other's changes.
 */
export function createStreamHub(
  deps: { readonly db: Db; readonly logger: Logger },
  options: { readonly pollMs?: number } = {},
): StreamHub {
  const { pollMs = 1_000 } = options
  const listeners = new Set<(row: StreamRow) => void>()
  let lastId = 0
  let running: Promise<void> | null = null
  let again = false
  let closed = false
  let timer: NodeJS.Timeout | null = null

  const after = (id: number, limit: number): Promise<StreamRow[]> =>
    deps.db
      .selectFrom('stream_events')
      .selectAll()
      .where('id', '>', id)
      .orderBy('id')
      .limit(limit)
      .execute()

  async function drain(): Promise<void> {
    while (again) {
      again = false
      const rows = await after(lastId, batchMax)
      for (const row of rows) {
        lastId = row.id
        for (const listener of listeners) listener(row)
      }
      if (rows.length === batchMax) again = true
    }
  }

  function wake(): void {
    if (closed) return
    again = true
    running ??= drain()
      .catch((error: unknown) => deps.logger.error({ err: error }, 'stream: reading failed'))
      .finally(() => {
        running = null
        if (again) wake()
      })
  }

  return {
    async start() {
      const newest = await deps.db
        .selectFrom('stream_events')
        .select(({ fn }) => fn.max('id').as('top'))
        .executeTakeFirst()
      lastId = newest?.top ?? 0
      timer = setInterval(() => listeners.size > 0 && wake(), pollMs)
      timer.unref()
    },
    wake,
    get lastId() {
      return lastId
    },
    after,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      if (timer !== null) clearInterval(timer)
      closed = true
      await running
    },
  }
}
