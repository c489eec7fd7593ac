import Button from 'antd/es/button'
import { Shield } from 'lucide-react'
import { useNavigate } from 'react-router'
import type { CareItem } from '../../../../contracts/care.ts'
import type { TicketSummary } from '../../../../contracts/ticket.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { figure } from '../../text/format.ts'
import { useText } from '../../text/use-text.ts'
import { nameOf, shapeOfCare, ticketAbout } from './care-model.ts'

interface TodoListProps {
  readonly items: readonly CareItem[]
  readonly tickets: readonly TicketSummary[]
  readonly now: number
}

const shownMax = 6

/** Whom somebody must go and see now; in both cases, unseen and cannot tell, a person is sent. */
export function TodoList({ items, tickets, now }: TodoListProps) {
  const { t, time } = useText()
  const go = useNavigate()
  const needy = items.filter((item) => item.state === 'unseen' || item.state === 'cannot-tell')
  const words = (item: CareItem) => {
    if (item.state === 'cannot-tell')
      return t('care.todo-cannot', {
        name: nameOf(item),
        hours: figure(Math.round(item.coveredHours * 10) / 10),
      })
    const since = item.lastEvidence?.ts ?? now - item.windowMs
    return t('care.todo-unseen', { name: nameOf(item), span: time.span(now - since) })
  }
  return (
    <aside>
      <h3>{t('care.todo')}</h3>
      {needy.length === 0 && <span className="second s13">{t('care.todo-none')}</span>}
      {needy.slice(0, shownMax).map((item, index) => {
        const ticket = ticketAbout(item, tickets)
        const who = ticket?.assignee?.name
        return (
          <div key={item.resident.id} className="todo">
            <div className="row" style={{ alignItems: 'flex-start' }}>
              <span style={{ marginTop: 2 }}>
                <StateShape kind={shapeOfCare[item.state]} sizePx={18} />
              </span>
              <b>{words(item)}</b>
            </div>
            <p>
              {item.place}
              {item.place !== null && ' · '}
              {who === undefined ? t('care.todo-send') : t('care.todo-sent', { who })}
            </p>
            {ticket !== null && (
              <Button
                type={index === 0 ? 'primary' : 'default'}
                onClick={() => void go(`/tickets/${encodeURIComponent(ticket.id)}`)}
              >
                {t('care.todo-open')}
              </Button>
            )}
          </div>
        )
      })}
      <div className="row muted s12 privacy">
        <Shield size={15} strokeWidth={1.7} aria-hidden="true" style={{ flex: 'none' }} />
        {t('care.privacy')}
      </div>
    </aside>
  )
}
