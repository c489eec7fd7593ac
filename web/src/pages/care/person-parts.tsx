import Button from 'antd/es/button'
import { Phone } from 'lucide-react'
import { Link } from 'react-router'
import type { CarePerson } from '../../../../contracts/http/care-plans.ts'
import { useMay } from '../../data/queries.ts'
import { useEndAway } from '../../data/use-person.ts'
import { useSay } from '../../data/use-say.ts'
import { CoverageAxis, CoverageBar, toneOfCare } from '../../look/coverage-bar.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { isWord } from '../../text/words.ts'
import { useText } from '../../text/use-text.ts'
import { VisitRecord } from './visit-record.tsx'

interface PartProps {
  readonly person: CarePerson
  readonly now: number
}

const axisMs = 24 * 3_600_000
const hourMs = 3_600_000

/** The bar of the last 24 hours, and absences that were announced. */
export function Watched({ person, now }: PartProps) {
  const { t, time } = useText()
  const { care, away } = person
  if (care === null && away.length === 0) return null
  return (
    <div className="card">
      {care !== null && (
        <>
          <div className="second s13">
            {t('person.covered', {
              hours: care.coveredHours.toFixed(1),
              window: Number((care.windowMs / hourMs).toFixed(2)),
            })}
          </div>
          <CoverageAxis fromMs={now - axisMs} toMs={now} end={t('time.now')} />
          <CoverageBar
            account={{
              fromMs: now - axisMs,
              toMs: now,
              covered: care.coverage,
              away: care.away,
              evidenceAt: care.evidenceAt,
              lastAt: care.lastEvidence?.ts ?? null,
            }}
            tone={toneOfCare[care.state]}
            label={t('care.alternative', {
              hours: care.coveredHours.toFixed(1),
              last:
                care.lastEvidence === null ? t('care.never') : time.day(care.lastEvidence.ts, now),
            })}
          />
        </>
      )}
      {away.map((one) => (
        <Away key={one.id} resident={person.resident.id} away={one} now={now} />
      ))}
    </div>
  )
}

interface AwayProps {
  readonly resident: string
  readonly away: CarePerson['away'][number]
  readonly now: number
}

/** An absence that was announced; one tap says that they are back. */
function Away({ resident, away: { id, reason, from, to, note }, now }: AwayProps) {
  const { t, time } = useText()
  const say = useSay()
  const mayWrite = useMay('write-care')
  const end = useEndAway(resident, {
    done: () => say.done(t('person.back-done')),
    failed: say.failed,
  })
  const key = `care.reason-${reason}`
  const why = isWord(key) ? t(key as 'care.reason-away') : reason
  const since = time.day(from, now)
  return (
    <div className="row s13" data-away={id}>
      <StateShape kind="away" />
      <b>{t('person.away')}</b>
      <span className="grow">
        {to === null
          ? t('person.away-open', { reason: why, from: since })
          : t('person.away-until', { reason: why, from: since, to: time.day(to, now) })}{' '}
        {note}
      </span>
      {mayWrite && (
        <Button loading={end.isPending} onClick={() => end.mutate(id)}>
          {t('person.back-home')}
        </Button>
      )}
    </div>
  )
}

export function OpenTickets({ person, now }: PartProps) {
  const { t, time, either } = useText()
  return (
    <div className="card">
      <h3>{t('person.tickets')}</h3>
      {person.tickets.length === 0 && <span className="second s13">{t('person.no-tickets')}</span>}
      {person.tickets.map((ticket) => (
        <Link key={ticket.id} to={`/tickets/${encodeURIComponent(ticket.id)}`} className="line">
          <StateShape kind={ticket.severity} />
          <span className="grow">{either(ticket.title, ticket.titleEn)}</span>
          <span className="second s13 nowrap">
            {t(`status.${ticket.status}`)} · {time.day(ticket.createdAt, now)}
          </span>
        </Link>
      ))}
    </div>
  )
}

/** One tap rings them. Masked numbers cannot be rung, and are no links. */
export function Contacts({ person }: Pick<PartProps, 'person'>) {
  const { t } = useText()
  return (
    <div className="card">
      <h3>{t('person.contacts')}</h3>
      {person.contacts.length === 0 && (
        <span className="second s13">{t('person.no-contacts')}</span>
      )}
      {person.contacts.map((contact) => (
        <div key={contact.id} className="line">
          <span className="grow">
            <b>{contact.name}</b> <span className="second">{contact.relation}</span>
          </span>
          {contact.phone !== null &&
            (contact.phone.includes('*') ? (
              <span className="second">{contact.phone}</span>
            ) : (
              <a className="tap" href={`tel:${contact.phone}`}>
                <Phone size={16} strokeWidth={1.7} aria-hidden="true" /> {contact.phone}
              </a>
            ))}
        </div>
      ))}
    </div>
  )
}

const noteKinds = ['mobility', 'medical', 'key', 'other'] as const

export function PlanCard({ person, now }: PartProps) {
  const { t, time, local } = useText()
  const { plan, visits } = person
  return (
    <div className="card">
      <h3>{t('person.plan')}</h3>
      {plan === null ? (
        <span className="second s13">{t('person.no-plan')}</span>
      ) : (
        <>
          <div className="row wrap">
            <span className="chip brand">{local(plan.level.name)}</span>
            <span>
              {plan.worker === null
                ? t('person.no-worker')
                : t('person.worker', { name: plan.worker.name })}
            </span>
            {visits.perWeek > 0 && (
              <span className="second">
                {t('person.week', { done: visits.doneThisWeek, of: visits.perWeek })}
              </span>
            )}
          </div>
          {visits.overdue !== null && (
            <div className="row">
              <StateShape kind="major" />
              <b>{t('person.overdue', { to: time.day(visits.overdue.to, now) })}</b>
            </div>
          )}
          {visits.next !== null && (
            <div>
              {t('person.next', {
                from: time.day(visits.next.from, now),
                to: time.day(visits.next.to, now),
              })}
            </div>
          )}
          {noteKinds.map((kind) =>
            plan.notes[kind] === undefined || plan.notes[kind] === '' ? null : (
              <div key={kind}>
                <span className="second s13">{t(`person.note-${kind}`)}</span> {plan.notes[kind]}
              </div>
            ),
          )}
        </>
      )}
    </div>
  )
}

export function Visits({ person, now }: PartProps) {
  const { t } = useText()
  return (
    <div className="card">
      <h3>{t('person.visits')}</h3>
      {person.lastVisits.length === 0 && (
        <span className="second s13">{t('person.no-visits')}</span>
      )}
      {person.lastVisits.map((visit) => (
        <VisitRecord key={visit.id} visit={visit} now={now} />
      ))}
    </div>
  )
}
