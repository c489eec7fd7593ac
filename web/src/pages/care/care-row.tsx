import type { CareItem } from '../../../../contracts/care.ts'
import type { TicketSummary } from '../../../../contracts/ticket.ts'
import { CoverageBar, CoverageLines, toneOfCare } from '../../look/coverage-bar.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { shapeOfCare } from './care-model.ts'
import { EvidenceIcon, useEvidenceWord } from './evidence-mark.tsx'

interface CareRowProps {
  readonly item: CareItem
  readonly ticket: TicketSummary | null
  readonly now: number
  readonly onPick: () => void
}

const axisMs = 24 * 3_600_000

/** One person, 62 px: state, last sign of life, the bar, hours watched, who follows up. */
export function CareRow({ item, ticket, now, onPick }: CareRowProps) {
  const { t, time } = useText()
  const fromMs = now - axisMs
  const last = item.lastEvidence
  const windowHours = item.windowMs / 3_600_000
  const words = t('care.alternative', {
    hours: item.coveredHours.toFixed(1),
    last: last === null ? t('care.never') : time.day(last.ts, now),
  })
  return (
    <button
      type="button"
      className={`care-row ${item.state}`}
      data-resident={item.resident.id}
      onClick={onPick}
    >
      <span className="row" style={{ gap: 10, minWidth: 0 }}>
        <StateShape kind={shapeOfCare[item.state]} sizePx={20} />
        <span style={{ minWidth: 0, display: 'grid' }}>
          <span className="clip">
            <b>{item.resident.name}</b> <span className="muted s13">{t(`care.${item.state}`)}</span>
          </span>
          <span className="muted s12 clip">{item.place}</span>
        </span>
      </span>
      <LastSeen item={item} now={now} />
      <span className="bar">
        <CoverageLines fromMs={fromMs} toMs={now} />
        <CoverageBar
          account={{
            fromMs,
            toMs: now,
            covered: item.coverage,
            away: item.away,
            evidenceAt: item.evidenceAt,
            lastAt: last?.ts ?? null,
          }}
          tone={toneOfCare[item.state]}
          label={words}
        />
      </span>
      <span className={item.state === 'cannot-tell' ? 'covered cannot' : 'covered'}>
        {item.state === 'away' ? (
          <span className="muted">{t('care.not-counted')}</span>
        ) : (
          <>
            <b>{item.coveredHours.toFixed(1)}</b>
            <span className="muted s12 nowrap">
              {' '}
              / {Number(windowHours.toFixed(2))} {t('care.hours')}
            </span>
          </>
        )}
      </span>
      <span className="follow s13 muted">
        <Follow item={item} ticket={ticket} now={now} />
      </span>
    </button>
  )
}

function LastSeen({ item, now }: { item: CareItem; now: number }) {
  const { t, time } = useText()
  const word = useEvidenceWord()
  const last = item.lastEvidence
  if (last === null) return <span className="last s13 muted">{t('care.never')}</span>
  return (
    <span className="last nowrap">
      <span className="row s13" style={{ gap: 6 }}>
        <EvidenceIcon what={last.what} />
        <span className="clip">
          {t('care.seen-at', { time: time.day(last.ts, now), what: word(last.what) })}
        </span>
      </span>
      <span
        className={`s12 ${item.state === 'unseen' ? 'late' : 'muted'}`}
        style={{ paddingLeft: 21 }}
      >
        {t('care.ago', { span: time.span(now - last.ts) })}
      </span>
    </span>
  )
}

function Follow({ item, ticket, now }: Omit<CareRowProps, 'onPick'>) {
  const { t, time } = useText()
  if (ticket !== null) {
    return (
      <span className="second">
        {t('care.follow-ticket', {
          status: t(`status.${ticket.status}`),
          who: ticket.assignee?.name ?? t('tickets.unassigned'),
        })}
      </span>
    )
  }
  if (item.state === 'unseen' || item.state === 'cannot-tell') return t('care.follow-none')
  if (item.state === 'watch' && item.deadline !== null)
    return t('care.decide-in', { span: time.span(item.deadline - now) })
  return null
}
