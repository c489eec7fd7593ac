import { dayMs } from '../../contracts/clock.ts'
import type { YearParameters } from './parameters.ts'
import type { BoxWorld } from './world/box-world.ts'
import type { Span } from './world/events.ts'
import type { HomePlan } from './world/home.ts'
import type { Emergency } from './world/truth.ts'

export interface Alarm {
  readonly elder: string
  readonly type: 'resident.unseen' | 'resident.cannot-tell'
  /** True time. */
  readonly at: number
}

/** A thing worth looking at: a missed person, a false alarm, an excuse without an outage. */
export interface Finding {
  readonly what: 'missed' | 'false-unseen' | 'cannot-tell-unjustified'
  readonly elder: string
  readonly at: number
  readonly cause: string
  /** How the sensors of the home speak, and what there is in it. */
  readonly home: string
}

export interface Verdict {
  readonly households: number
  readonly elders: number
  readonly emergencies: {
    readonly staged: number
    /** Somebody came before the window was over; not counted as missed, whatever was raised. */
    readonly foundBefore: number
    /** So near to the end of the year that the window did not pass. */
    readonly open: number
  }
  readonly missed: number
  readonly delaysMs: readonly number[]
  readonly falseUnseen: Readonly<Record<string, number>>
  readonly cannotTell: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
}

export interface BoxFigures extends Verdict {
  readonly messages: number
  /** Other anomalies of the year, by type. */
  readonly others: Readonly<Record<string, number>>
}

const overlapMs = (spans: readonly Span[], from: number, to: number): number =>
  spans.reduce(
    (sum, span) => sum + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)),
    0,
  )

/** What was staged for this home in the window before `at`; empty when nothing was. */
function outagesBefore(
  world: BoxWorld,
  { windowMs }: YearParameters,
  elder: string,
  at: number,
): string[] {
  const home = world.homeOf(elder)
  const inside = (spans: readonly Span[]): boolean => overlapMs(spans, at - windowMs, at) > 0
  const causes = [
    ...(inside(world.outages.down) ? ['box'] : []),
    ...(inside(world.outages.clock) ? ['box-clock'] : []),
    ...(inside(home.hub) ? ['home-link'] : []),
    ...(home.plan.camera !== null && inside(home.cameraDown) ? ['camera'] : []),
  ]
  for (const { outages } of home.devices)
    for (const outage of outages) if (inside([outage])) causes.push(`sensor-${outage.fault}`)
  return [...new Set(causes)]
}

function judgeEmergency(
  world: BoxWorld,
  parameters: YearParameters,
  alarms: readonly Alarm[],
  emergency: Emergency,
): 'open' | 'found-before' | 'missed' | number {
  const { startsAt, days, windowMs, toleranceMs, people } = parameters
  const { elder, at, lastActAt, endedAt } = emergency
  const due = lastActAt + windowMs
  const downMs = overlapMs(world.outages.down, due, due + 3 * dayMs)
  const latest = due + toleranceMs + downMs
  // An alarm that is just being answered when they fall finds them as well.
  const heard = alarms.find(
    (alarm) => alarm.elder === elder && alarm.at >= at - people.responseMaxMs && alarm.at <= latest,
  )
  if (heard !== undefined) return heard.at - lastActAt
  if (endedAt !== null && endedAt <= due + toleranceMs) return 'found-before'
  return latest > startsAt + days * dayMs ? 'open' : 'missed'
}

const why = (world: BoxWorld, { elder, at }: Alarm): string => {
  const { where, journey } = world.truth.at(elder, at)
  if (where !== 'away' || journey === null) return where
  if (!journey.announced) return 'unannounced'
  return at > journey.plannedTo ? 'overrun' : 'announced'
}

function featuresOf(plan: HomePlan): string {
  const parts = plan.fittings.map(({ id }) => id.slice(plan.id.length + 1))
  const more = [
    ...(plan.lock === null ? [] : ['lock']),
    ...(plan.camera === null ? [] : ['camera']),
    ...(plan.heater ? ['heater'] : []),
    ...(plan.cooling === null ? [] : ['cooling']),
    ...(plan.drips ? ['drips'] : []),
    ...(plan.hasCarer ? ['carer'] : []),
    ...(plan.elders.length > 1 ? ['couple'] : []),
    ...plan.elders.flatMap(({ habits }) => (habits.homebody ? ['homebody'] : [])),
    ...plan.elders.flatMap(({ habits }) => (habits.nightShift ? ['night-shift'] : [])),
  ]
  return [plan.speech, ...parts, ...more].join(' ')
}

/** Compares what was raised with what was so. */
export function judge(
  world: BoxWorld,
  parameters: YearParameters,
  alarms: readonly Alarm[],
): Verdict {
  const findings: Finding[] = []
  const note = (what: Finding['what'], elder: string, at: number, cause: string): void => {
    findings.push({ what, elder, at, cause, home: featuresOf(world.homeOf(elder).plan) })
  }
  const count = { foundBefore: 0, open: 0, missed: 0 }
  const delaysMs: number[] = []
  for (const emergency of world.truth.emergencies) {
    const verdict = judgeEmergency(world, parameters, alarms, emergency)
    if (verdict === 'found-before') count.foundBefore++
    else if (verdict === 'open') count.open++
    else if (verdict === 'missed') {
      count.missed++
      const { elder, at } = emergency
      const cause = outagesBefore(world, parameters, elder, at + parameters.windowMs).join(' ')
      note('missed', elder, at, cause)
    } else delaysMs.push(verdict)
  }
  const falseUnseen: Record<string, number> = {}
  const cannotTell: Record<string, number> = {}
  for (const alarm of alarms) {
    const truth = why(world, alarm)
    const { elder, at } = alarm
    const outages = outagesBefore(world, parameters, elder, at)
    if (alarm.type === 'resident.unseen') {
      if (truth === 'down') continue
      falseUnseen[truth] = (falseUnseen[truth] ?? 0) + 1
      note('false-unseen', elder, at, [truth, ...outages].join(' '))
    } else {
      const cause = outages.length === 0 ? 'none' : outages.join('+')
      cannotTell[cause] = (cannotTell[cause] ?? 0) + 1
      if (outages.length === 0) note('cannot-tell-unjustified', elder, at, truth)
    }
  }
  return {
    households: world.homes.length,
    elders: world.homes.reduce((sum, { plan }) => sum + plan.elders.length, 0),
    emergencies: {
      staged: world.truth.emergencies.length,
      foundBefore: count.foundBefore,
      open: count.open,
    },
    missed: count.missed,
    delaysMs,
    falseUnseen,
    cannotTell,
    findings,
  }
}
