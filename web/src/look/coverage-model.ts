import { midnightOf } from '../text/zone.ts'

/** Geometry of the coverage bar, in percent of its width. Pure: the drawing only paints it. */
export type Span = readonly [from: number, to: number]

export interface CoverageInput {
  /** The axis, epoch ms; its right edge is usually now. */
  readonly fromMs: number
  readonly toMs: number
  /** Half-open `[from, to)` in which somebody looked. */
  readonly covered: readonly Span[]
  readonly away: readonly Span[]
  readonly evidenceAt: readonly number[]
  /** The newest sign of life, even when it lies before the axis. */
  readonly lastAt: number | null
  /** Where the account begins and ends, if that is less than the axis: beyond it nothing is claimed. */
  readonly known?: Span
}

export interface Piece {
  readonly x: number
  readonly width: number
}

export interface CoverageDrawing {
  readonly covered: readonly Piece[]
  readonly holes: readonly Piece[]
  readonly away: readonly Piece[]
  readonly ticks: readonly number[]
  readonly lamp: number | null
  /** Evidence older than the axis: a chevron at the left. */
  readonly before: boolean
  /** Time unseen, to the right edge. */
  readonly unseen: Piece | null
}

/** Sorted, non-overlapping, clipped to `within`. */
export function union(spans: readonly Span[], within: Span): Span[] {
  const clipped = spans
    .map(([from, to]): Span => [Math.max(from, within[0]), Math.min(to, within[1])])
    .filter(([from, to]) => to > from)
    .sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of clipped) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** What of `within` no span of `spans` covers. */
export function complement(spans: readonly Span[], within: Span): Span[] {
  const gaps: Span[] = []
  let from = within[0]
  for (const span of union(spans, within)) {
    if (span[0] > from) gaps.push([from, span[0]])
    from = span[1]
  }
  if (from < within[1]) gaps.push([from, within[1]])
  return gaps
}

/** Dots win over cover and hatch: time away is not counted. */
export function coverageDrawing(input: CoverageInput): CoverageDrawing {
  const axis: Span = [input.fromMs, input.toMs]
  const widthMs = Math.max(1, input.toMs - input.fromMs)
  const percent = (ms: number) => ((ms - input.fromMs) / widthMs) * 100
  const piece = ([from, to]: Span): Piece => ({
    x: percent(from),
    width: ((to - from) / widthMs) * 100,
  })
  const known = union([input.known ?? axis], axis)[0] ?? axis
  const away = union(input.away, known)
  const present = complement(away, known)
  const covered = present.flatMap((span) => union(input.covered, span))
  const holes = present.flatMap((span) => complement(input.covered, span))
  const { lastAt } = input
  const inside = lastAt !== null && lastAt >= input.fromMs && lastAt <= input.toMs
  const ticks = input.evidenceAt.filter(
    (at) => at >= input.fromMs && at <= input.toMs && at !== lastAt,
  )
  const unseenFrom = inside ? lastAt : input.fromMs
  const unseen = lastAt !== null && lastAt > input.toMs ? null : piece([unseenFrom, input.toMs])
  return {
    covered: covered.map(piece),
    holes: holes.map(piece),
    away: away.map(piece),
    ticks: ticks.map(percent),
    lamp: inside ? percent(lastAt) : null,
    before: lastAt !== null && lastAt < input.fromMs,
    unseen,
  }
}

const sixHoursMs = 6 * 3_600_000

/** Full six-hour marks of the community's clock between two instants. */
export function sixHourMarks(fromMs: number, toMs: number): number[] {
  const marks: number[] = []
  for (let mark = midnightOf(fromMs); mark < toMs && marks.length < 64; mark += sixHoursMs)
    if (mark > fromMs) marks.push(mark)
  return marks
}
