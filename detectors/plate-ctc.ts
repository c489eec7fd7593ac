/** Probabilities of one recogniser, step by step: `steps` x `charset.length + 1`, the blank last. */
export interface CtcOutput {
  readonly charset: readonly string[]
  readonly steps: number
  readonly shares: Float64Array
}

export interface CtcText {
  readonly text: string
  /** Of each character: its highest probability over the steps that say it, 0..1. */
  readonly characters: number[]
  /** The least of them; 0 of no text. */
  readonly confidence: number
}

/**
 * Raw scores to probabilities. `at(step, klass)` is where a score lies; class `charset.length` is the blank.
 */
export function toCtc(
  scores: Float32Array,
  charset: readonly string[],
  steps: number,
  at: (step: number, klass: number) => number,
): CtcOutput {
  const classes = charset.length + 1
  const shares = new Float64Array(steps * classes)
  for (let t = 0; t < steps; t += 1) {
    let top = Number.NEGATIVE_INFINITY
    for (let k = 0; k < classes; k += 1) top = Math.max(top, scores[at(t, k)] as number)
    let sum = 0
    for (let k = 0; k < classes; k += 1) {
      const share = Math.exp((scores[at(t, k)] as number) - top)
      shares[t * classes + k] = share
      sum += share
    }
    for (let k = t * classes; k < (t + 1) * classes; k += 1) shares[k] = (shares[k] as number) / sum
  }
  return { charset, steps, shares }
}

/** Best class of each step, repeats merged, blanks dropped (Graves et al. 2006, best path decoding). */
export function greedyText({ charset, steps, shares }: CtcOutput): CtcText {
  const classes = charset.length + 1
  const blank = charset.length
  const found: { readonly klass: number; share: number }[] = []
  let before = blank
  for (let t = 0; t < steps; t += 1) {
    let klass = 0
    for (let k = 1; k < classes; k += 1)
      if ((shares[t * classes + k] as number) > (shares[t * classes + klass] as number)) klass = k
    const share = shares[t * classes + klass] as number
    const last = found.at(-1)
    if (klass !== blank && klass === before && last !== undefined)
      last.share = Math.max(last.share, share)
    else if (klass !== blank) found.push({ klass, share })
    before = klass
  }
  const characters = found.map(({ share }) => Math.min(1, share))
  return {
    text: found.map(({ klass }) => charset[klass] as string).join(''),
    characters,
    confidence: characters.length === 0 ? 0 : Math.min(...characters),
  }
}

/**
 * Probability that the recogniser gives to a text, over all its alignments (CTC forward pass, Graves et al.
 * 2006, doi:10.1145/1143844.1143891, 4.1). 0 where a character is not in its set.
 *
 * @param spelt class indices that may stand for each character; their probabilities are added
 */
export function textShare(
  { charset, steps, shares }: CtcOutput,
  spelt: readonly (readonly number[])[],
): number {
  const classes = charset.length + 1
  const states = 2 * spelt.length + 1
  const row = new Float64Array(states)
  row[0] = 1
  for (let t = 0; t < steps; t += 1) {
    const base = t * classes
    const blank = shares[base + charset.length] as number
    // From the end, so that the row of the step before is still there.
    for (let s = states - 1; s >= 0; s -= 1) {
      let from = row[s] as number
      if (s > 0) from += row[s - 1] as number
      if (s % 2 === 0) row[s] = from * blank
      else {
        const classesHere = spelt[s >> 1] as readonly number[]
        // Two equal characters in a row need a blank between them.
        if (s > 1 && spelt[(s >> 1) - 1]?.[0] !== classesHere[0]) from += row[s - 2] as number
        let share = 0
        for (const klass of classesHere) share += shares[base + klass] as number
        row[s] = from * share
      }
    }
  }
  return (row[states - 1] as number) + (states > 1 ? (row[states - 2] as number) : 0)
}

/**
 * Class indices for each character of a normalised plate. After the second place 0 and 1 may have been
 * read as O and I, which do not occur there. An empty list where the set lacks the character.
 */
export function spell(charset: readonly string[], text: string): number[][] {
  return Array.from(text).map((character, i) => {
    const twin = i < 2 ? undefined : character === '0' ? 'O' : character === '1' ? 'I' : undefined
    const own = charset.indexOf(character)
    const other = twin === undefined ? -1 : charset.indexOf(twin)
    return [own, other].filter((klass) => klass >= 0)
  })
}
