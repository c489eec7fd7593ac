import type { CareSettings } from '../../config/rules.ts'
import { hourMs, secondMs } from '../../contracts/clock.ts'
import { isMeter, type ReadSign } from './signs.ts'
import { runsByItself } from './meters.ts'
import type { Arrival, Rhythm, Sickness, Source } from './source.ts'

/** A sensor on a timer may miss a beat or two. */
const beatsMissedMax = 3
const sicknessesMax = 16
const jitterMs = 2 * secondMs

export const firstOf = (at: number, amount: number | null): Rhythm => ({
  at,
  gapMs: 0,
  count: 0,
  since: at,
  amount,
})

/** Goes on with the rhythm where the sign falls in with it, else begins another with the last two signs. */
export function beatOn(rhythm: Rhythm, sign: ReadSign, settings: CareSettings): Rhythm {
  const { machine } = settings
  const gap = sign.until - rhythm.at
  if (gap <= 0) return rhythm
  const begins: Rhythm = {
    at: sign.until,
    gapMs: gap,
    count: 1,
    since: rhythm.at,
    amount: sign.amount,
  }
  if (rhythm.count === 0) return begins
  const beats = Math.max(1, Math.round(gap / rhythm.gapMs))
  const slack = beats * Math.max(jitterMs, machine.tolerance * rhythm.gapMs)
  const regular = beats <= beatsMissedMax && Math.abs(gap - beats * rhythm.gapMs) <= slack
  if (!regular || !sameAmount(rhythm.amount, sign.amount, machine.amountTolerance)) return begins
  return { ...rhythm, at: sign.until, count: rhythm.count + 1 }
}

const sameAmount = (a: number | null, b: number | null, tolerance: number): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= tolerance * Math.max(a, b)

/** Whether nobody can be the cause of a rhythm: it is too even for too long. */
export function isMachine(
  rhythm: Rhythm,
  sign: ReadSign,
  source: Source,
  arrival: Arrival,
  settings: CareSettings,
): boolean {
  const { machine } = settings
  const forMs = rhythm.at - rhythm.since
  if (isMeter(sign.kind)) {
    // What falls into one reading after the other is use that goes on, not a timer.
    const sampleMs = arrival.gapMs ?? 0
    return (
      rhythm.count >= machine.meterCount &&
      forMs >= machine.meterForMs &&
      rhythm.gapMs >= 3 * sampleMs
    )
  }
  const own = source.intervalMs
  const reports = own !== null && Math.abs(rhythm.gapMs - own) <= Math.max(jitterMs, own / 10)
  return rhythm.count >= machine.count && forMs >= (reports ? machine.stuckMs : machine.forMs)
}

/** Changes of a contact in the running hour; more than a hand makes are no hand's. */
function flaps(source: Source, sign: ReadSign, settings: CareSettings): number | null {
  if (sign.kind !== 'door') return null
  const { flap } = source
  if (flap === null || sign.until - flap.from >= hourMs || sign.until < flap.from)
    source.flap = { from: sign.until, count: 1 }
  else source.flap = { from: flap.from, count: flap.count + 1 }
  return source.flap.count > settings.machine.flapsPerHour ? source.flap.from : null
}

export const sicknessOf = (source: Source): Sickness | null => {
  const last = source.sick.at(-1)
  return last === undefined || last.until !== null ? null : last
}

const whyOf = (flapsSince: number | null, runs: number | null): Sickness['why'] => {
  if (flapsSince !== null) return 'flapping'
  return runs === null ? 'machine' : 'running'
}

/**
 * Listens to a sign for what makes it: life, or a device. Gives the time from which on the signs of this
 * source were none, when that has come out just now; `null` while it is life.
 */
export function listen(
  source: Source,
  reading: string,
  sign: ReadSign,
  arrival: Arrival,
  settings: CareSettings,
): { readonly life: boolean; readonly foundSince: number | null } {
  const before = source.rhythms.get(reading)
  const rhythm =
    before === undefined ? firstOf(sign.until, sign.amount) : beatOn(before, sign, settings)
  source.rhythms.set(reading, rhythm)
  const flapsSince = flaps(source, sign, settings)
  const runs = runsByItself(source, sign, settings.machine.runForMs)
  const machine = runs !== null || isMachine(rhythm, sign, source, arrival, settings)
  const sick = sicknessOf(source)
  if (!machine && flapsSince === null) {
    if (sick === null) return { life: true, foundSince: null }
    // A contact is trusted again after an hour without flapping; a timer once its rhythm is broken.
    if (sick.why === 'flapping' && (source.flap?.from ?? 0) <= sick.since)
      return { life: false, foundSince: null }
    // Use that goes on has ended with the reading before this draw.
    sick.until = sick.why === 'running' ? sign.since : rhythm.since
    return { life: true, foundSince: null }
  }
  if (sick !== null) return { life: false, foundSince: null }
  const since = flapsSince ?? runs ?? rhythm.since
  source.sick = [
    ...source.sick,
    {
      since,
      until: null,
      why: whyOf(flapsSince, runs),
      everyMs: rhythm.gapMs,
    },
  ].slice(-sicknessesMax)
  return { life: false, foundSince: since }
}
