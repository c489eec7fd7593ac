/** Low and high end, both 0..1. */
export type Interval = readonly [number, number]

/** Half of 5 %: the exact interval leaves it at either end. */
const tail = 0.025

/**
 * Exact 95 % interval of `events` among `trials` (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404);
 * null without a trial. Found by bisection of the binomial distribution function.
 */
export function interval95(events: number, trials: number): Interval | null {
  if (trials <= 0) return null
  const low = events === 0 ? 0 : bisect((p) => 1 - binomialAtMost(events - 1, trials, p) < tail)
  const high = events === trials ? 1 : bisect((p) => binomialAtMost(events, trials, p) > tail)
  return [low, high]
}

/** The largest p in 0..1 for which `holds` (which holds below it and not above). */
function bisect(holds: (p: number) => boolean): number {
  let low = 0
  let high = 1
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(X <= k) for X binomial, by the smaller tail. */
function binomialAtMost(k: number, n: number, p: number): number {
  if (k >= n || p <= 0) return 1
  if (k < 0 || p >= 1) return 0
  return k > n * p ? 1 - sumTail(k + 1, 1, n, p) : sumTail(k, -1, n, p)
}

/**
 * Terms from `from` away from the mode (`step` 1: upwards, -1: downwards): they only fall, so the sum ends
 * after some standard deviations, however many trials there are.
 */
function sumTail(from: number, step: 1 | -1, n: number, p: number): number {
  const odds = Math.log(p) - Math.log1p(-p)
  let term = logChoose(n, from) + from * Math.log(p) + (n - from) * Math.log1p(-p)
  let sum = 0
  for (let k = from; k >= 0 && k <= n; k += step) {
    const part = Math.exp(term)
    sum += part
    if (part <= sum * 1e-17) break
    term += step * (step === 1 ? ratio(n - k, k + 1, odds) : ratio(n - k + 1, k, odds))
  }
  return Math.min(1, sum)
}

/** Logarithm of P(X = k + 1) / P(X = k): (n - k) / (k + 1) times the odds. */
const ratio = (above: number, below: number, odds: number): number =>
  Math.log(above) - Math.log(below) + odds

const logChoose = (n: number, k: number): number =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

/** Stirling's series, shifted to where it is exact to 1e-13. */
function logGamma(value: number): number {
  let x = value
  let shift = 0
  while (x < 10) {
    shift -= Math.log(x)
    x += 1
  }
  const square = 1 / (x * x)
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / x
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series
}

/** Four decimals: more would be noise at these numbers of pictures. */
export const round4 = (value: number): number => Math.round(value * 10_000) / 10_000

export const roundInterval = (interval: Interval | null): Interval | null =>
  interval === null ? null : [round4(interval[0]), round4(interval[1])]

const percent = (part: number): string => (part * 100).toFixed(2)

/** `3 / 120 = 2.50 % [0.52, 7.13]`, for tables. */
export function describeRate(events: number, trials: number): string {
  const interval = interval95(events, trials)
  if (interval === null) return '— (n = 0)'
  return `${events}/${trials} = ${percent(events / trials)} % [${percent(interval[0])}, ${percent(interval[1])}]`
}
