import type { BroadcastPriority } from '../../contracts/http/broadcast.ts'

/** What is heard now. */
export interface Sounding {
  readonly broadcast: string
  readonly priority: BroadcastPriority
  readonly endsAt: number
}

/** The greater one is heard. */
const weight: Readonly<Record<BroadcastPriority, number>> = { emergency: 3, notice: 2, music: 1 }

/**
 * Whether something new may be heard now: an emergency ends everything, a notice ends music, and who must wait is
 * told `busy` and comes again. Among equals only an emergency or music makes way for a newer one.
 */
export function mayBegin(
  now: number,
  sounding: Sounding | null,
  wanted: Pick<Sounding, 'broadcast' | 'priority'>,
): boolean {
  if (sounding === null || now >= sounding.endsAt) return true
  if (sounding.broadcast === wanted.broadcast) return true
  if (weight[wanted.priority] !== weight[sounding.priority])
    return weight[wanted.priority] > weight[sounding.priority]
  return wanted.priority !== 'notice'
}
