import { Users } from 'lucide-react'
import { memo } from 'react'
import type { TicketSummary } from '../../../../contracts/ticket.ts'
import { SlaClock } from '../../look/sla-clock.tsx'
import { StageShape, stageColour } from '../../look/stage-shape.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { isSuspended, shapeOf, sourceOf } from './inbox-model.ts'
import { SourceMark } from './source-mark.tsx'

export interface TicketRowProps {
  readonly ticket: TicketSummary
  readonly now: number
  readonly selected: boolean
  /** Epoch ms when it was let in; 0 where it stood there first. */
  readonly arrivedAt: number
  readonly unitName: string | null
  readonly usually: string | null
  readonly onPick: (id: string) => void
  readonly onOpen: (id: string) => void
}

const freshMs = 60_000

/** One line of the inbox, 42 px: shape, number, what and where, source, stage, who, time left. */
export const TicketRow = memo(function TicketRow(props: TicketRowProps) {
  const { ticket, now, selected, arrivedAt } = props
  const { t, time, either } = useText()
  const shape = shapeOf(ticket)
  const fresh = arrivedAt > 0 && now - arrivedAt < freshMs
  const agoMs = now - arrivedAt
  const placeSaid = ticket.title.includes(ticket.place?.name ?? '')
  const className = `ticket-row${selected ? ' selected' : ''}${fresh ? ' arrived' : ''}`
  return (
    <div
      className={className}
      role="option"
      id={`row-${ticket.id}`}
      aria-selected={selected}
      data-ticket={ticket.id}
      onClick={() => props.onPick(ticket.id)}
      onDoubleClick={() => props.onOpen(ticket.id)}
    >
      <StateShape
        kind={shape}
        label={shape === 'cannot' ? t('care.cannot-tell') : t(`severity.${ticket.severity}`)}
      />
      <span className="number">{ticket.number}</span>
      <span className="what">
        <span className="title clip">{either(ticket.title, ticket.titleEn)}</span>
        {placeSaid || <span className="place clip">{ticket.place?.name}</span>}
        {ticket.counts.reporters > 1 && (
          <span className="extra">
            <Users size={14} strokeWidth={1.7} aria-hidden="true" />
            {t('tickets.reports', { n: ticket.counts.reporters })}
          </span>
        )}
        {ticket.counts.repeats > 0 && (
          <span className="extra">{t('tickets.repeats', { n: ticket.counts.repeats })}</span>
        )}
        {fresh && (
          <span className="just">
            {agoMs < 2_000 ? t('tickets.just') : t('tickets.just-ago', { span: time.span(agoMs) })}
          </span>
        )}
      </span>
      <span className="source">
        <SourceMark kind={sourceOf(ticket)} />
      </span>
      <StageWord ticket={ticket} />
      <span className="who clip">
        <Who {...props} />
      </span>
      <span className="time-left">
        <TimeLeft ticket={ticket} now={now} />
      </span>
    </div>
  )
})

export function StageWord({ ticket }: { ticket: TicketSummary }) {
  const { t } = useText()
  return (
    <span className="stage-word row" style={{ color: stageColour(ticket.status), gap: 6 }}>
      <StageShape status={ticket.status} />
      {ticket.flags.includes('returned') ? t('flag.returned') : t(`status.${ticket.status}`)}
    </span>
  )
}

function Who({ ticket, unitName, usually }: TicketRowProps) {
  const { t } = useText()
  const name = ticket.assignee?.name
  if (name !== undefined || unitName !== null) {
    return (
      <>
        {name} <span className={name === undefined ? '' : 'muted'}>{unitName}</span>
      </>
    )
  }
  return (
    <span className="muted">
      {usually === null ? t('tickets.unassigned') : t('tickets.usually', { unit: usually })}
    </span>
  )
}

/** A deadline while it runs; how long it took once it is over. */
export function TimeLeft({ ticket, now }: { ticket: TicketSummary; now: number }) {
  const { t, time } = useText()
  if (ticket.closedAt === null)
    return <SlaClock ticket={{ ...ticket, suspended: isSuspended(ticket) }} now={now} />
  return (
    <span className="row" style={{ gap: 5, color: 'var(--ok)' }}>
      <StageShape status="closed" sizePx={14} />
      {t('ticket.closed-in', { span: time.span(ticket.closedAt - ticket.createdAt) })}
    </span>
  )
}
