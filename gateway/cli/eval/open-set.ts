import { similarity } from '../../../detectors/face-embedder.ts'

export interface Enrolled {
  readonly person: string
  /** One embedding per picture; the likest counts. */
  readonly templates: readonly Float32Array[]
}

/** A probe against growing galleries: its own likeness, and the best of the others in each gallery. */
export interface SearchedProbe<P> {
  readonly probe: P
  /** Place of its person in the gallery; -1 for a stranger, `notEnrolled` for one who could not be enrolled. */
  readonly place: number
  readonly own: number
  /** By gallery size, in the order of the sizes; -1 where nobody else is in it. */
  readonly bestOther: readonly number[]
}

export interface OpenSetRates {
  readonly gallery: number
  /** Searches of people who are in the gallery; missed: not first, or below the threshold. */
  readonly mates: number
  readonly missed: number
  /** Searches of people who are not in it; wrong: somebody was named. */
  readonly strangers: number
  readonly wrong: number
  /** Where nobody was a stranger, each probe is searched with its own person left out. */
  readonly strangersBy: 'strangers' | 'leave-one-out'
}

/** `place` of somebody who should be in the gallery but has no usable picture there: missed in every gallery. */
export const notEnrolled = -2

/** `sizes` ascending; gallery of size n: the first n people. */
export function searchProbe<P extends { readonly person: string }>(
  probe: P,
  embedding: Float32Array,
  gallery: readonly Enrolled[],
  sizes: readonly number[],
): SearchedProbe<P> {
  let place = -1
  let own = -1
  let other = -1
  const bestOther: number[] = []
  for (const [i, { person, templates }] of gallery.entries()) {
    const best = templates.reduce((most, one) => Math.max(most, similarity(embedding, one)), -1)
    if (person === probe.person) {
      place = i
      own = best
    } else if (best > other) other = best
    while (sizes[bestOther.length] === i + 1) bestOther.push(other)
  }
  return { probe, place, own, bestOther }
}

/** Rates of open-set identification (ISO/IEC 19795-1) at `threshold`, in the gallery of `sizes[at]`. */
export function ratesAt<P>(
  probes: readonly SearchedProbe<P>[],
  sizes: readonly number[],
  at: number,
  threshold: number,
): OpenSetRates {
  const size = sizes[at] ?? 0
  const other = (probe: SearchedProbe<P>): number => probe.bestOther[at] ?? -1
  const isMate = ({ place }: SearchedProbe<P>): boolean =>
    place === notEnrolled || (place >= 0 && place < size)
  const mates = probes.filter(isMate)
  const outside = probes.filter((probe) => !isMate(probe))
  const strangers = outside.length > 0 ? outside : probes
  return {
    gallery: size,
    mates: mates.length,
    missed: mates.filter((probe) => probe.own < threshold || other(probe) >= probe.own).length,
    strangers: strangers.length,
    wrong: strangers.filter((probe) => other(probe) >= threshold).length,
    strangersBy: outside.length > 0 ? 'strangers' : 'leave-one-out',
  }
}

/** 10, 30, 100, … below `people`, and `people`. */
export function gallerySizes(people: number): number[] {
  const steps = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000].filter((size) => size < people)
  return [...steps, people]
}

/** The same order for the same seed, so that galleries of one size are the same in every run. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const out = [...items]
  let state = seed >>> 0
  for (let i = out.length - 1; i > 0; i -= 1) {
    // Numerical Recipes' linear congruential generator: good enough to mix names.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const j = Math.floor((state / 2 ** 32) * (i + 1))
    const kept = out[i] as T
    out[i] = out[j] as T
    out[j] = kept
  }
  return out
}
