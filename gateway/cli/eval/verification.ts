/** A pair of pictures with its likeness; null where one of them could not be scored. */
export interface ScoredPair {
  readonly same: boolean
  readonly score: number | null
}

/** Rates of false matches at which the rate of false non-matches is told. */
export const fmrLevels = ['1e-2', '1e-3', '1e-4', '1e-5', '1e-6'] as const

const isRight = ({ same, score }: ScoredPair, threshold: number): boolean =>
  score !== null && score >= threshold === same

/** Pairs that are told right at `threshold`; a pair without score is wrong. */
export const countRight = (pairs: readonly ScoredPair[], threshold: number): number =>
  pairs.reduce((sum, pair) => sum + (isRight(pair, threshold) ? 1 : 0), 0)

/** The threshold (between two scores) that tells most pairs right; the highest of equals. */
export function bestThreshold(pairs: readonly ScoredPair[]): number {
  const scored = pairs.flatMap(({ same, score }) => (score === null ? [] : [{ same, score }]))
  scored.sort((a, b) => b.score - a.score)
  let right = scored.filter(({ same }) => !same).length
  let best = { right, threshold: (scored[0]?.score ?? 0) + 1e-6 }
  for (const [i, { same, score }] of scored.entries()) {
    right += same ? 1 : -1
    const below = scored[i + 1]?.score ?? score - 1e-6
    if (below < score && right > best.right) best = { right, threshold: (score + below) / 2 }
  }
  return best.threshold
}

/**
 * Accuracy by ten folds: the threshold comes from nine, the tenth is judged by it (LFW, view 2). The
 * same and the different pairs are each cut into tenths in their order, which for LFW's own list gives its folds.
 */
export function foldAccuracy(pairs: readonly ScoredPair[], folds = 10): number {
  const foldOf = new Map<ScoredPair, number>()
  for (const same of [true, false]) {
    const kind = pairs.filter((pair) => pair.same === same)
    for (const [i, pair] of kind.entries()) foldOf.set(pair, Math.floor((i * folds) / kind.length))
  }
  let sum = 0
  let used = 0
  for (let fold = 0; fold < folds; fold += 1) {
    const held = pairs.filter((pair) => foldOf.get(pair) === fold)
    if (held.length === 0) continue
    const rest = pairs.filter((pair) => foldOf.get(pair) !== fold)
    sum += countRight(held, bestThreshold(rest)) / held.length
    used += 1
  }
  return used === 0 ? 0 : sum / used
}

export interface OperatingPoint {
  readonly threshold: number
  readonly falseMatches: number
  readonly impostors: number
  readonly falseNonMatches: number
  readonly genuines: number
}

/**
 * The lowest threshold with at most `fmr` false matches (a score that is met, of equal ones none or all);
 * null where there are fewer than 1 / `fmr` scored pairs of different people, which cannot show such a
 * rate. A pair of one person that could not be scored is not matched.
 */
export function pointAtFmr(pairs: readonly ScoredPair[], fmr: number): OperatingPoint | null {
  const impostors = scoresOf(pairs, false)
  if (impostors.length * fmr < 1 - 1e-9) return null
  const allowed = Math.floor(impostors.length * fmr + 1e-9)
  const refused = impostors[allowed] ?? Number.NEGATIVE_INFINITY
  const threshold = pairs.reduce(
    (least, { score }) => (score !== null && score > refused ? Math.min(least, score) : least),
    Number.POSITIVE_INFINITY,
  )
  // Where nothing scores higher than what must be refused, nothing is matched.
  return pointAt(pairs, Number.isFinite(threshold) ? threshold : refused + 1e-6)
}

function pointAt(pairs: readonly ScoredPair[], threshold: number): OperatingPoint {
  const impostors = scoresOf(pairs, false)
  const genuines = pairs.filter(({ same }) => same)
  return {
    threshold,
    falseMatches: impostors.filter((score) => score >= threshold).length,
    impostors: impostors.length,
    falseNonMatches: genuines.filter(({ score }) => score === null || score < threshold).length,
    genuines: genuines.length,
  }
}

/** Highest first. */
const scoresOf = (pairs: readonly ScoredPair[], same: boolean): number[] =>
  pairs
    .flatMap((pair) => (pair.same === same && pair.score !== null ? [pair.score] : []))
    .sort((a, b) => b - a)

/** False match rate and false non-match rate over all thresholds, for a DET curve. */
export function detCurve(pairs: readonly ScoredPair[]): [fmr: number, fnmr: number][] {
  const scored = pairs.flatMap(({ same, score }) => (score === null ? [] : [{ same, score }]))
  const genuines = pairs.filter(({ same }) => same).length
  const impostors = scored.filter(({ same }) => !same).length
  if (genuines === 0 || impostors === 0) return []
  scored.sort((a, b) => b.score - a.score)
  let matched = 0
  let wrong = 0
  const points: [number, number][] = []
  for (const [i, { same, score }] of scored.entries()) {
    if (same) matched += 1
    else wrong += 1
    if (scored[i + 1]?.score !== score) points.push([wrong / impostors, 1 - matched / genuines])
  }
  return points
}
