import type { CameraSettings } from '../../contracts/roster.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { SightingFact, TrackedObject } from '../model/input.ts'
import { stallGear } from '../model/stall-gear.ts'
import type { Analysis } from '../model/vision.ts'

type Zone = CameraSettings['zones'][number]

export interface SightingOptions {
  /** At most one sighting per camera in this time, ms. */
  readonly everyMs: number
  /** While something is in a guarded zone: a picture as often as this, ms. */
  readonly evidenceEveryMs: number
}

/** What is to be told of a frame. */
export interface SightingPlan {
  readonly fact: Omit<SightingFact, 'evidenceSha256'>
  /** What is where it may not be: where there is something, this frame is kept. */
  readonly evidence: ReadonlySet<TrackedObject>
}

const motor = ['car', 'bus', 'truck']
const twoWheelers = ['bicycle', 'motorcycle']
const people = ['person']

/**
 * What is evidence in which kind of zone. The rules decide later whether it is a case; a picture that
 * was not kept by then cannot be had.
 */
const evidenceLabels: Readonly<Record<Zone['kind'], ReadonlySet<string>>> = {
  area: new Set(),
  'fire-lane': new Set([...motor, ...twoWheelers]),
  'no-parking': new Set([...motor, ...twoWheelers]),
  'two-wheelers': new Set(twoWheelers),
  lift: new Set(twoWheelers),
  intrusion: new Set(people),
  loitering: new Set(people),
  crowd: new Set(people),
  // Who drives or walks there is no stall.
  road: stallGear,
}

function isSubject(object: TrackedObject, kind: Zone['kind']): boolean {
  return evidenceLabels[kind].has(object.label)
}

/** Decides, for one camera, which frames become sightings and which become evidence. */
export class SightingDesk {
  readonly #options: SightingOptions
  #toldAt = Number.NEGATIVE_INFINITY
  #toldObjects = false
  /** By track and zone: when a picture of it was last kept. Holds only what stands there now. */
  #keptAt = new Map<string, number>()

  constructor(options: SightingOptions) {
    this.#options = options
  }

  /** Null when there is nothing new to tell. `at` is monotonic ms, `ts` the event time of the frame. */
  consider(
    frame: CameraFrame,
    ts: number,
    analysis: Analysis,
    objects: readonly TrackedObject[],
    zones: CameraSettings['zones'],
    at: number,
  ): SightingPlan | null {
    if (objects.length === 0 && !this.#toldObjects) return null
    if (at - this.#toldAt < this.#options.everyMs) return null
    this.#toldAt = at
    this.#toldObjects = objects.length > 0
    return {
      fact: {
        kind: 'sighting',
        community: frame.community,
        camera: frame.camera,
        ts,
        receivedAt: frame.receivedAt,
        widthPx: analysis.widthPx,
        heightPx: analysis.heightPx,
        objects,
        models: analysis.models,
      },
      evidence: this.#wantsEvidence(objects, zones, at),
    }
  }

  #wantsEvidence(
    objects: readonly TrackedObject[],
    zones: CameraSettings['zones'],
    at: number,
  ): ReadonlySet<TrackedObject> {
    const standing = objects.flatMap((object) =>
      zones
        .filter((zone) => object.zones.includes(zone.id) && isSubject(object, zone.kind))
        .map((zone) => ({ object, key: `${object.trackId} ${zone.id}` })),
    )
    const due = standing.some(
      ({ key }) => at - (this.#keptAt.get(key) ?? -Infinity) >= this.#options.evidenceEveryMs,
    )
    // One picture shows all that stand there.
    this.#keptAt = new Map(
      standing.map(({ key }) => [
        key,
        due ? at : (this.#keptAt.get(key) ?? Number.NEGATIVE_INFINITY),
      ]),
    )
    return new Set(due ? standing.map(({ object }) => object) : [])
  }
}
