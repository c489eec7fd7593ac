import { minuteMs } from '../../../../contracts/clock.ts'
import type { StateRow } from '../../../model/engine.ts'
import { StateBook } from '../shared/state-book.ts'

export interface FaceOptions {
  /** Resident by the name that Frigate gives to a face. */
  readonly faces: Readonly<Record<string, string>>
  /** Frigate's own score, 0..1, from which on a face is taken for the person. */
  readonly faceScoreMin: number
}

const repeatMs = minuteMs
const peopleMax = 1_000

/** Whom Frigate has recognised: only those whom the configuration names, each camera once a minute. */
export class FaceDesk {
  readonly #options: FaceOptions
  readonly #toldAt = new StateBook<number>(peopleMax)
  below = 0
  unnamed = 0

  constructor(options: FaceOptions) {
    this.#options = options
  }

  /** Frigate tells of every attempt, also of those that it does not believe itself. */
  take(name: string | null, score: number, camera: string, now: number): string | null {
    if (name === null) return null
    const { faces, faceScoreMin } = this.#options
    const resident = Object.hasOwn(faces, name) ? faces[name] : undefined
    if (resident === undefined) this.unnamed++
    else if (score < faceScoreMin) this.below++
    if (resident === undefined || score < faceScoreMin) return null
    const key = `${camera}/${resident}`
    const before = this.#toldAt.get(key)
    if (before !== undefined && Math.abs(now - before) < repeatMs) return null
    return this.#toldAt.set(key, now) ? resident : null
  }

  restore(rows: Iterable<StateRow>): void {
    this.#toldAt.restore(rows)
  }

  takeDirty(): readonly StateRow[] {
    return this.#toldAt.takeDirty()
  }
}
