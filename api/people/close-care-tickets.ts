import type { Subject } from '../../contracts/place.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Actor } from '../auth/principal.ts'
import { fromJsonOrNull } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { stopIncident } from '../notify/acknowledge.ts'
import { end } from '../tickets/act.ts'
import { addTimeline, announce, type TicketDeps } from '../tickets/record.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import type { ResidentRow } from './residents.ts'

export type ClosingDeps = Pick<TicketDeps, 'random'> & {
  /** Ladders end, and who was alarmed hears why. */
  readonly personGone: (trx: Trx, resident: string, why: LocalText, now: number) => Promise<void>
}

/** What is about the care of a person; a smoke alarm in their flat is not. */
const careTypes = [
  'resident.unseen',
  'resident.cannot-tell',
  'resident.should-be-back',
  'care.visit-overdue',
  'water.use-low',
  'home.too-hot',
  'home.too-cold',
]

/** Closes what is open about the care of somebody who has died, and stops every message about it. */
export async function closeCareTickets(
  trx: Trx,
  deps: ClosingDeps,
  resident: ResidentRow,
  actor: Actor,
  now: number,
): Promise<void> {
  const note = `${resident.name}已离世，看护到此为止。谢谢每一位照看过的人。`
  const en = `${resident.name} has died; the care ends here. Thank you to everybody who cared.`
  await deps.personGone(trx, resident.id, { zh: note, en }, now)
  const open = await trx
    .selectFrom('tickets')
    .selectAll()
    .where('community', '=', resident.community)
    .where('closed_at', 'is', null)
    .where('anomaly_type', 'in', careTypes)
    .where('subject', 'like', `%${resident.id}%`)
    .execute()
  for (const row of open) {
    const subject = fromJsonOrNull(row.subject) as Subject | null
    if (subject?.kind !== 'resident' || subject.id !== resident.id) continue
    const ticket: TicketRow = {
      ...row,
      status: 'closed',
      updated_at: now,
      revision: row.revision + 1,
    }
    end(ticket, now)
    await addTimeline(trx, deps, row.id, {
      kind: 'close',
      actor,
      ts: now,
      from: row.status,
      to: 'closed',
      note,
    })
    await trx.updateTable('tickets').set(ticket).where('id', '=', row.id).execute()
    await stopIncident(trx, row.id)
    await announce(trx, ticket, 'close', now)
  }
}
