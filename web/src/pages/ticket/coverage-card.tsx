import type { Evidence } from '../../../../contracts/anomaly.ts'
import type { Ticket } from '../../../../contracts/ticket.ts'
import { useText } from '../../text/use-text.ts'
import { CoverageLanes } from './coverage-lanes.tsx'

const axisMs = 36 * 3_600_000

type CoverageEvidence = Extract<Evidence, { kind: 'coverage' }>

/** The account on which a care ticket rests: who looked, when, and the last sign of life. */
export function CoverageCard({ ticket, now }: { ticket: Ticket; now: number }) {
  const { t, time } = useText()
  const evidence = ticket.evidence.findLast(
    (item): item is CoverageEvidence => item.kind === 'coverage',
  )
  if (evidence === undefined) return null
  const { to } = evidence
  const wholeMs = Math.max(1, to - evidence.from)
  const seenAt = evidence.sources.flatMap((source) => source.evidenceAt).filter((at) => at <= to)
  const lastAt = seenAt.length === 0 ? null : Math.max(...seenAt)
  const covered = {
    whole: time.span(wholeMs),
    covered: time.span(evidence.coveredMs),
    percent: Math.round((evidence.coveredMs / wholeMs) * 100),
  }
  return (
    <div className="card" style={{ padding: '14px 18px 12px' }}>
      <div className="row wrap" style={{ alignItems: 'baseline', gap: '2px 14px' }}>
        <h3>{t('ticket.last-seen')}</h3>
        <b style={{ fontSize: 18 }}>
          {lastAt === null ? t('ticket.never-seen') : time.day(lastAt, now)}
        </b>
        <span className="grow" />
        <span className="second s13">{t('ticket.covered', covered)}</span>
      </div>
      <CoverageLanes
        fromMs={to - axisMs}
        toMs={to}
        end={t('ticket.at-decision')}
        lanes={evidence.sources}
        place={ticket.place?.name ?? null}
        lastAt={lastAt}
        tone={ticket.anomaly?.type === 'resident.cannot-tell' ? 'cannot' : 'unseen-over'}
        known={[Math.max(evidence.from, to - axisMs), to]}
        now={now}
      />
    </div>
  )
}
