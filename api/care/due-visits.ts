import { dayMs } from '../../contracts/clock.ts'
import type { DueVisit } from '../../contracts/http/care-plans.ts'
import { type Principal, seesCommunity } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { placeOfHome } from './overdue-visits.ts'
import { type PlanDeps, visitsOf } from './plans.ts'

export interface DueAsk {
  readonly community: string | null
  readonly days: number
  readonly mine: boolean
  readonly now: number
}

/** More plans than one person could ever keep. */
const plansMax = 5_000

/** Late ones first, then by when they are due. */
export async function dueVisits(
  db: Db,
  deps: PlanDeps,
  principal: Principal,
  { community, days, mine, now }: DueAsk,
): Promise<DueVisit[]> {
  const plans = await db
    .selectFrom('care_plans')
    .innerJoin('residents', 'residents.id', 'care_plans.resident')
    .selectAll('care_plans')
    .select(['residents.name', 'residents.honorific', 'residents.household'])
    .limit(plansMax)
    .execute()
  const due: DueVisit[] = []
  for (const plan of plans) {
    if (!seesCommunity(principal, plan.community)) continue
    if (community !== null && plan.community !== community) continue
    if (mine && plan.worker !== principal.id) continue
    const { next, overdue } = await visitsOf(db, deps, plan.resident, plan, now)
    const window = overdue ?? next
    if (window === null || window.from > now + days * dayMs) continue
    const place = await placeOfHome(db, plan)
    due.push({
      resident: { id: plan.resident, name: plan.name, honorific: plan.honorific },
      community: plan.community,
      place: place?.name ?? null,
      worker: plan.worker,
      window,
      overdue: overdue !== null,
    })
  }
  return due.toSorted((a, b) => Number(b.overdue) - Number(a.overdue) || a.window.to - b.window.to)
}
