import { isGreenPlate, isPlate, normalisePlate, provinces } from '../contracts/plate.ts'
import type { CtcOutput } from './plate-ctc.ts'

/** Probability of a prefix: all alignments that end in a blank, all that end in its last character. */
interface Prefix {
  blank: number
  letter: number
}

const lengthMax = 8
const beamWidth = 12
/** Characters that a step gives less than this are not followed. */
const shareMin = 1e-3

/**
 * The most probable texts of a recogniser, best first, normalised, whether plates or not: prefix beam search
 * (Hannun et al. 2014, arXiv:1408.2873, algorithm 1, without a language model).
 */
export function likelyTexts({ charset, steps, shares }: CtcOutput): string[] {
  const classes = charset.length + 1
  let beam = new Map<string, Prefix>([['', { blank: 1, letter: 0 }]])
  for (let t = 0; t < steps; t += 1) {
    const step = shares.subarray(t * classes, (t + 1) * classes)
    const heard = charset.flatMap((character, k) =>
      (step[k] as number) < shareMin ? [] : [{ character, share: step[k] as number }],
    )
    const blank = step[charset.length] as number
    const next = new Map<string, Prefix>()
    for (const [text, before] of beam) {
      prefix(next, text).blank += (before.blank + before.letter) * blank
      for (const { character, share } of heard) {
        const repeats = text.endsWith(character)
        if (repeats) prefix(next, text).letter += before.letter * share
        if (text.length < lengthMax)
          prefix(next, text + character).letter +=
            (before.blank + (repeats ? 0 : before.letter)) * share
      }
    }
    beam = best(next)
  }
  return [...new Set([...beam.keys()].map(normalisePlate))]
}

function prefix(prefixes: Map<string, Prefix>, text: string): Prefix {
  const known = prefixes.get(text)
  if (known !== undefined) return known
  const made = { blank: 0, letter: 0 }
  prefixes.set(text, made)
  return made
}

const best = (prefixes: Map<string, Prefix>): Map<string, Prefix> =>
  prefixes.size <= beamWidth
    ? prefixes
    : new Map(
        [...prefixes]
          .toSorted(([, a], [, b]) => b.blank + b.letter - a.blank - a.letter)
          .slice(0, beamWidth),
      )

/** The provinces that a recogniser thinks of at any step. */
export const heardProvinces = ({ charset, steps, shares }: CtcOutput): string[] =>
  charset.filter((character, k) => {
    if (!provinces.includes(character)) return false
    for (let t = 0; t < steps; t += 1)
      if ((shares[t * (charset.length + 1) + k] as number) >= shareMin) return true
    return false
  })

/** Whether a text may stand on a plate: green ones have 8 characters, others 7; null: either. */
export const fitsColour = (text: string, green: boolean | null): boolean =>
  green === null ? isPlate(text) : green ? isGreenPlate(text) : isPlate(text) && !isGreenPlate(text)
