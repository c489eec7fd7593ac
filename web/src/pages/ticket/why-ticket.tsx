import { Link2, Lock, SlidersHorizontal } from 'lucide-react'
import type { Evidence } from '../../../../contracts/anomaly.ts'
import type { ModelRef } from '../../../../contracts/detections.ts'
import type { Ticket } from '../../../../contracts/ticket.ts'
import { figure } from '../../text/format.ts'
import { useText } from '../../text/use-text.ts'
import { framesOf } from './evidence-figure.tsx'

const icon = { size: 14, strokeWidth: 1.7, 'aria-hidden': true } as const

/** Each model once, in the order of the evidence. */
export function modelsOf(ticket: Ticket): ModelRef[] {
  const models = new Map<string, ModelRef>()
  for (const frame of framesOf(ticket))
    for (const model of frame.models) models.set(model.sha256, model)
  return [...models.values()]
}

const shortSha = (sha256: string) => `${sha256.slice(0, 4)}…${sha256.slice(-4)}`

interface WhyTicketProps {
  readonly ticket: Ticket
  readonly now: number
  /** Inside a card: no outer margin. */
  readonly bare?: boolean
}

/** The chain behind a ticket: what was said, the readings, the rule and its version, the model and its sha256. */
export function WhyTicket({ ticket, now, bare = false }: WhyTicketProps) {
  const { t, either } = useText()
  const rule = ticket.anomaly?.rule ?? null
  const facts = ticket.evidence.filter(isFact)
  return (
    <div className={bare ? 'why' : 'why ticket-part'}>
      <h3>{t('ticket.why')}</h3>
      <p className="second">{either(ticket.description, ticket.descriptionEn)}</p>
      {facts.length > 0 && (
        <ul className="facts">
          {facts.slice(-6).map((item) => (
            <FactLine key={`${item.kind}${item.ts}${JSON.stringify(item)}`} item={item} now={now} />
          ))}
        </ul>
      )}
      <div className="row wrap muted s12 chain">
        <span className="row">
          <SlidersHorizontal {...icon} />
          {rule === null
            ? t('ticket.no-rule')
            : t('ticket.rule', { id: rule.id, version: rule.version })}
        </span>
        {modelsOf(ticket).map((model) => (
          <span key={model.sha256} className="row" title={`${model.name} sha256 ${model.sha256}`}>
            <Link2 {...icon} />
            {t('ticket.model', { name: model.name, sha: shortSha(model.sha256) })}
          </span>
        ))}
        {ticket.closedAt === null && ticket.evidence.length > 0 && (
          <span className="row">
            <Lock {...icon} />
            {t('ticket.locked')}
          </span>
        )}
      </div>
    </div>
  )
}

type Fact = Exclude<Evidence, { kind: 'frame' | 'clip' | 'coverage' }>
/** What is told in words; pictures, clips and coverage have places of their own. */
const isFact = (item: Evidence): item is Fact =>
  item.kind !== 'frame' && item.kind !== 'clip' && item.kind !== 'coverage'

function FactLine({ item, now }: { item: Fact; now: number }) {
  const { t, time, local, reading } = useText()
  const words = () => {
    if (item.kind !== 'reading') return local(item.text)
    const yesNo = item.value === true ? t('devices.yes') : t('devices.no')
    const said = typeof item.value === 'number' ? figure(item.value) : item.value
    const value =
      typeof item.value === 'boolean' ? yesNo : `${said}${item.unit ? ` ${item.unit}` : ''}`
    return t('ticket.reading', { device: item.device, reading: reading(item.reading), value })
  }
  return (
    <li>
      <span className="muted nowrap">{time.day(item.ts, now)}</span> {words()}
    </li>
  )
}
