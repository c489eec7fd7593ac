import type { Trx } from '../db/open.ts'

/** Who took it in hand, and when. */
export interface Acknowledger {
  /** User id, or `contact:…` where a relative answers. */
  readonly id: string
  readonly name: string
  readonly at: number
}

const answered = ['alarm', 'reminder', 'test'] as const

/**
 * Somebody has an incident in hand: their own messages count as acknowledged, nothing of it is repeated
 * to anybody, and what has not gone out yet does not. Later steps may still call `notify`.
 */
export async function acknowledge(trx: Trx, incident: string, by: Acknowledger): Promise<void> {
  const person = by.id.includes(':') ? by.id : `user:${by.id}`
  const ofIncident = trx
    .updateTable('notifications')
    .where('incident', '=', incident)
    .where('kind', 'in', [...answered])
    .where('acknowledged_by', 'is', null)
  const said = { acknowledged_by: by.name, acknowledged_at: by.at }
  await ofIncident
    .set({ ...said, state: 'acknowledged', next_at: null })
    .where('person', '=', person)
    .where('state', 'in', ['sent', 'delivered', 'digested'])
    .execute()
  await ofIncident
    .set({ ...said, state: 'suppressed', reason: 'acknowledged', next_at: null })
    .where('state', '=', 'queued')
    .execute()
  await ofIncident
    .set({ ...said, next_at: null })
    .where('state', 'in', ['sent', 'delivered'])
    .execute()
  // On its way or in a digest: it arrives, and is not repeated.
  await ofIncident.set(said).where('state', 'in', ['ready', 'digested']).execute()
}

/**
 * The incident is over: nothing of it goes out any more but reliefs. What waited long for its link is
 * told afterwards in one line; the sender sees to that.
 */
export async function stopIncident(trx: Trx, incident: string): Promise<void> {
  const ofIncident = trx
    .updateTable('notifications')
    .where('incident', '=', incident)
    .where('kind', 'in', ['alarm', 'reminder', 'notice'])
  await ofIncident
    .set({ reason: 'resolved', next_at: null })
    .where('state', 'in', ['sent', 'delivered'])
    .execute()
  await ofIncident
    .set({ reason: 'resolved' })
    .where('state', 'in', ['queued', 'ready', 'digested'])
    .execute()
}
