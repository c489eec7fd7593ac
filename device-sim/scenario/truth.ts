import { createHash } from 'node:crypto'
import type { AnomalyType } from '../../contracts/anomaly.ts'
import { secondMs } from '../../contracts/clock.ts'
import { dyingCameraStaleMs } from '../community/cameras.ts'
import { parts } from '../community/cast.ts'
import type { StagedAnomaly } from '../score/score.ts'

/** What a staged anomaly needs to be possible at all; decided before the run, by looking, not by asking Linli. */
export type Need = 'vehicle-weights' | 'fresh-history'

interface Planned extends StagedAnomaly {
  readonly needs: readonly Need[]
}

const plan = (
  type: AnomalyType,
  about: string,
  stagedSeconds: number,
  ruleDelayMs: number,
  needs: readonly Need[] = [],
): Planned => ({
  id: `${type}/${about}`,
  type,
  about,
  stagedOffsetMs: stagedSeconds * secondMs,
  ruleDelayMs,
  needs,
})

/**
 * What will go wrong, when, and about whom. `ruleDelayMs` is what the shipped rules (config/rules.yaml)
 * demand that a condition lasts; the numbers are repeated here on purpose: the play must not learn
 * from the product what to expect of it.
 */
const planned: readonly Planned[] = [
  plan('noise.high', 'env-street', 3, 60 * secondMs),
  plan('gas.alarm', 'gas-2-2-202', 5, 2 * secondMs),
  plan('smoke.alarm', 'smoke-9-1-103', 8, 2 * secondMs),
  plan('sos.pressed', 'sos-1-2-401', 11, 0),
  // The car stands from its first frame; a rule of 30 s.
  plan('vehicle.fire-lane', 'cam-lane', 15, 30 * secondMs, ['vehicle-weights']),
  plan('water.leak', 'leak-8-2-304', 17, 3 * secondMs),
  plan('water.quality', 'tank-2', 19, 30 * secondMs),
  plan('manhole.moved', 'manhole-east', 21, 3 * secondMs),
  plan('lift.trapped', 'lift-6-1', 24, 2 * secondMs),
  plan('lift.fault', 'lift-9-1', 26, 10 * secondMs),
  plan('device.battery-low', 'motion-6-1-501', 29, 0),
  plan('device.offline', 'counter-gate', 31, 30 * secondMs),
  plan('water.level-high', 'manhole-west', 33, 10 * secondMs),
  // Dark since its last frame: noticed after `staleAfterMs`, which is longer than the 5 s of the rule.
  // So late because nothing counts as missing within 60 s after the start of the gateway.
  plan('camera.offline', 'cam-bikes', 50, dyingCameraStaleMs),
  // Their last sign of life lies 24 h before these moments.
  plan('resident.unseen', parts.unseen, 41, 0, ['fresh-history']),
  plan('resident.cannot-tell', parts.cannotTell, 52, 0, ['fresh-history']),
]

/** What looks like an anomaly and is none. Any ticket about it is false. */
export const traps: readonly string[] = [
  'a smoke sensor that flickers for 0.6 s, twice (smoke-8-2-304)',
  'an elder who is away and registered as such (res-zheng-kaiyuan)',
  'a car that only passes through the fire lane (cam-lane)',
  "a carer's card at the terminal, the door and the motion sensor of an elder who is fine (res-zhong-meihua)",
  'noise that hovers about the limit and never for long (env-square)',
  'water that hovers between the two levels after its ticket (tank-2)',
  'an SOS delivered twice by QoS 1, and once more after it was released (sos-1-2-401)',
  'a battery just above the limit (door-11-2-602)',
]

/** Time left after an anomaly is due for its ticket to appear before the run ends. */
const graceMs = 6 * secondMs

export interface TruthList {
  readonly staged: readonly StagedAnomaly[]
  /** Why something is not in the list. */
  readonly leftOut: readonly string[]
  /** SHA-256 of the list as JSON: printed before the first message. */
  readonly sha256: string
}

/** The truth of one run. `durationMs` null: everything. */
export function fixTruth(given: ReadonlySet<Need>, durationMs: number | null): TruthList {
  const leftOut: string[] = []
  const staged: StagedAnomaly[] = []
  for (const { needs, ...anomaly } of planned) {
    const lacking = needs.filter((need) => !given.has(need))
    const due = anomaly.stagedOffsetMs + anomaly.ruleDelayMs
    if (lacking.length > 0) leftOut.push(`${anomaly.id}: ${lacking.join(', ')} missing`)
    else if (durationMs !== null && due + graceMs > durationMs)
      leftOut.push(`${anomaly.id}: due after ${due / secondMs} s, the run is too short`)
    else staged.push(anomaly)
  }
  const sha256 = createHash('sha256').update(JSON.stringify(staged)).digest('hex')
  return { staged, leftOut, sha256 }
}

/** When an anomaly of the plan is played, whether or not it is in a run's list. */
export function stagedAt(type: AnomalyType, about: string): number {
  const found = planned.find((one) => one.type === type && one.about === about)
  if (found === undefined) throw new Error(`invariant broken: ${type} ${about} is not planned`)
  return found.stagedOffsetMs
}
