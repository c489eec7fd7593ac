import type { Unit } from '../../contracts/http/org.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Actor } from '../auth/principal.ts'
import type { Trx } from '../db/open.ts'
import type { ResidentRow } from '../people/residents.ts'
import type { Random } from '../random.ts'
import type { ActDeps } from '../tickets/act.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import type { Deadlines } from '../timers/deadlines.ts'
import type { SteadyClock } from '../timers/steady-clock.ts'
import type { Run } from './ladder-rows.ts'
import type { LadderEvent } from './ladder-state.ts'
import type { Messenger } from './messenger.ts'

export interface LadderDeps {
  readonly random: Random
  readonly tickets: ActDeps
  readonly units: readonly Unit[]
  readonly deadlines: Deadlines
  readonly steady: SteadyClock
  readonly messenger: Messenger
  /** Somebody spoke to the person: a sign of life for the box. */
  readonly spoke: (
    trx: Trx,
    call: { readonly resident: ResidentRow; readonly by: Actor; readonly at: number },
  ) => Promise<void>
}

/** What a move works on; the ticket changes where a step dispatches it. */
export interface Scene {
  run: Run
  ticket: TicketRow
  readonly resident: ResidentRow | null
  readonly why: LocalText | null
  readonly now: number
  readonly next: LadderEvent[]
}

export function honorificOf({ resident, ticket }: Pick<Scene, 'resident' | 'ticket'>): LocalText {
  if (resident === null) return { zh: ticket.title, en: ticket.title_en ?? ticket.title }
  const name = resident.honorific === '' ? resident.name : resident.honorific
  return { zh: name, en: name }
}
