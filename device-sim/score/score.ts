import type { AnomalyType } from '../../contracts/anomaly.ts'

/** One anomaly of the truth list. Offsets count from the start of the play. */
export interface StagedAnomaly {
  readonly id: string
  readonly type: AnomalyType
  /** Id of the device, camera or resident that the ticket must be about. */
  readonly about: string
  /** When its cause is played, ms; negative where it lies in the history that was sent before. */
  readonly stagedOffsetMs: number
  /** How long the shipped rule demands that the condition lasts, ms: no part of the delay. */
  readonly ruleDelayMs: number
}

/** A ticket as seen from outside. */
export interface SeenTicket {
  readonly id: string
  readonly number: string
  readonly title: string
  readonly type: AnomalyType | null
  /** Ids that the ticket names: its subject and its source device. */
  readonly about: readonly string[]
  /** When we first saw it, epoch ms by our clock. */
  readonly seenAt: number
}

export interface Score {
  readonly expected: number
  readonly found: number
  readonly missed: readonly string[]
  readonly false: readonly string[]
  readonly delayMs: { readonly p50: number; readonly p95: number }
}

/** Clocks and timers are not exact; a ticket that comes earlier than this before its time is wrong. */
const earlyToleranceMs = 1_000

/**
 * Compares the tickets of a run with its truth list. Each staged anomaly takes the first ticket of its
 * type about its device or person that did not come before its time; every other ticket is false. The
 * delay is what passes between staged time plus rule delay and the moment the ticket could be seen.
 */
export function scoreRun(
  truth: readonly StagedAnomaly[],
  tickets: readonly SeenTicket[],
  startedAt: number,
): Score {
  const left = [...tickets].sort((a, b) => a.seenAt - b.seenAt)
  const missed: string[] = []
  const delays: number[] = []
  for (const staged of truth) {
    const due = startedAt + staged.stagedOffsetMs + staged.ruleDelayMs
    const at = left.findIndex(
      (ticket) =>
        ticket.type === staged.type &&
        ticket.about.includes(staged.about) &&
        ticket.seenAt >= due - earlyToleranceMs,
    )
    const [ticket] = at === -1 ? [] : left.splice(at, 1)
    if (ticket === undefined) missed.push(`${staged.type} ${staged.about}`)
    else delays.push(Math.max(0, ticket.seenAt - due))
  }
  return {
    expected: truth.length,
    found: delays.length,
    missed,
    false: left.map((ticket) => describeTicket(ticket, startedAt)),
    delayMs: { p50: percentile(delays, 0.5), p95: percentile(delays, 0.95) },
  }
}

const describeTicket = (ticket: SeenTicket, startedAt: number): string =>
  `${ticket.type ?? 'no anomaly'} ${ticket.about.join('/')} at ${((ticket.seenAt - startedAt) / 1_000).toFixed(1)} s: ${ticket.title} (${ticket.number})`

/** Nearest rank; 0 for no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
