import type { CameraSettings } from '../../contracts/roster.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { SightingFact, TrackedObject } from '../model/input.ts'
import type { Analysis } from '../model/vision.ts'

export interface SightingOptions {
  /** At most one sighting per camera in this time, ms. */
  readonly everyMs: number
  /** While something stands in a zone that must stay free: a picture as often as this, ms. */
  readonly evidenceEveryMs: number
}

/** What is to be told of a frame. */
export interface SightingPlan {
  readonly fact: Omit<SightingFact, 'evidenceSha256'>
  /** Something stands where nothing may stand: keep this frame. */
  readonly evidence: boolean
}

/** Zones that must stay free of vehicles. */
const keepFree: ReadonlySet<string> = new Set(['fire-lane', 'no-parking'])
const isPerson = (object: TrackedObject): boolean =>
  object.label === 'person' || object.label === 'face'

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
  ): boolean {
    const guarded = new Set(zones.filter((zone) => keepFree.has(zone.kind)).map((zone) => zone.id))
    const standing = objects
      .filter((object) => !isPerson(object))
      .flatMap((object) =>
        object.zones.filter((zone) => guarded.has(zone)).map((zone) => `${object.trackId} ${zone}`),
      )
    const due = standing.some(
      (key) => at - (this.#keptAt.get(key) ?? -Infinity) >= this.#options.evidenceEveryMs,
    )
    // One picture shows all that stand there.
    this.#keptAt = new Map(
      standing.map((key) => [key, due ? at : (this.#keptAt.get(key) ?? Number.NEGATIVE_INFINITY)]),
    )
    return due
  }
}
