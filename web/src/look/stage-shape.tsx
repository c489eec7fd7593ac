import type { TicketStatus } from '../../../contracts/ticket.ts'

/** How far a ticket is, as the filled part of a ring; null draws the dashed ring of what waits. */
const filled: Record<TicketStatus, number | null> = {
  received: null,
  filed: null,
  dispatched: 0.25,
  accepted: 0.5,
  handling: 0.68,
  handled: 0.92,
  verified: 1,
  closed: 1,
  rejected: 0,
  withdrawn: 0,
}
const pieRoundPx = 2 * Math.PI * 2.25

export function StageShape({ status, sizePx = 16 }: { status: TicketStatus; sizePx?: number }) {
  const share = filled[status]
  const done = status === 'closed' || status === 'verified'
  const cut = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6 } as const
  return (
    <svg
      width={sizePx}
      height={sizePx}
      viewBox="0 0 18 18"
      className="stage"
      style={{ flex: 'none' }}
      aria-hidden="true"
    >
      {done ? (
        <>
          <circle cx="9" cy="9" r="7.8" fill="currentColor" />
          <path
            d="m5.7 9.2 2.3 2.3 4.3-4.7"
            fill="none"
            stroke="#fff"
            strokeWidth="1.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      ) : (
        <circle
          cx="9"
          cy="9"
          r="7"
          {...cut}
          strokeDasharray={share === null ? '2.6 1.8' : 'none'}
        />
      )}
      {!done && share !== null && share > 0 && (
        <circle
          cx="9"
          cy="9"
          r="2.25"
          fill="none"
          stroke="currentColor"
          strokeWidth="4.5"
          strokeDasharray={`${(pieRoundPx * share).toFixed(2)} 20`}
          transform="rotate(-90 9 9)"
        />
      )}
      {share === 0 && <path d="m6.4 6.4 5.2 5.2m0-5.2-5.2 5.2" {...cut} strokeLinecap="round" />}
    </svg>
  )
}

/** Waiting is grey, work is brand, what waits for a second person or is done is green. */
export function stageColour(status: TicketStatus): string {
  if (status === 'handled' || status === 'verified' || status === 'closed') return 'var(--ok)'
  if (status === 'accepted' || status === 'handling') return 'var(--brand)'
  return 'var(--ink-3)'
}
