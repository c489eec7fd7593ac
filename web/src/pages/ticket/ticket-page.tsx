import './ticket.css'
import './ticket-page.css'
import { ChevronLeft, MapPin } from 'lucide-react'
import { Link, useNavigate, useParams } from 'react-router'
import type { Ticket } from '../../../../contracts/ticket.ts'
import { useTicket, useTickets } from '../../data/queries.ts'
import { useLadder } from '../../data/use-person.ts'
import { useNow } from '../../data/use-now.ts'
import { Failed, Loading } from '../../shell/notices.tsx'
import { useKeys } from '../../shell/use-keys.ts'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { LadderPanel } from '../care/ladder-panel.tsx'
import { groupTickets, openFilter, sourceOf } from '../tickets/inbox-model.ts'
import { SourceMark } from '../tickets/source-mark.tsx'
import { ActionButtons } from './action-card.tsx'
import { CommentBox } from './comment-box.tsx'
import { CoverageCard } from './coverage-card.tsx'
import { DuePanel } from './due-panel.tsx'
import { ClipCard } from './clip-card.tsx'
import { EvidenceFigure, framesOf } from './evidence-figure.tsx'
import { ReceiptsPanel } from './receipts-panel.tsx'
import { StatusSteps } from './status-steps.tsx'
import { TicketChips } from './ticket-chips.tsx'
import { Timeline } from './timeline.tsx'
import { type Acting, useActing } from './use-acting.tsx'
import { useUnitNames } from './use-names.ts'
import { WhyTicket } from './why-ticket.tsx'

export default function TicketPage() {
  const { id = '' } = useParams()
  const ticket = useTicket(id)
  if (ticket.isPending) return <Loading rows={10} />
  if (ticket.data === undefined) return <Failed error={ticket.error} retry={ticket.refetch} />
  return <TicketView key={id} ticket={ticket.data} />
}

function TicketView({ ticket }: { ticket: Ticket }) {
  const { t, time } = useText()
  const now = useNow(5_000)
  const acting = useActing()
  const ladder = useLadder(ticket.id, ticket.anomaly !== null)
  const unitName = useUnitNames()(ticket.unit)
  useTitle(ticket.number)
  useTicketKeys(ticket, acting, now)
  const who = [ticket.assignee?.name, unitName].filter((part) => part != null).join(' · ')
  return (
    <div className="ticket-page">
      <section>
        <Head ticket={ticket} acting={acting} now={now} />
        <StatusSteps ticket={ticket} />
        <CoverageCard ticket={ticket} now={now} />
        <div className="cards">
          {framesOf(ticket).length > 0 && (
            <div className="card" style={{ overflow: 'hidden' }}>
              <div className="card-head row">
                <h3>{t('ticket.evidence')}</h3>
              </div>
              <EvidenceFigure ticket={ticket} now={now} bare />
            </div>
          )}
          <ClipCard ticket={ticket} />
          <div className="card" style={{ padding: '12px 16px' }}>
            <WhyTicket ticket={ticket} now={now} bare />
          </div>
        </div>
      </section>
      <aside>
        <DuePanel ticket={ticket} now={now} />
        <div>
          <h3>{t('ticket.who')}</h3>
          <span className="second">{who === '' ? t('tickets.unassigned') : who}</span>
          {ticket.anomaly?.clearedAt != null && (
            <div className="s13" style={{ color: 'var(--ok)' }}>
              {t('ticket.cleared')} · {time.day(ticket.anomaly.clearedAt, now)}
            </div>
          )}
        </div>
        {ladder.data != null && <LadderPanel ladder={ladder.data} now={now} />}
        <ReceiptsPanel ticket={ticket.id} now={now} />
        <div>
          <h3>{t('ticket.timeline')}</h3>
          <Timeline entries={ticket.timeline} now={now} />
        </div>
        <CommentBox ticket={ticket} acting={acting} />
      </aside>
      {acting.dialog}
    </div>
  )
}

function Head({ ticket, acting, now }: { ticket: Ticket; acting: Acting; now: number }) {
  const { t, time, either } = useText()
  return (
    <div>
      <div className="row wrap s13">
        <Link to="/tickets" className="muted row" style={{ gap: 4 }}>
          <ChevronLeft size={15} strokeWidth={1.7} aria-hidden="true" />
          {t('nav.tickets')}
        </Link>
        <span className="muted">{ticket.number}</span>
        <TicketChips ticket={ticket} />
        <span className="chip">
          <SourceMark kind={sourceOf(ticket)} sizePx={14} />
        </span>
        <span className="grow" />
        <span className="muted nowrap key-hint">
          {t('ticket.last')} <kbd>K</kbd> {t('ticket.next')} <kbd>J</kbd>
        </span>
      </div>
      <div className="row wrap" style={{ gap: 10, marginTop: 8 }}>
        <h2>{either(ticket.title, ticket.titleEn)}</h2>
        <span className="grow" />
        <div className="row wrap acts">
          <ActionButtons ticket={ticket} acting={acting} keyed />
        </div>
      </div>
      <div className="second row wrap" style={{ gap: 6, marginTop: 2 }}>
        {ticket.place !== null && <MapPin size={16} strokeWidth={1.7} aria-hidden="true" />}
        {ticket.place?.name}
        <span className="muted">
          {ticket.place !== null && '· '}
          {ticket.source.device !== null && `${ticket.source.device} · `}
          {t('ticket.since', { time: time.day(ticket.anomaly?.raisedAt ?? ticket.createdAt, now) })}
        </span>
      </div>
    </div>
  )
}

/** J and K walk the open tickets in the order of the inbox. */
function useTicketKeys(ticket: Ticket, acting: Acting, now: number): void {
  const go = useNavigate()
  const open = useTickets(openFilter).data?.items ?? []
  const order = groupTickets(open, now).flatMap((group) => group.tickets)
  const at = order.findIndex((other) => other.id === ticket.id)
  const to = (index: number) => () => {
    const next = order[index]
    if (next !== undefined) void go(`/tickets/${encodeURIComponent(next.id)}`)
  }
  const act = (action: 'dispatch' | 'return' | 'verify') => () => {
    if (ticket.allowed.includes(action)) acting.start(ticket, action)
  }
  useKeys({
    j: to(at + 1),
    k: to(at - 1),
    d: act('dispatch'),
    r: act('return'),
    v: act('verify'),
    Escape: () => void go('/tickets'),
  })
}
