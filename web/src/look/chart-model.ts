/** Geometry of a history line; pure. Gaps are hatched, never joined. */
export interface ChartPoint {
  readonly ts: number
  readonly value: number
}

export interface ChartDrawing {
  /** Runs of points without a gap: percent x, percent y from the top. */
  readonly runs: readonly (readonly (readonly [number, number])[])[]
  /** Where nothing was heard: percent from, percent width. */
  readonly gaps: readonly { readonly x: number; readonly width: number }[]
  readonly min: number
  readonly max: number
}

const gapFactor = 4

/** The usual distance of two points: the median, ms. */
function usualStep(points: readonly ChartPoint[]): number {
  const steps = points.slice(1).map((point, index) => point.ts - (points[index]?.ts ?? point.ts))
  steps.sort((a, b) => a - b)
  return steps[Math.floor(steps.length / 2)] ?? 0
}

/** At most `max` points, keeping the lowest and highest of each bucket, so that a peak is never lost. */
export function thin(points: readonly ChartPoint[], max: number): ChartPoint[] {
  if (points.length <= max) return [...points]
  const size = Math.ceil((points.length * 2) / max)
  const kept: ChartPoint[] = []
  for (let at = 0; at < points.length; at += size) {
    const bucket = points.slice(at, at + size)
    const low = bucket.reduce((a, b) => (b.value < a.value ? b : a))
    const high = bucket.reduce((a, b) => (b.value > a.value ? b : a))
    kept.push(...(low === high ? [low] : low.ts < high.ts ? [low, high] : [high, low]))
  }
  return kept
}

export interface ChartOptions {
  readonly fromMs: number
  readonly toMs: number
  /** A silence longer than this is hatched; null learns it from the points. */
  readonly gapMs: number | null
  /** Yes-no readings come when something happens: steps, and silence is no gap. */
  readonly yesNo: boolean
}

export function chartDrawing(
  points: readonly ChartPoint[],
  { fromMs, toMs, gapMs, yesNo }: ChartOptions,
): ChartDrawing | null {
  const inside = points
    .filter((point) => point.ts >= fromMs && point.ts <= toMs)
    .sort((a, b) => a.ts - b.ts)
  if (inside.length === 0) return null
  const values = inside.map((point) => point.value)
  const min = values.reduce((a, b) => Math.min(a, b))
  const max = values.reduce((a, b) => Math.max(a, b))
  const low = min === max ? min - 1 : min
  const high = min === max ? max + 1 : max
  const x = (ts: number) => ((ts - fromMs) / (toMs - fromMs)) * 100
  const y = (value: number) => 100 - ((value - low) / (high - low)) * 100
  const limitMs = yesNo ? 0 : (gapMs ?? usualStep(inside) * gapFactor)
  const runs: [number, number][][] = []
  const gaps: { x: number; width: number }[] = []
  let previous: number | null = null
  for (const point of inside) {
    const torn = previous !== null && limitMs > 0 && point.ts - previous > limitMs
    if (torn && previous !== null) gaps.push({ x: x(previous), width: x(point.ts) - x(previous) })
    if (torn || runs.length === 0) runs.push([])
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (yesNo && before !== undefined) run?.push([x(point.ts), before[1]])
    run?.push([x(point.ts), y(point.value)])
    previous = point.ts
  }
  if (previous !== null && limitMs > 0 && toMs - previous > limitMs)
    gaps.push({ x: x(previous), width: 100 - x(previous) })
  return { runs, gaps, min, max }
}
