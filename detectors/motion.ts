import type { GreyImage } from './glance.ts'
import { movingArea } from './moving-area.ts'

/** The adaptive background of one camera; the shape is MotionMemory of gateway/model/vision.ts. */
export interface Background {
  readonly widthPx: number
  readonly heightPx: number
  readonly mean: Float32Array
  readonly deviation: Float32Array
  readonly frames: number
}

export interface Motion {
  readonly moved: boolean
  /** Share of the picture outside the masks that changed, 0..1, after the light has been allowed for. */
  readonly share: number
  readonly lighting: boolean
  /** The background with this picture in it; its arrays are those that were handed in. */
  readonly memory: Background
}

export interface MotionOptions {
  /** Connected pixels of a glance from which on something moved; 9 are 24 x 24 px of a 720p frame. */
  readonly areaMinPx?: number
  /** Brightness by which a pixel must differ at least, and in how many of its own deviations. */
  readonly deltaMin?: number
  readonly deviations?: number
}

const defaults = { areaMinPx: 9, deltaMin: 9, deviations: 3.5 } as const
/** Frames in which everything counts as moved: what stands there must be seen twice to be followed. */
const learnFrames = 2
const deviationFirst = 4
const deviationMin = 0.5
/** Leaves that wave make a pixel restless, never blind. */
const deviationMax = 12
/** What share of the picture must change at once to be the light. */
const lightingShare = 0.4
const rateQuiet = 0.05
/** Of the deviation, where a pixel changed. */
const rateRestless = 0.02
/** What stands still is background after some two minutes at one frame a second; who passes leaves no ghost. */
const rateChanged = 0.015
/** Under light that has been allowed for, what is left over is learnt at once. */
const rateLighting = 0.3
/** Infrared has come on, or somebody stands before the lens: the first must pass, the second leave no ghost. */
const rateUnexplained = 0.04

/**
 * Whether something moved against the adaptive background (running mean and deviation per pixel, as in
 * Wren et al., Pfinder, 1997, with one mode). A change of light is allowed for: as a straight line of
 * brightness over the whole picture, and piece by piece where the ground keeps its texture (a shadow, a
 * headlight on paving). Bare ground has none, so there a light opens the gate; the models then decide.
 *
 * @param memory changed in place and given back; null, or of another size, starts anew
 * @param masked one byte per pixel, not 0 where nobody may look; null for none
 */
export function detectMotion(
  image: GreyImage,
  memory: Background | null,
  masked: Uint8Array | null = null,
  options: MotionOptions = {},
): Motion {
  const { areaMinPx, deltaMin, deviations } = { ...defaults, ...options }
  const { data, widthPx, heightPx } = image
  const fits = memory?.widthPx === widthPx && memory.heightPx === heightPx
  if (memory === null || !fits || memory.mean.length !== data.length) {
    return { moved: true, share: 1, lighting: false, memory: begin(image) }
  }
  const { mean, deviation, frames } = memory
  const raw = changedPixels(data, mean, deviation, masked, { a: 0, b: 0, deltaMin, deviations })
  let changed = raw
  let lighting = raw.share > lightingShare
  let explained = false
  if (raw.share > 0.02) {
    const light = lightLine(data, mean, masked)
    const allowed = changedPixels(data, mean, deviation, masked, { ...light, deltaMin, deviations })
    if (allowed.share < raw.share) {
      changed = allowed
      explained = allowed.share < raw.share / 4
      if (explained) rebase(mean, light)
    }
  }
  const area = movingArea({ data, mean, changed: changed.map, widthPx, areaMinPx })
  if (raw.share > 0.02 && area.moving === 0) lighting = true
  const atOnce = raw.share > lightingShare
  const pace = atOnce ? (explained ? rateLighting : rateUnexplained) : rateChanged
  adapt(data, memory, changed.map, { pace, atOnce })
  return {
    moved: frames < learnFrames || area.moving > 0,
    share: changed.share,
    lighting,
    memory: { widthPx, heightPx, mean, deviation, frames: frames + 1 },
  }
}

/** Of what is left when models have looked at all that changed and found nothing in it. */
const rateNothing = 0.25

/**
 * What changed was nothing: the ghost of somebody who stood there, a door left open, waving leaves. It is
 * taken into the background quickly, so that the gate does not stay open over it. Changes `memory`.
 */
export function learnNothing({ data }: GreyImage, { mean }: Background): void {
  for (let i = 0; i < mean.length; i += 1)
    mean[i] = (mean[i] as number) + rateNothing * ((data[i] as number) - (mean[i] as number))
}

