import { dayMs, hourMs, minuteMs } from '../../contracts/clock.ts'

/** Gaps of about one length: which, how many of late, how long they are. */
type Band = readonly [index: number, count: number, meanMs: number]

/**
 * How often a device speaks, learned from the gaps between its messages. Plain data: it is saved and
 * restored as JSON, and holds a handful of numbers however long the device has lived.
 */
export interface Cadence {
  /** Gaps learned. */
  readonly n: number
  /** Time that was listened to, ms: the sum of all gaps. Time in which nobody listened is not in it. */
  readonly atMs: number
  /** The last gap; what comes within half a second belongs to the same speech. */
  readonly lastMs: number
  readonly restMs: number
  /** By index, at most about a hundred. */
  readonly bands: readonly Band[]
  /** Gaps in a row of one length, and the time they took. */
  readonly run: readonly [index: number, count: number, ms: number]
}

/** Bands are a fourth of an octave wide, from half a second to 60 days. */
const bandsPerOctave = 4
const speechMs = 500
const gapMaxMs = 60 * dayMs
/** A gap is remembered for so many times its own length: of each length then counts the share of time. */
const memory = 32
/** A single gap, however long, makes others forget no more than so many of theirs: outages are single. */
const agedByMax = 2
const forgottenBelow = 0.05

/** So many gaps of a length, or longer ones, make it normal; one outage does not. */
const supportMin = 3
const restlessSupportMin = 1.9
const gapsMin = 8
/** Nothing is concluded before a whole day was heard; nothing of a device without a beat before a week. */
const beatAfterMs = dayMs
const restlessAfterMs = 7 * dayMs
/** A device keeps a beat when half of its time goes into gaps of one length, and hardly any into much longer ones. */
const beatShareMin = 0.5
const longerFactor = 4
const longerShareMax = 0.1
/** Messages get lost: so many in a row that a living device is called silent once in twenty years. */
const wrongPerYearMax = 0.05
const lostMin = 3
/** Two for what reports twice a day or less: a third would be days. */
const lostMinSlow = 2
const slowMs = 12 * hourMs
const lostMax = 20
const lossUnknown = 0.05
const jitterShare = 0.25
/** What was usual may become half as long again; without a beat three times as long. */
const usualFactor = 1.5
const restlessFactor = 3
/** A device that speaks when something happens may have a quiet day (zigbee2mqtt allows 25 h). */
const restlessMinMs = 25 * hourMs
const silenceMinMs = minuteMs
/** The next gap may be somewhat longer than the one before it, whatever was usual. */
const lastFactor = 1.5
/** So many equal gaps in a row, over a day and three of the longest known: it was set to a new interval. */
const runMin = 32
const runLongest = 3

export const emptyCadence: Cadence = {
  n: 0,
  atMs: 0,
  lastMs: 0,
  restMs: 0,
  bands: [],
  run: [0, 0, 0],
}

const indexOf = (gapMs: number): number => Math.round(Math.log2(gapMs / 1_000) * bandsPerOctave) + 0
const lengthOf = (index: number): number => 1_000 * 2 ** (index / bandsPerOctave)

/**
 * Takes in one more gap between two messages, by our clock. The caller leaves out gaps in which nobody
 * listened (our own pause, the bridge down) and messages that are no speech of the device (retained,
 * published anew). A burst teaches nothing, because it takes no time; an outage little, because it is rare.
 */
export function learnGap(cadence: Cadence, gapMs: number): Cadence {
  if (!(gapMs > 0)) return cadence
  const gap = Math.min(gapMaxMs, cadence.restMs + gapMs)
  if (gap < speechMs) return { ...cadence, restMs: gap }
  const index = indexOf(gap)
  const atMs = cadence.atMs + gap
  const run = runOn(cadence.run, index, gap)
  return {
    n: cadence.n + 1,
    atMs,
    lastMs: gap,
    restMs: 0,
    bands: unlearn(learnBand(cadence.bands, index, gap), run),
    run,
  }
}

function learnBand(bands: readonly Band[], index: number, gap: number): Band[] {
  const next: Band[] = []
  let placed = false
  for (const [known, count, meanMs] of bands) {
    const aged = Math.min(agedByMax, gap / lengthOf(known)) / memory
    const left = count * Math.exp(-aged)
    if (!placed && known >= index) {
      placed = true
      const same = known === index
      const mean = same ? meanMs + (gap - meanMs) / Math.min(left + 1, 8) : gap
      next.push([index, same ? left + 1 : 1, mean])
      if (same) continue
    }
    if (left >= forgottenBelow) next.push([known, left, meanMs])
  }
  if (!placed) next.push([index, 1, gap])
  return next
}

function runOn([index, count, ms]: Cadence['run'], now: number, gap: number): Cadence['run'] {
  return count > 0 && Math.abs(now - index) <= 1 ? [index, count + 1, ms + gap] : [now, 1, gap]
}

