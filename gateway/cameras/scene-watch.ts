import { hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'
import type { SceneStats } from '../model/vision.ts'
import { SceneReference } from './scene-reference.ts'

export type SceneState = 'ok' | 'covered' | 'defocused' | 'moved'

export interface SceneWatchOptions {
  /** How long it must be so before it is said, ms. */
  readonly coveredAfterMs?: number
  /** A lens that goes black at once, where switched-off lamps are possible too. */
  readonly blackAfterMs?: number
  readonly defocusedAfterMs?: number
  readonly movedAfterMs?: number
  /** How long it must be well again before that is said, ms. */
  readonly clearAfterMs?: number
  /** After so long the new view of a moved camera is the usual one, ms. */
  readonly rebaselineAfterMs?: number
  /** Longer than any night: blank and dark for so long is covered however it began, ms. */
  readonly nightMaxMs?: number
  /** Time constant with which the usual picture follows, ms. */
  readonly followMs?: number
}

/** Looks that a reference must rest on before anything is held against it. */
const referenceLooksMin = 5
/** Looks that must agree before a state is said, whatever the time. */
const looksMin = 3
/** Blank in itself: a lid, paint, tape. Of 0..255 grey levels, and their squares. */
const blank = { contrastMax: 6, sharpnessMax: 12 } as const
/** Blank beside what is usual: a hand has shading, but no detail. Less light takes both alike. */
const veiled = { contrastShareMax: 0.5, sharpnessShareMax: 0.06, detailShareMax: 0.5 } as const
const darkLumaMax = 30
/** Detail for its contrast, beside what is usual: light and infrared change both together. */
const blurred = { detailShareMax: 0.2, sharpnessShareMax: 0.25, contrastShareMin: 0.5 } as const
/**
 * Measured on 18 photos: turned, at most 2 of 12 tiles and 0.37 of the whole are alike; behind a lorry
 * that hides two thirds at least 3 tiles, behind headlights, rain, or in other light at least 8.
 */
const moved = { likenessMax: 0.5, tilesKeptMax: 0.2, tileLikenessMin: 0.5 } as const
const stableLikenessMin = 0.75

/**
 * Tells a covered, a defocused and a turned camera from weather, light and passers-by, against a slow
 * reference of the camera's own picture. Monotonic ms.
 *
 * Night: a picture that becomes dark little by little, or that keeps lamps or noise, is night and no
 * cover. One that goes black and blank at once is called covered after a minute; lamps that are switched
 * off in a room without windows, for a camera without infrared, cannot be told from it.
 */
export class SceneWatch {
  readonly #options: Required<SceneWatchOptions>
  #reference: SceneReference
  /** The new view while it differs; a turned camera's is stable, a crowd's is not. */
  #candidate: SceneReference
  #state: SceneState = 'ok'
  #saidAt = 0
  #suspect: SceneState = 'ok'
  #suspectAt = 0
  #suspectLooks = 0
  #blankAt: number | null = null
  #blankSuddenly = false
  /** Brightness a few seconds before, by which dusk is told from a lid. */
  #lumaBefore: number | null = null

  constructor(options: SceneWatchOptions = {}) {
    this.#options = {
      coveredAfterMs: 5 * secondMs,
      blackAfterMs: minuteMs,
      defocusedAfterMs: 20 * secondMs,
      movedAfterMs: 20 * secondMs,
      clearAfterMs: 5 * secondMs,
      rebaselineAfterMs: 10 * minuteMs,
      nightMaxMs: 16 * hourMs,
      followMs: 5 * minuteMs,
      ...options,
    }
    this.#reference = new SceneReference(this.#options.followMs)
    this.#candidate = new SceneReference(this.#options.followMs)
  }

  /** What is wrong with the camera by this look, after its hold time; looks come in the order of time. */
  look(stats: SceneStats, at: number): SceneState {
    const seen = this.#judge(stats, at)
    if (seen !== this.#suspect) {
      this.#suspect = seen
      this.#suspectAt = at
      this.#suspectLooks = 0
    }
    this.#suspectLooks += 1
    // Night without lamps teaches nothing: at dawn the old picture is the measure again.
    if (seen === 'ok' && this.#blankAt === null) {
      this.#reference.learn(stats, at)
      this.#candidate = new SceneReference(this.#options.followMs)
    }
    const heldMs = at - this.#suspectAt
    if (
      seen !== this.#state &&
      this.#suspectLooks >= looksMin &&
      heldMs >= this.#holdMs(seen, stats)
    ) {
      this.#state = seen
      this.#saidAt = at
    }
    if (this.#state === 'moved' && at - this.#saidAt >= this.#options.rebaselineAfterMs) {
      this.#rebase(stats, at)
    }
    return this.#state
  }

  /** The camera was set up anew, or was away: what it shows from now on is right. */
  reset(): void {
    this.#reference = new SceneReference(this.#options.followMs)
    this.#candidate = new SceneReference(this.#options.followMs)
    this.#state = 'ok'
    this.#suspect = 'ok'
    this.#suspectLooks = 0
    this.#blankAt = null
    this.#lumaBefore = null
  }

  #rebase(stats: SceneStats, at: number): void {
    this.reset()
    this.#reference.learn(stats, at)
  }

  #holdMs(seen: SceneState, stats: SceneStats): number {
    const { coveredAfterMs, blackAfterMs, defocusedAfterMs, movedAfterMs } = this.#options
    if (seen === 'covered') return stats.meanLuma < darkLumaMax ? blackAfterMs : coveredAfterMs
    if (seen === 'defocused') return defocusedAfterMs
    if (seen === 'moved') return movedAfterMs
    return this.#options.clearAfterMs
  }

  #judge(stats: SceneStats, at: number): SceneState {
    if (this.#isBlank(stats)) return this.#judgeBlank(stats, at)
    this.#blankAt = null
    this.#lumaBefore = this.#followLuma(stats.meanLuma)
    if (this.#reference.looks < referenceLooksMin) return 'ok'
    if (this.#isBlurred(stats)) return 'defocused'
    return this.#isMoved(stats, at) ? 'moved' : 'ok'
  }

  #isBlank(stats: SceneStats): boolean {
    if (stats.contrast < blank.contrastMax && stats.sharpness < blank.sharpnessMax) return true
    const { contrast, sharpness, looks } = this.#reference
    return (
      looks >= referenceLooksMin &&
      stats.contrast < veiled.contrastShareMax * contrast &&
      stats.sharpness < veiled.sharpnessShareMax * sharpness &&
      detailOf(stats) < veiled.detailShareMax * detailOf({ contrast, sharpness })
    )
  }

  #judgeBlank(stats: SceneStats, at: number): SceneState {
    if (this.#blankAt === null) {
      this.#blankAt = at
      this.#blankSuddenly = (this.#lumaBefore ?? 0) > 2 * Math.max(stats.meanLuma, darkLumaMax / 2)
    }
    if (stats.meanLuma >= darkLumaMax || this.#blankSuddenly) return 'covered'
    return at - this.#blankAt >= this.#options.nightMaxMs ? 'covered' : 'ok'
  }

  #followLuma(luma: number): number {
    return this.#lumaBefore === null ? luma : this.#lumaBefore + 0.3 * (luma - this.#lumaBefore)
  }

  #isBlurred(stats: SceneStats): boolean {
    const { contrast, sharpness } = this.#reference
    if (stats.contrast < blurred.contrastShareMin * contrast) return false
    return (
      detailOf(stats) < blurred.detailShareMax * detailOf({ contrast, sharpness }) &&
      stats.sharpness < blurred.sharpnessShareMax * sharpness
    )
  }

  #isMoved(stats: SceneStats, at: number): boolean {
    const differs =
      this.#reference.likeness(stats) < moved.likenessMax &&
      this.#reference.tilesKept(stats, moved.tileLikenessMin) <= moved.tilesKeptMax
    if (!differs) return false
    const stable = this.#candidate.likeness(stats) >= stableLikenessMin
    if (!stable) this.#candidate = new SceneReference(this.#options.followMs)
    this.#candidate.learn(stats, at)
    // A view that does not come to rest is a crowd or a lorry: what was there before stays the measure.
    if (!stable) this.#suspectLooks = 0
    if (!stable) this.#suspectAt = at
    return true
  }
}

/** Detail for its contrast: the same in any light. */
const detailOf = ({ contrast, sharpness }: Pick<SceneStats, 'contrast' | 'sharpness'>): number =>
  sharpness / Math.max(1, contrast * contrast)