function begin({ data, widthPx, heightPx }: GreyImage): Background {
  const deviation = new Float32Array(data.length).fill(deviationFirst)
  return { widthPx, heightPx, mean: Float32Array.from(data), deviation, frames: 1 }
}

interface Limits {
  /** The light's line: expected brightness is mean + a + b * mean. */
  readonly a: number
  readonly b: number
  readonly deltaMin: number
  readonly deviations: number
}

function changedPixels(
  data: Uint8Array,
  mean: Float32Array,
  deviation: Float32Array,
  masked: Uint8Array | null,
  { a, b, deltaMin, deviations }: Limits,
): { readonly map: Uint8Array; readonly share: number } {
  const map = new Uint8Array(data.length)
  let count = 0
  let open = 0
  for (let i = 0; i < data.length; i += 1) {
    if (masked !== null && masked[i] !== 0) continue
    open += 1
    const background = mean[i] as number
    const difference = Math.abs((data[i] as number) - background - a - b * background)
    if (difference > deltaMin && difference > deviations * (deviation[i] as number)) {
      map[i] = 1
      count += 1
    }
  }
  return { map, share: open === 0 ? 0 : count / open }
}

/**
 * How the light changed, from the median difference of the darker and of the brighter half: medians,
 * so that an object that covers less than half of either does not pull the line.
 */
function lightLine(
  data: Uint8Array,
  mean: Float32Array,
  masked: Uint8Array | null,
): { readonly a: number; readonly b: number } {
  let sum = 0
  for (const value of mean) sum += value
  const middle = sum / Math.max(1, mean.length)
  const dark = new Half()
  const bright = new Half()
  for (let i = 0; i < data.length; i += 1) {
    if (masked !== null && masked[i] !== 0) continue
    const background = mean[i] as number
    const half = background < middle ? dark : bright
    half.add(background, (data[i] as number) - background)
  }
  const low = dark.medians()
  const high = bright.medians()
  const span = high.luma - low.luma
  if (span < 10) return { a: (low.shift + high.shift) / 2, b: 0 }
  const b = (high.shift - low.shift) / span
  return { a: low.shift - b * low.luma, b }
}

/** Histograms in steps of half a grey level. */
class Half {
  readonly #lumas = new Uint32Array(511)
  readonly #shifts = new Uint32Array(1_021)
  #count = 0

  add(luma: number, shift: number): void {
    const lumaBin = Math.round(2 * luma)
    const shiftBin = Math.round(2 * shift) + 510
    this.#lumas[lumaBin] = (this.#lumas[lumaBin] as number) + 1
    this.#shifts[shiftBin] = (this.#shifts[shiftBin] as number) + 1
    this.#count += 1
  }

  medians(): { readonly luma: number; readonly shift: number } {
    return {
      luma: middleBin(this.#lumas, this.#count) / 2,
      shift: (middleBin(this.#shifts, this.#count) - 510) / 2,
    }
  }
}

function middleBin(histogram: Uint32Array, count: number): number {
  let passed = 0
  for (let bin = 0; bin < histogram.length; bin += 1) {
    passed += histogram[bin] as number
    if (passed * 2 >= count) return bin
  }
  return 0
}

function rebase(mean: Float32Array, { a, b }: { readonly a: number; readonly b: number }): void {
  for (let i = 0; i < mean.length; i += 1) {
    const value = mean[i] as number
    mean[i] = Math.min(255, Math.max(0, value + a + b * value))
  }
}

/** Takes the picture into the background: quickly at first and under new light, slowly where it changed. */
function adapt(
  data: Uint8Array,
  { mean, deviation, frames }: Background,
  changed: Uint8Array,
  { pace, atOnce }: { readonly pace: number; readonly atOnce: boolean },
): void {
  const first = 1 / (frames + 1)
  const quiet = Math.max(first, rateQuiet)
  const restless = Math.max(first / 2, pace)
  for (let i = 0; i < data.length; i += 1) {
    const value = mean[i] as number
    const difference = (data[i] as number) - value
    const moved = changed[i] !== 0
    mean[i] = value + (moved ? restless : quiet) * difference
    // Under new light the differences say nothing of how restless a pixel is.
    if (atOnce) continue
    const old = deviation[i] as number
    const rate = moved ? rateRestless : rateQuiet
    const next = old + rate * (1.25 * Math.abs(difference) - old)
    deviation[i] = Math.min(deviationMax, Math.max(deviationMin, next))
  }
}
