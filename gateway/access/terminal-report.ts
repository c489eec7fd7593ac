import { type AccessHolder, type AccessMethod, accessMethods } from '../../contracts/access.ts'
import { dayMs } from '../../contracts/clock.ts'
import type { TerminalReport } from '../../contracts/http/access.ts'
import { normalisePlate } from '../../contracts/plate.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { AccessFact } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'

const known: ReadonlySet<string> = new Set(accessMethods)
const isMethod = (text: string): text is AccessMethod => known.has(text)
const skewMaxMs = 7 * dayMs

/** Who a terminal means, where the roster knows them; names that only the terminal knows are not kept. */
function holderOf(
  roster: RosterView,
  community: string,
  person: string | null,
): AccessHolder | null {
  if (person === null) return null
  const resident = roster.resident(person)
  if (resident?.community === community)
    return { kind: 'resident', id: resident.id, name: resident.name }
  const visitor = roster.visitor(person)
  if (visitor?.community === community)
    return { kind: 'visitor', id: visitor.id, name: visitor.name }
  return null
}

/** What a terminal that decides by itself has done, in our words. Pure. */
export function factOfReport(
  report: TerminalReport,
  device: RosterDevice,
  roster: RosterView,
  now: number,
): AccessFact {
  const { community, id } = device
  const ts = report.ts !== undefined && Math.abs(now - report.ts) <= skewMaxMs ? report.ts : now
  const own = device.door?.direction
  const direction = report.direction ?? (own === 'in' || own === 'out' ? own : null)
  const method = report.method ?? 'terminal'
  return {
    kind: 'access',
    community,
    door: id,
    ts,
    granted: report.granted,
    holder: holderOf(roster, community, report.person ?? null),
    reason: report.reason ?? (report.granted ? 'ok' : 'holder-not-allowed'),
    receivedAt: now,
    method: isMethod(method) ? method : 'terminal',
    ...(direction === null ? {} : { direction }),
    ...(report.plate == null ? {} : { plate: normalisePlate(report.plate) }),
  }
}