/** After a change of its interval the device is known by the new one: what was longer is forgotten. */
function unlearn(bands: Band[], [index, count, ms]: Cadence['run']): Band[] {
  if (count < runMin || ms < dayMs) return bands
  return bands.filter(([longer]) => longer <= index + 1 || ms < runLongest * lengthOf(longer))
}

/** Share of the time that was listened to, by band. */
const sharesOf = ({ bands, atMs }: Cadence): number[] =>
  bands.map(([index, count]) => {
    const lengthMs = lengthOf(index)
    return (count * lengthMs) / Math.min(atMs, memory * lengthMs)
  })

const isNear = (a: Band | undefined, b: Band): boolean =>
  a !== undefined && Math.abs(a[0] - b[0]) <= 1

/** The band of the beat, or null for a device that keeps none. */
function beatOf(cadence: Cadence): Band | null {
  const { bands } = cadence
  const shares = sharesOf(cadence)
  let best: Band | null = null
  let bestShare = 0
  for (const [position, band] of bands.entries()) {
    const before = isNear(bands[position - 1], band) ? (shares[position - 1] ?? 0) : 0
    const after = isNear(bands[position + 1], band) ? (shares[position + 1] ?? 0) : 0
    const around = before + (shares[position] ?? 0) + after
    if (around <= bestShare) continue
    best = band
    bestShare = around
  }
  if (best === null || bestShare < beatShareMin) return null
  const longest = longestOf(best[0])
  let longer = 0
  for (const [position, [index]] of bands.entries())
    if (index > longest) longer += shares[position] ?? 0
  return longer <= longerShareMax ? best : null
}

const longestOf = (beat: number): number => beat + Math.log2(longerFactor) * bandsPerOctave

/** The longest gap, of at most `indexMax`, that has come often enough to be normal. */
function usualMaxMs({ bands }: Cadence, indexMax: number, supportMin: number): number | null {
  let support = 0
  for (let position = bands.length - 1; position >= 0; position -= 1) {
    const [index, count, meanMs] = bands[position]!
    if (index > indexMax) continue
    support += count
    if (support >= supportMin) return meanMs
  }
  return null
}

/** How long silence is still normal, ms; null until that is known. A declared interval wins over it. */
export function expectedMaxMs(cadence: Cadence): number | null {
  if (cadence.n < gapsMin || cadence.atMs < beatAfterMs) return null
  const beat = beatOf(cadence)
  const allowed = beat === null ? restlessMs(cadence) : beatMs(cadence, beat)
  return allowed === null ? null : Math.round(Math.max(allowed, lastFactor * cadence.lastMs))
}

function beatMs(cadence: Cadence, [index, , meanMs]: Band): number {
  const usual = usualMaxMs(cadence, longestOf(index), supportMin) ?? 0
  const lost = lostInARow(cadence, index)
  return Math.max(silenceMinMs, usualFactor * usual, (lost + jitterShare) * meanMs)
}

/** How many reports in a row may be missing, by the share that has been missing of late. */
function lostInARow({ bands }: Cadence, index: number): number {
  const lengthMs = lengthOf(index)
  let missed = lossUnknown
  let heard = 1
  for (const [of, count] of bands) {
    const often = (count * lengthMs) / lengthOf(of)
    if (of > index + 2) missed += often
    else if (of >= index - 2) heard += often
  }
  const tolerated = (wrongPerYearMax * lengthMs) / (365 * dayMs)
  const lost = Math.ceil(Math.log(tolerated) / Math.log(Math.min(0.5, missed / heard)))
  return Math.min(lostMax, Math.max(lengthMs < slowMs * 0.9 ? lostMin : lostMinSlow, lost))
}

function restlessMs(cadence: Cadence): number | null {
  if (cadence.atMs < restlessAfterMs) return null
  const usual = usualMaxMs(cadence, Number.POSITIVE_INFINITY, restlessSupportMin)
  return usual === null ? null : Math.max(restlessMinMs, restlessFactor * usual)
}

/** The gap in which the device is found at any moment as likely as in a shorter one, ms; null before the first. */
export function typicalMs(cadence: Cadence): number | null {
  const shares = sharesOf(cadence)
  const half = shares.reduce((sum, share) => sum + share, 0) / 2
  let sum = 0
  for (const [position, [, , meanMs]] of cadence.bands.entries()) {
    sum += shares[position] ?? 0
    if (sum >= half) return Math.round(meanMs)
  }
  return null
}

/** Whether the device keeps a beat, so that its silence means something soon. */
export const keepsBeat = (cadence: Cadence): boolean =>
  cadence.n >= gapsMin && cadence.atMs >= beatAfterMs && beatOf(cadence) !== null
