import Button from 'antd/es/button'
import { MapPin } from 'lucide-react'
import type { TicketSummary } from '../../../../contracts/ticket.ts'
import { useTicket } from '../../data/queries.ts'
import { Failed, Loading } from '../../shell/notices.tsx'
import { useText } from '../../text/use-text.ts'
import { ActionCard } from '../ticket/action-card.tsx'
import { EvidenceFigure } from '../ticket/evidence-figure.tsx'
import { TicketChips } from '../ticket/ticket-chips.tsx'
import { Timeline } from '../ticket/timeline.tsx'
import type { Acting } from '../ticket/use-acting.tsx'
import { WhyTicket } from '../ticket/why-ticket.tsx'
import { TimeLeft } from './ticket-row.tsx'

interface DetailPaneProps {
  readonly ticket: TicketSummary | null
  readonly now: number
  readonly acting: Acting
  readonly onOpen: (id: string) => void
}

const timelineMax = 5

/** The picked ticket beside the list: picture, why, what to do, what happened. */
export function DetailPane({ ticket, now, acting, onOpen }: DetailPaneProps) {
  const { t, time, either } = useText()
  const full = useTicket(ticket?.id ?? null)
  if (ticket === null) {
    return (
      <aside className="preview">
        <div className="notice">
          <p>{t('tickets.pick')}</p>
        </div>
      </aside>
    )
  }
  const detail = full.data
  return (
    <aside className="preview" aria-label={ticket.number}>
      <div className="ticket-part" style={{ paddingTop: 18 }}>
        <div className="row s13">
          <span className="muted">{ticket.number}</span>
          <TicketChips ticket={ticket} />
          <span className="grow" />
          <TimeLeft ticket={ticket} now={now} />
        </div>
        <h2 className="ticket-title">{either(ticket.title, ticket.titleEn)}</h2>
        <div className="second row" style={{ gap: 6 }}>
          {ticket.place !== null && <MapPin size={16} strokeWidth={1.7} aria-hidden="true" />}
          {ticket.place?.name}
          <span className="muted">
            {ticket.place !== null && '· '}
            {ticket.source.device !== null && `${ticket.source.device} · `}
            {t('ticket.since', {
              time: time.day(ticket.anomaly?.raisedAt ?? ticket.createdAt, now),
            })}
          </span>
        </div>
      </div>
      {full.isPending && <Loading />}
      {full.isError && <Failed error={full.error} retry={full.refetch} />}
      {detail !== undefined && (
        <>
          <EvidenceFigure ticket={detail} now={now} />
          <WhyTicket ticket={detail} now={now} />
          <ActionCard ticket={detail} acting={acting} keyed />
          <div className="ticket-part ruled">
            <div className="row">
              <h3 className="grow">{t('ticket.timeline')}</h3>
              <Button size="small" type="link" onClick={() => onOpen(ticket.id)}>
                {t('ticket.timeline-all', { n: detail.timeline.length })}
              </Button>
            </div>
            <Timeline entries={detail.timeline} now={now} max={timelineMax} />
          </div>
        </>
      )}
    </aside>
  )
}
