import type { Ticket } from '../../../../contracts/ticket.ts'
import { useText } from '../../text/use-text.ts'
import { stepsOf } from './step-model.ts'

export function StatusSteps({ ticket }: { ticket: Ticket }) {
  const { t, time } = useText()
  return (
    <ol className="steps card">
      {stepsOf(ticket).map((step) => (
        <li
          key={step.id}
          className={step.state}
          aria-current={step.state === 'current' ? 'step' : undefined}
        >
          <i />
          <div>
            <b>{t(`ticket.step-${step.id}`)}</b>
            <span>
              {step.state === 'current' && t('ticket.step-running')}
              {step.at !== null && time.clock(step.at)}
            </span>
          </div>
        </li>
      ))}
    </ol>
  )
}
