import type { CareDesk } from './care-desk.ts'
import type { Home } from './home.ts'
import { isMeter, type ReadSign } from './signs.ts'
import type { Source } from './source.ts'

/**
 * Use that goes on from one reading to the next, since when; one reading without ends it. A cistern that
 * runs, or air conditioning, is in every reading for hours; nobody draws water for so long.
 */
export function runSince(source: Source, sign: ReadSign): number {
  const { run } = source
  const goesOn = run !== null && sign.since <= run.until + 1 && sign.until >= run.until
  source.run = { since: goesOn ? run.since : sign.since, until: sign.until }
  return source.run.since
}

/**
 * What a meter's sign is worth by itself. Water counts unless it runs. Heaters and air conditioning run without
 * anybody, so power counts only in company: another kind of sensor felt somebody shortly before or
 * meanwhile. Where the home has nothing else, it puts the deadline off `once` at most.
 */
export type MeterWorth = 'counts' | 'once' | 'nothing'

export function meterWorth(desk: CareDesk, home: Home, sign: ReadSign): MeterWorth {
  if (sign.kind !== 'power') return 'counts'
  const from = sign.since - desk.settings.powerCompanyMs
  const sources = desk.sourcesOf(home.id).map(({ source }) => source)
  const felt = (signs: readonly number[]): boolean =>
    signs.some((at) => at >= from && at <= sign.until)
  const inCompany =
    sources.some(({ lastWhat, signs }) => isFelt(lastWhat) && felt(signs)) ||
    desk.watchedIn(home.id).some(({ signs }) => felt(signs))
  if (inCompany) return 'counts'
  return sources.every(isPowerOnly) ? 'once' : 'nothing'
}

const isFelt = (what: string | null): boolean =>
  what === 'door' || what === 'motion' || what === 'sos'

/** It has never told of anything but power, by which nobody is seen. */
export const isPowerOnly = ({ able }: Source): boolean =>
  [...able].every((name) => name === 'powerMeter')

export const runsByItself = (source: Source, sign: ReadSign, forMs: number): number | null => {
  if (!isMeter(sign.kind)) return null
  const since = runSince(source, sign)
  return sign.until - since >= forMs ? since : null
}
