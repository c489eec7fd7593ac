import type { StreamEvent } from '../../contracts/events.ts'
import type { Trx } from '../db/open.ts'

export interface NewStreamEvent {
  readonly name: StreamEvent
  readonly ts: number
  readonly community: string
  /** Set on tickets that are with a unit: members of other units do not hear of them. */
  readonly unit: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** Writes a stream event in the transaction of the change itself: both happen or neither does. */
export async function emit(trx: Trx, event: NewStreamEvent): Promise<void> {
  await trx
    .insertInto('stream_events')
    .values({
      ts: event.ts,
      name: event.name,
      community: event.community,
      unit: event.unit,
      data: JSON.stringify(event.data),
    })
    .execute()
}
