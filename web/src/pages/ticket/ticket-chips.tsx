import type { TicketSummary } from '../../../../contracts/ticket.ts'
import { StageShape } from '../../look/stage-shape.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { shapeOf } from '../tickets/inbox-model.ts'

const working = new Set(['accepted', 'handling'])
const settled = new Set(['handled', 'verified', 'closed'])

export function TicketChips({ ticket }: { ticket: TicketSummary }) {
  const { t } = useText()
  const shape = shapeOf(ticket)
  const stage = working.has(ticket.status) ? 'brand' : settled.has(ticket.status) ? 'ok' : ''
  return (
    <>
      <span className={`chip ${shape}`}>
        <StateShape kind={shape} sizePx={14} />
        {shape === 'cannot' ? t('care.cannot-tell') : t(`severity.${ticket.severity}`)}
      </span>
      <span className={`chip ${stage}`} data-status={ticket.status}>
        <StageShape status={ticket.status} sizePx={14} />
        {t(`status.${ticket.status}`)}
      </span>
      {ticket.flags.map((flag) => (
        <span key={flag} className="chip">
          {t(`flag.${flag}`)}
        </span>
      ))}
    </>
  )
}
