import type { Ticket } from '../../../../contracts/ticket.ts'
import { slaOf } from '../../look/sla-model.ts'
import { useText } from '../../text/use-text.ts'
import { isSuspended } from '../tickets/inbox-model.ts'
import { TimeLeft } from '../tickets/ticket-row.tsx'
import { actionsOf } from './action-model.ts'

const roundPx = 2 * Math.PI * 24
const ringOf = {
  calm: 'var(--ink-3)',
  warn: 'var(--major)',
  hot: 'var(--critical)',
  late: 'var(--critical)',
  paused: 'var(--offline)',
} as const

/** The one large thing of the page: how long is left, and for what. */
export function DuePanel({ ticket, now }: { ticket: Ticket; now: number }) {
  const { t, time } = useText()
  const sla = slaOf({ ...ticket, suspended: isSuspended(ticket) }, now)
  if (ticket.closedAt !== null || sla === null || ticket.dueAt === null) {
    return (
      <div className="due">
        <span className="second s13 grow">{t('ticket.due')}</span>
        <TimeLeft ticket={ticket} now={now} />
      </div>
    )
  }
  const { primary } = actionsOf(ticket)
  const word = sla.tone === 'late' ? 'sla.late' : 'sla.left'
  return (
    <div className="due">
      <div className="grow">
        <div className="second s13">
          {t('ticket.must-by', {
            time: time.day(ticket.dueAt, now),
            act: primary === null ? t('act.close') : t(`act.${primary}`),
          })}
        </div>
        <div
          className="large"
          style={{ color: sla.tone === 'calm' ? 'inherit' : ringOf[sla.tone] }}
        >
          {sla.tone === 'paused'
            ? t('sla.paused')
            : t(word, { span: time.span(Math.abs(sla.leftMs)) })}
        </div>
      </div>
      <svg width="60" height="60" viewBox="0 0 60 60" aria-hidden="true">
        <circle cx="30" cy="30" r="24" fill="none" stroke="#E7EAEF" strokeWidth="7" />
        <circle
          cx="30"
          cy="30"
          r="24"
          fill="none"
          stroke={ringOf[sla.tone]}
          strokeWidth="7"
          strokeDasharray={`${(roundPx * (sla.tone === 'late' ? 1 : sla.left)).toFixed(1)} 200`}
          transform="rotate(-90 30 30)"
        />
      </svg>
    </div>
  )
}
