import { type LadderBook, loadLadders } from '../../config/ladders.ts'
import type { Clock } from '../../contracts/clock.ts'
import type { Unit } from '../../contracts/http/system.ts'
import { acknowledge, stopIncident } from '../notify/acknowledge.ts'
import { type NotifyDeps, notify } from '../notify/notify.ts'
import type { Random } from '../random.ts'
import type { ActDeps } from '../tickets/act.ts'
import type { Deadlines } from '../timers/deadlines.ts'
import type { SteadyClock } from '../timers/steady-clock.ts'
import { Ladders } from './ladders.ts'

export interface CareParts {
  readonly clock: Clock
  readonly random: Random
  readonly units: readonly Unit[]
  readonly tickets: ActDeps
  readonly deadlines: Deadlines
  readonly steady: SteadyClock
  readonly notify: NotifyDeps
  readonly book: LadderBook | undefined
}

/** Puts the ladders together with what they run on. Without a book nobody is called. */
export function wireLadders(parts: CareParts): Ladders {
  const { clock, random, units, tickets, deadlines, steady } = parts
  const ladders = new Ladders({
    random,
    tickets,
    units,
    deadlines,
    steady,
    book: parts.book ?? loadLadders('ladders: []', []),
    messenger: {
      notify: (trx, message) => notify(trx, parts.notify, message),
      acknowledge,
      stopIncident,
    },
    spoke: async () => undefined,
  })
  deadlines.handle('ladder', (trx, payload) => ladders.fire(trx, payload, clock()))
  return ladders
}
