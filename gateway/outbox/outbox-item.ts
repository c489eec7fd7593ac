import type { AnomalyClear, AnomalyReport } from '../../contracts/anomaly.ts'
import type { GatewayEvent } from '../../contracts/events.ts'

interface Common {
  /** Idempotency key at the api; the same id is queued once. */
  readonly id: string
  /** Epoch ms. */
  readonly createdAt: number
}

/** What goes up to the api, in the order in which it was put. */
export type OutboxItem =
  | (Common & { readonly kind: 'anomaly'; readonly body: AnomalyReport })
  | (Common & { readonly kind: 'clear'; readonly body: AnomalyClear })
  | (Common & { readonly kind: 'event'; readonly body: GatewayEvent })

/** An item as the queue holds it. */
export type QueuedItem = OutboxItem & {
  /** Size of the body as JSON. */
  readonly bytes: number
}

export interface OutboxDepth {
  readonly rows: number
  readonly bytes: number
  /** `createdAt` of the first in the queue; null when it is empty. */
  readonly oldestAt: number | null
  /** Set aside because the api refused them again and again. */
  readonly poisoned: number
  /** Dropped because the bound bit, since the database was made. */
  readonly dropped: { readonly sighting: number; readonly event: number; readonly poison: number }
}
