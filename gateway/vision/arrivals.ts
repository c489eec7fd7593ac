import type { MotionSeen } from '../model/vision.ts'

/** The gate must learn the scene: in its first two looks everything counts as moved. */
const firstLooks = 2
const firstLooksMs = 5_000

/** Tells, for one camera, what has come from what was there: a poster, a statue, a coat on its hook. */
export class Arrivals {
  #looks = 0
  #firstLookAt = 0

  /**
   * Whether what this look finds for the first time was there before. So it is at the camera's first looks,
   * and while nothing moved but the light. Without a gate nobody knows what moved: it has come.
   */
  isNative(motion: MotionSeen | null | undefined, ts: number): boolean {
    if (this.#looks === 0) this.#firstLookAt = ts
    this.#looks += 1
    if (this.#looks <= firstLooks || ts - this.#firstLookAt <= firstLooksMs) return true
    return motion != null && (!motion.moved || motion.lighting)
  }
}
