import type { OutboxItem } from '../outbox/outbox-item.ts'

/** The part of the outbox store that the pipeline writes to, in the transaction of the inputs. */
export interface OutboxPort {
  put(item: OutboxItem): unknown
}
