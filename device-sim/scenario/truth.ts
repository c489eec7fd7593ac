import { createHash } from 'node:crypto'
import type { AnomalyType } from '../../contracts/anomaly.ts'
import { secondMs } from '../../contracts/clock.ts'
import { dyingCameraStaleMs } from '../community/cameras.ts'
import { parts } from '../community/cast.ts'
import {
  barrier,
  carelessTerminal,
  faceTerminal,
  forcedTerminal,
  heldOpenMs,
  residentCar,
  terminal,
  visitorCar,
} from '../community/entrances.ts'
import type { Passage } from '../score/passages.ts'
import type { StagedAnomaly } from '../score/score.ts'
import type { Need } from './needs.ts'

export type { Need } from './needs.ts'

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
  // Doors: 3 s of grace in which a grant may still explain the opening; the careless door's own time.
  plan('door.held-open', carelessTerminal, 28, heldOpenMs),
  plan('door.forced', forcedTerminal, 39, 3 * secondMs),
  // Three dead frames of one resident, four a second.
  plan('access.spoof', faceTerminal, 36, 0, ['face-weights', 'test-mode']),
  plan('crowd.gathered', 'cam-square', 16, 30 * secondMs, ['scene-photos']),
  plan('person.intrusion', 'cam-pump-room', 44, 1_500, ['person-video']),
  plan('ebike.in-lift', 'cam-lift-9-1', 66, 2 * secondMs, ['scene-photos']),
  // 5 s until the picture itself says it, and 5 s of the rule.
  plan('camera.covered', 'cam-hall-6-2', 62, 10 * secondMs),
  // Their last sign of life lies 24 h before these moments.
  plan('resident.unseen', parts.unseen, 41, 0, ['fresh-history']),
  plan('resident.cannot-tell', parts.cannotTell, 52, 0, ['fresh-history']),
]

/** Longer than anybody stands at a door or before the arm. */
const passageLastsMs = 8 * secondMs

/** Doors and arms that are to open once each, for whom, and when; every other opening is wrong. */
const plannedPassages: readonly (Passage & { readonly needs: readonly Need[] })[] = [
  pass('face', faceTerminal, 'res-zhao-min', 5, ['face-weights', 'test-mode']),
  pass('face', faceTerminal, 'res-luo-tianyi', 49, ['face-weights', 'test-mode']),
  pass('plate', barrier, residentCar.plate, 22, ['plate-weights']),
  pass('plate', barrier, visitorCar.plate, 58, ['plate-weights']),
  pass('card', terminal, 'carer-jiang', 23),
  pass('card', carelessTerminal, 'res-chen-zhiyuan', 27),
  pass('card', terminal, 'res-wang-jianguo', 40),
  pass('card', terminal, 'res-deng-rui', 57),
  pass('qr', faceTerminal, 'visitor', 72),
]

function pass(
  by: Passage['by'],
  door: string,
  who: string,
  fromSeconds: number,
  needs: readonly Need[] = [],
): Passage & { readonly needs: readonly Need[] } {
  const fromOffsetMs = fromSeconds * secondMs
  return {
    id: `${by}/${who}`,
    by,
    door,
    who,
    fromOffsetMs,
    toOffsetMs: fromOffsetMs + passageLastsMs,
    needs,
  }
}

/** What looks like an anomaly and is none. Any ticket about it, and any door that it opens, is wrong. */
const plannedTraps: readonly Trap[] = [
  trap('smoke-flicker', 'a smoke sensor that flickers for 0.6 s, twice (smoke-8-2-304)'),
  trap('away', 'an elder who is away and registered as such (res-zheng-kaiyuan)'),
  trap(
    'carer',
    "a carer's card at the terminal, the door and the motion sensor of an elder who is fine (res-zhong-meihua)",
  ),
  trap('noise', 'noise that hovers about the limit and never for long (env-square)'),
  trap('water', 'water that hovers between the two levels after its ticket (tank-2)'),
  trap('sos', 'an SOS delivered twice by QoS 1, and once more after it was released (sos-1-2-401)'),
  trap('battery', 'a battery just above the limit (door-11-2-602)'),
  trap('lamps', 'lamps that go down and up again (cam-hall-6-2)'),
  trap('headlights', 'headlights that sweep through a shed (cam-bikes)'),
  trap('opened', 'doors that people open after they were let in (face-east)'),
  trap('shadow', 'a shadow in a closed room (cam-pump-room)'),
  trap('passing', 'a car that only passes through the fire lane (cam-lane)', ['vehicle-weights']),
  trap('stopping', 'a car that stops for ten seconds in the fire lane (cam-lane-11)', [
    'vehicle-weights',
  ]),
  trap('stranger', 'a stranger who looks into the face terminal (face-east)', [
    'face-weights',
    'test-mode',
  ]),
  trap('poster', 'a poster with a face before the face terminal (face-east)', [
    'face-weights',
    'test-mode',
  ]),
  trap('blue-car', "a stranger's car that waits before the arm and leaves (cam-gate)", [
    'plate-weights',
  ]),
]

export interface Trap {
  readonly id: string
  readonly text: string
  readonly needs: readonly Need[]
}
function trap(id: string, text: string, needs: readonly Need[] = []): Trap {
  return { id: `trap/${id}`, text, needs }
}

/** Time left after an anomaly is due for its ticket to appear before the run ends. */
const graceMs = 6 * secondMs

export interface TruthList {
  readonly staged: readonly StagedAnomaly[]
  readonly passages: readonly Passage[]
  readonly traps: readonly Trap[]
  /** Why something is not in the list. */
  readonly leftOut: readonly string[]
  /** SHA-256 of anomalies and passages as JSON: printed before the first message. */
  readonly sha256: string
}

/** The truth of one run. `durationMs` null: everything. */
export function fixTruth(given: ReadonlySet<Need>, durationMs: number | null): TruthList {
  const leftOut: string[] = []
  const fits = (id: string, needs: readonly Need[], due: number): boolean => {
    const lacking = needs.filter((need) => !given.has(need))
    const late = durationMs !== null && due + graceMs > durationMs
    if (lacking.length > 0) leftOut.push(`${id}: ${lacking.join(', ')} missing`)
    else if (late) leftOut.push(`${id}: due after ${due / secondMs} s, the run is too short`)
    return lacking.length === 0 && !late
  }
  const staged = planned.flatMap(({ needs, ...anomaly }) =>
    fits(anomaly.id, needs, anomaly.stagedOffsetMs + anomaly.ruleDelayMs) ? [anomaly] : [],
  )
  const passages = plannedPassages.flatMap(({ needs, ...passage }) =>
    fits(passage.id, needs, passage.toOffsetMs) ? [passage] : [],
  )
  const traps = plannedTraps.filter(({ id, needs }) => fits(id, needs, 0))
  const fixed = JSON.stringify({ staged, passages })
  return {
    staged,
    passages,
    traps,
    leftOut,
    sha256: createHash('sha256').update(fixed).digest('hex'),
  }
}

/** When an anomaly or a passage of the plan is played, whether or not it is in a run's list. */
export function stagedAt(type: AnomalyType, about: string): number {
  const found = planned.find((one) => one.type === type && one.about === about)
  if (found === undefined) throw new Error(`invariant broken: ${type} ${about} is not planned`)
  return found.stagedOffsetMs
}
export function passageAt(id: string): number {
  const found = plannedPassages.find((one) => one.id === id)
  if (found === undefined) throw new Error(`invariant broken: ${id} is not planned`)
  return found.fromOffsetMs
}
