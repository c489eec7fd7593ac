import './sla-clock.css'
import { useText } from '../text/use-text.ts'
import { type SlaInput, slaOf } from './sla-model.ts'

const roundPx = 2 * Math.PI * 6.4

/** Ring = what is left, words beside it. Under 2 h a countdown, else a clock time. */
export function SlaClock({ ticket, now }: { ticket: SlaInput; now: number }) {
  const { t, time } = useText()
  const sla = slaOf(ticket, now)
  if (sla === null || ticket.dueAt === null) return <span className="muted">{t('sla.none')}</span>
  const shownShare = sla.tone === 'late' ? 1 : sla.left
  const words = () => {
    if (sla.tone === 'paused') return t('sla.paused')
    if (sla.tone === 'late') return t('sla.late', { span: time.span(-sla.leftMs) })
    if (sla.leftMs < 2 * 3_600_000) return t('sla.left', { span: time.span(sla.leftMs) })
    return t('sla.by', { time: time.day(ticket.dueAt ?? now, now) })
  }
  return (
    <span className={`sla ${sla.tone}`}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.4" className="track" />
        {sla.tone === 'paused' ? (
          <path d="M6.5 5.5v5M9.5 5.5v5" className="bars" />
        ) : (
          <circle
            cx="8"
            cy="8"
            r="6.4"
            className="left"
            strokeDasharray={`${(roundPx * shownShare).toFixed(1)} 60`}
            transform="rotate(-90 8 8)"
          />
        )}
      </svg>
      <span>{words()}</span>
    </span>
  )
}
