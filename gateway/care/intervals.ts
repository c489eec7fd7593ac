/** Half-open `[from, to)`, epoch ms. Lists are sorted and do not touch. */
export type Interval = readonly [from: number, to: number]

/** Sorts and joins what overlaps or touches. */
export function merge(intervals: Iterable<Interval>): Interval[] {
  const sorted = [...intervals].filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

export const clip = (intervals: readonly Interval[], from: number, to: number): Interval[] =>
  intervals.flatMap(([a, b]): Interval[] => {
    const start = Math.max(a, from)
    const end = Math.min(b, to)
    return end > start ? [[start, end]] : []
  })

/** What of `intervals` lies in none of `holes`; both merged. */
export function subtract(intervals: readonly Interval[], holes: readonly Interval[]): Interval[] {
  if (holes.length === 0) return [...intervals]
  const rest: Interval[] = []
  for (const [from, to] of intervals) {
    let start = from
    for (const [a, b] of holes) {
      if (b <= start) continue
      if (a >= to) break
      if (a > start) rest.push([start, a])
      start = b
      if (start >= to) break
    }
    if (start < to) rest.push([start, to])
  }
  return rest
}

export const total = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, [from, to]) => sum + to - from, 0)
