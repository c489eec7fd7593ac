import './ticket.css'
import Button from 'antd/es/button'
import type { Ticket, TicketAction } from '../../../../contracts/ticket.ts'
import { useText } from '../../text/use-text.ts'
import { actionsOf } from './action-model.ts'
import type { Acting } from './use-acting.tsx'
import { useUnitNames, useUsualUnits } from './use-names.ts'

interface ActionButtonsProps {
  readonly ticket: Ticket
  readonly acting: Acting
  /** Show the keys beside the words. */
  readonly keyed?: boolean
}

const keyOf: Partial<Readonly<Record<TicketAction, string>>> = {
  dispatch: 'D',
  return: 'R',
  verify: 'V',
}

/** What the server allows this person now: one primary button, the rest quiet. */
export function ActionButtons({ ticket, acting, keyed = false }: ActionButtonsProps) {
  const { t } = useText()
  const { primary, others } = actionsOf(ticket)
  const button = (action: TicketAction, main: boolean) => (
    <Button
      key={action}
      type={main ? 'primary' : 'default'}
      loading={main && acting.busy}
      disabled={acting.busy}
      data-action={action}
      onClick={() => acting.start(ticket, action)}
    >
      {t(`act.${action}`)} {keyed && keyOf[action] !== undefined && <kbd>{keyOf[action]}</kbd>}
    </Button>
  )
  return (
    <>
      {others.map((action) => button(action, false))}
      {primary !== null && button(primary, true)}
    </>
  )
}

/** Whom it is with, or whom it should go to, and the buttons. */
export function ActionCard({ ticket, acting, keyed = false }: ActionButtonsProps) {
  const { t } = useText()
  const unitName = useUnitNames()(ticket.unit)
  const usually = useUsualUnits()(ticket.category)
  const who = [ticket.assignee?.name, unitName].filter((part) => part != null).join(' · ')
  const suggested = usually === null ? '' : t('tickets.usually', { unit: usually })
  const { primary, others } = actionsOf(ticket)
  return (
    <div className="ticket-part">
      <div className="action-card">
        <div className="row" style={{ gap: 12 }}>
          <span className="avatar large">{(who === '' ? (usually ?? '?') : who).slice(0, 1)}</span>
          <div className="grow">
            <b>{who === '' ? t('tickets.unassigned') : who}</b>
            <div className="second s13">
              {who === '' ? suggested : t(`status.${ticket.status}`)}
              {primary === null && others.length === 0 && t('ticket.no-act')}
            </div>
          </div>
        </div>
        <div className="row wrap buttons">
          <ActionButtons ticket={ticket} acting={acting} keyed={keyed} />
        </div>
      </div>
    </div>
  )
}
