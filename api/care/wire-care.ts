import { readCarePlans, shippedCarePlansPath } from '../../config/care-plans.ts'
import type { LadderBook } from '../../config/ladders.ts'
import type { CarePlansFile } from '../../contracts/care-plan.ts'
import type { Clock } from '../../contracts/clock.ts'
import type { Unit } from '../../contracts/http/org.ts'
import { acknowledge, stopIncident } from '../notify/acknowledge.ts'
import { type NotifyDeps, notify } from '../notify/notify.ts'
import { tellStaffUnlessTold } from '../notify/tell-opened.ts'
import { recordCall } from '../people/care-signs.ts'
import type { Random } from '../random.ts'
import type { ActDeps } from '../tickets/act.ts'
import type { Deadlines } from '../timers/deadlines.ts'
import type { SteadyClock } from '../timers/steady-clock.ts'
import { createCalendar } from './calendar.ts'
import { Ladders } from './ladders.ts'
import { OverdueVisits } from './overdue-visits.ts'

interface LadderParts {
  readonly clock: Clock
  readonly random: Random
  readonly units: readonly Unit[]
  readonly tickets: ActDeps
  readonly deadlines: Deadlines
  readonly steady: SteadyClock
  readonly notify: NotifyDeps
  readonly book: LadderBook
}

/** Puts the ladders together with what they run on. */
function wireLadders(parts: LadderParts): Ladders {
  const { clock, random, units, tickets, deadlines, steady } = parts
  const ladders = new Ladders({
    random,
    tickets,
    units,
    deadlines,
    steady,
    book: parts.book,
    messenger: {
      notify: (trx, message) => notify(trx, parts.notify, message),
      acknowledge,
      stopIncident,
      tellStaffUnlessTold: (trx, ticket) => tellStaffUnlessTold(trx, parts.notify, ticket),
    },
    // They had the person on the telephone: a call that the person took.
    spoke: async (trx, { resident, by, at }) => {
      await recordCall(trx, { random }, resident, { answered: true, byWhom: 'self', at }, by, at)
    },
  })
  deadlines.handle('ladder', (trx, payload) => ladders.fire(trx, payload, clock()))
  return ladders
}

interface CareParts extends LadderParts {
  readonly plans: CarePlansFile | undefined
  readonly timeZone: string
  readonly community: string
}

/** Ladders, plans, and the tickets that both follow. */
export function wireCare(parts: CareParts) {
  const { clock, deadlines, steady, community, timeZone } = parts
  const ladders = wireLadders(parts)
  const tickets = { ...parts.tickets, follower: ladders }
  const planDeps = {
    plans: parts.plans ?? readCarePlans(shippedCarePlansPath()),
    calendar: createCalendar(timeZone),
  }
  const overdue = new OverdueVisits({ ...planDeps, clock, deadlines, steady, community, tickets })
  return { tickets, ladders, care: { ...planDeps, overdue } }
}
