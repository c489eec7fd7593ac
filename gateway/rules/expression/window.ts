/** A window moves in so many steps: its memory is bounded whatever a device sends. */
const steps = 24
/** One more on either side: the step that has begun, and the one that is leaving. */
const slots = steps + 2

/** What one step of a window remembers of the points in it. */
export interface Bucket {
  index: number
  n: number
  sum: number
  min: number
  max: number
  /** The value before the first point in it; NaN where there was none. */
  before: number
  first: number
  firstAt: number
  last: number
  lastAt: number
  /** Sum of all rises, and the first step, which began before this bucket. */
  up: number
  upFirst: number
  /** Longest time between two rises that ended here, ms. */
  still: number
  /** A cumulative meter went backwards. */
  resets: number
}

/** What the points of a window come to at one moment. One object, filled anew by each question. */
export interface Sum {
  n: number
  sum: number
  min: number
  max: number
  before: number
  first: number
  firstAt: number
  last: number
  lastAt: number
  up: number
  upFirst: number
  still: number
  resets: number
}

export class Window {
  readonly ms: number
  readonly widthMs: number
  /** Since when it has been fed, event time. */
  since: number
  readonly buckets: (Bucket | undefined)[] = []
  /** A bit per slot that must be saved. */
  #dirty = 0

  constructor(ms: number, since: number) {
    this.ms = ms
    this.widthMs = ms / steps
    this.since = since
  }

  add(at: number, value: number, before: number, stillMs: number): void {
    const index = Math.floor(at / this.widthMs)
    const slot = index % slots
    let bucket = this.buckets[slot]
    if (bucket === undefined || bucket.index !== index) {
      bucket = emptyBucket(index, before, at, value)
      this.buckets[slot] = bucket
    }
    const step = value - before
    bucket.n += 1
    bucket.sum += value
    if (value < bucket.min) bucket.min = value
    if (value > bucket.max) bucket.max = value
    bucket.last = value
    bucket.lastAt = at
    if (step > 0) {
      bucket.up += step
      if (bucket.n === 1) bucket.upFirst = step
      if (stillMs > bucket.still) bucket.still = stillMs
    } else if (step < 0) bucket.resets += 1
    this.#dirty |= 1 << slot
  }

  /** Slots that changed since the last call. */
  takeDirty(): number[] {
    const changed: number[] = []
    for (let slot = 0; slot < slots; slot += 1) if ((this.#dirty >> slot) & 1) changed.push(slot)
    this.#dirty = 0
    return changed
  }

  /** Gathers the steps that touch `(now - ms, now]` in the order of time. */
  gather(now: number, sum: Sum): void {
    sum.n = 0
    sum.sum = 0
    sum.min = Number.POSITIVE_INFINITY
    sum.max = Number.NEGATIVE_INFINITY
    sum.up = 0
    sum.upFirst = 0
    sum.still = 0
    sum.resets = 0
    const newest = Math.floor(now / this.widthMs)
    for (let index = Math.floor((now - this.ms) / this.widthMs); index <= newest; index += 1) {
      const bucket = this.buckets[index % slots]
      if (bucket === undefined || bucket.index !== index) continue
      if (sum.n === 0) {
        sum.before = bucket.before
        sum.first = bucket.first
        sum.firstAt = bucket.firstAt
        sum.upFirst = bucket.upFirst
      }
      sum.n += bucket.n
      sum.sum += bucket.sum
      if (bucket.min < sum.min) sum.min = bucket.min
      if (bucket.max > sum.max) sum.max = bucket.max
      sum.last = bucket.last
      sum.lastAt = bucket.lastAt
      sum.up += bucket.up
      if (bucket.still > sum.still) sum.still = bucket.still
      sum.resets += bucket.resets
    }
  }

  /** Our clock was set back: what lies ahead of it is no past, and the window begins anew. */
  forgetAfter(now: number): boolean {
    if (!this.buckets.some((bucket) => bucket !== undefined && bucket.lastAt > now)) return false
    this.buckets.length = 0
    this.since = now
    this.#dirty = (1 << slots) - 1
    return true
  }
}

export const emptySum = (): Sum => ({
  n: 0,
  sum: 0,
  min: 0,
  max: 0,
  before: 0,
  first: 0,
  firstAt: 0,
  last: 0,
  lastAt: 0,
  up: 0,
  upFirst: 0,
  still: 0,
  resets: 0,
})

const emptyBucket = (index: number, before: number, at: number, value: number): Bucket => ({
  index,
  n: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  before,
  first: value,
  firstAt: at,
  last: value,
  lastAt: at,
  up: 0,
  upFirst: 0,
  still: 0,
  resets: 0,
})

export const saveBucket = (bucket: Bucket): string =>
  JSON.stringify([
    bucket.index,
    bucket.n,
    bucket.sum,
    bucket.min,
    bucket.max,
    Number.isNaN(bucket.before) ? null : bucket.before,
    bucket.first,
    bucket.firstAt,
    bucket.last,
    bucket.lastAt,
    bucket.up,
    bucket.upFirst,
    bucket.still,
    bucket.resets,
  ])

export function loadBucket(window: Window, slot: number, text: string): void {
  const row = JSON.parse(text) as readonly (number | null)[]
  const [index = 0, n = 0, sum = 0, min = 0, max = 0, before = 0, first = 0, firstAt = 0] = row
  const [last = 0, lastAt = 0, up = 0, upFirst = 0, still = 0, resets = 0] = row.slice(8)
  window.buckets[slot] = {
    index: index ?? 0,
    n: n ?? 0,
    sum: sum ?? 0,
    min: min ?? 0,
    max: max ?? 0,
    before: before ?? Number.NaN,
    first: first ?? 0,
    firstAt: firstAt ?? 0,
    last: last ?? 0,
    lastAt: lastAt ?? 0,
    up: up ?? 0,
    upFirst: upFirst ?? 0,
    still: still ?? 0,
    resets: resets ?? 0,
  }
}

/** Keys of the rows of a series, as gateway/rules/expression/saved.ts writes them. */
export function seriesKeys(
  { community, id }: { readonly community: string; readonly id: string },
  { name, windows }: { readonly name: string; readonly windows: readonly Window[] },
): string[] {
  const keys = [`rules/x/series/${community}/${id}/${name}`]
  for (const { ms } of windows)
    for (let slot = 0; slot < slots; slot += 1)
      keys.push(`rules/x/bucket/${community}/${id}/${name}/${ms}/${slot}`)
  return keys
}
