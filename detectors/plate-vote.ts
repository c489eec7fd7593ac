import type { PlateColour, PlateSeen } from '../contracts/detections.ts'
import { isPlate, normalisePlate } from '../contracts/plate.ts'
import { fitsColour, heardProvinces, likelyTexts } from './plate-beam.ts'
import { type CtcOutput, spell, textShare } from './plate-ctc.ts'

export interface CombinedText {
  /** In plate grammar; null where nothing fits or a character is too uncertain. */
  readonly text: string | null
  /** Of the least certain character, 0..1. */
  readonly confidence: number
}

/** A character that the recognisers together believe less than this is not said. */
const characterMin = 0.25
/** A recogniser that is sure of something else counts at most this much against a text. */
const shareFloor = 1e-13

/**
 * One text from all recognisers of one plate. Each proposes its likely texts; those that are plates (GA 36-2018)
 * of the seen colour are weighed by the product of the probabilities
 * that the recognisers give to the whole text. Product, not majority: with two voices only the doubt of one
 * tells which to believe. The confidence is the share of belief in the worst character, averaged over the voices.
 *
 * @param colour null where it is not known. Green binds to 8 characters, blue to 7; yellow may be either
 *   (large new-energy vehicles are yellow and green)
 */
export function combineReads(
  outputs: readonly CtcOutput[],
  colour: PlateColour | null,
): CombinedText {
  const green = colour === null || colour === 'yellow' ? null : colour === 'green'
  const weighed = candidates(outputs, green).map((text) => {
    const shares = outputs.map((output) => textShare(output, spell(output.charset, text)))
    return {
      text,
      shares,
      product: shares.reduce((all, share) => all * Math.max(share, shareFloor), 1),
    }
  })
  const best = weighed.toSorted((a, b) => b.product - a.product)[0]
  if (best === undefined) return { text: null, confidence: 0 }
  const beliefs = Array.from(best.text).map((character, i) => {
    const same = weighed.filter(
      ({ text }) => text.length === best.text.length && text[i] === character,
    )
    const shares = outputs.map((_, k) =>
      Math.min(
        1,
        same.reduce((sum, one) => sum + (one.shares[k] as number), 0),
      ),
    )
    return shares.reduce((sum, share) => sum + share, 0) / shares.length
  })
  const confidence = Math.min(...beliefs)
  return confidence < characterMin ? { text: null, confidence: 0 } : { text: best.text, confidence }
}

/** The recognisers are weakest at the province, so each that one of them thinks of is tried before every likely rest. */
function candidates(outputs: readonly CtcOutput[], green: boolean | null): string[] {
  const provinces = new Set(outputs.flatMap(heardProvinces))
  const rests = new Set(outputs.flatMap(likelyTexts).map((text) => text.slice(1)))
  return [...rests].flatMap((rest) =>
    [...provinces].map((province) => province + rest).filter((text) => fitsColour(text, green)),
  )
}

export interface FrameVote {
  readonly text: string
  readonly confidence: number
  /** Frames that read exactly this. */
  readonly frames: number
}

const framesMin = 2
/** Of the weight at every position; a plate that half of the frames read otherwise is not said. */
const shareMin = 0.6

/**
 * What the frames of one vehicle agree on: at each position the character with the most weight, where a frame
 * weighs as much as its recognisers are sure of the character. Null unless that is a plate, at least two
 * frames read exactly it, and every character has a clear majority. Never compared with a list.
 *
 * @param history frames of one vehicle, any order; those without a text are passed over
 */
export function votePlates(history: readonly PlateSeen[]): FrameVote | null {
  const texts = history.flatMap((seen) => (seen.text === null ? [] : [{ seen, text: seen.text }]))
  const lengths = new Map<number, number>()
  for (const { seen, text } of texts)
    lengths.set(text.length, (lengths.get(text.length) ?? 0) + seen.confidence)
  const total = [...lengths.values()].reduce((sum, weight) => sum + weight, 0)
  const longest = [...lengths].toSorted(([, a], [, b]) => b - a)[0]
  if (longest === undefined || longest[1] < shareMin * total) return null
  const [length] = longest
  const same = texts.filter(({ text }) => text.length === length)
  const places = Array.from({ length }, (_, i) => winner(same, i))
  const text = places.map(({ character }) => character).join('')
  const frames = same.filter((frame) => frame.text === text).length
  const confidence = Math.min(...places.map(({ share }) => share))
  if (!isPlate(text) || frames < framesMin || confidence < shareMin) return null
  return { text, confidence, frames }
}

function winner(frames: readonly { readonly seen: PlateSeen; readonly text: string }[], i: number) {
  const weights = new Map<string, number>()
  let total = 0
  for (const { seen, text } of frames) {
    const character = text[i] as string
    const weight = certainty(seen, text, i)
    weights.set(character, (weights.get(character) ?? 0) + weight)
    total += weight
  }
  const [character, weight] = [...weights].toSorted(([, a], [, b]) => b - a)[0] as [string, number]
  return { character, share: total > 0 ? weight / total : 0 }
}

/** How sure the recognisers of one frame are of the character that was voted for; at least what the frame says as a whole. */
function certainty(seen: PlateSeen, text: string, i: number): number {
  const agreeing = seen.reads.map((read) => {
    const normal = normalisePlate(read.text)
    return normal.length === text.length && normal[i] === text[i] ? (read.characters[i] ?? 0) : 0
  })
  const mean = agreeing.reduce((sum, value) => sum + value, 0) / Math.max(1, agreeing.length)
  return Math.max(seen.confidence, mean)
}
