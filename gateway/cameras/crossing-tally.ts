import type { Crossing, CrossingFact } from '../model/input.ts'
import type { CameraFrame } from '../model/frame.ts'

/** In and out of one camera, over all its lines. Two-wheelers are told of, but counted as neither. */
export class CrossingTally {
  #totals: CrossingFact['totals'] = { peopleIn: 0, peopleOut: 0, vehiclesIn: 0, vehiclesOut: 0 }

  /** Null where nothing was crossed. `ts`: event time of the frame. */
  add(frame: CameraFrame, ts: number, crossings: readonly Crossing[]): CrossingFact | null {
    if (crossings.length === 0) return null
    const totals = { ...this.#totals }
    for (const { group, direction } of crossings) {
      if (group === 'person') totals[direction === 'in' ? 'peopleIn' : 'peopleOut'] += 1
      if (group === 'vehicle') totals[direction === 'in' ? 'vehiclesIn' : 'vehiclesOut'] += 1
    }
    this.#totals = totals
    const { community, camera, receivedAt } = frame
    return { kind: 'crossing', community, camera, ts, receivedAt, crossings, totals }
  }
}
