import type { Reading } from '../model/input.ts'

/** Without `seq`, a clock that is set back by more than this is recognised as such, not as disorder. */
const stepMs = 60_000

/** By time; where the device counts, a message with a higher number is newer whatever its clock says. */
export function isNewer(
  last: { readonly ts: number; readonly seq: number | null },
  reading: Reading,
  steady: boolean,
): boolean {
  if (reading.ts > last.ts) return true
  if (reading.seq !== null && last.seq !== null) return reading.seq > last.seq
  return steady && last.ts - reading.ts > stepMs
}
