/**
 * Scores of strangers of the shipped embedding model (face_rec_mobilefacenet_128): a normal distribution
 * about 0 that gives the measured false match rate of 1e-3 at 0.32 (MODELS.json, LFW, 3,000 impostor pairs;
 * it also expects 1 of 3,000 at 0.35, where none was seen). Beyond 0.35 this is an extrapolation: nobody
 * has measured this model at 1e-5 and below, and relatives are nearer than strangers.
 */
const impostors = { mean: 0, deviation: 0.1036 } as const
/** Never less strict, however few are enrolled (model card: 0.40 to 0.45 for doors). */
export const similarityFloor = 0.4

/**
 * Cosine from which a face counts as known, so that of strangers at most `falseAcceptRate` are taken for
 * one of `people` enrolled: 1 - (1 - FMR)^people <= rate (standards.md, gallery arithmetic).
 */
export function similarityThreshold(people: number, falseAcceptRate: number): number {
  if (people < 1) return similarityFloor
  const falseMatchRate = -Math.expm1(Math.log1p(-falseAcceptRate) / people)
  const threshold = impostors.mean + impostors.deviation * upperQuantile(falseMatchRate)
  return Math.max(similarityFloor, threshold)
}

/**
 * z with P(Z > z) = tail for a standard normal Z, tail in (0, 0.5]. Abramowitz & Stegun 26.2.23,
 * absolute error below 4.5e-4: less than 0.00005 of a cosine here.
 */
function upperQuantile(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(tail))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - above / below
}
