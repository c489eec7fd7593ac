import './care.css'
import './person.css'
import Button from 'antd/es/button'
import { ChevronLeft, Phone } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Link, useParams } from 'react-router'
import type { CarePerson } from '../../../../contracts/http/care-plans.ts'
import { useMay } from '../../data/queries.ts'
import { useNow } from '../../data/use-now.ts'
import { usePerson } from '../../data/use-person.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { Failed, Loading } from '../../shell/notices.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { shapeOfCare } from './care-model.ts'
import { LadderPanel } from './ladder-panel.tsx'
import { Contacts, OpenTickets, PlanCard, Visits, Watched } from './person-parts.tsx'
import { VisitForm } from './visit-form.tsx'

const AwayDialog = lazy(() => import('./care-dialogs.tsx').then((m) => ({ default: m.AwayDialog })))

/** One person, read in ten seconds: how they are, who is on it, what is next. */
export default function PersonPage() {
  const { t } = useText()
  const { id = '' } = useParams()
  const now = useNow(10_000)
  const person = usePerson(id)
  useTitle(person.data?.resident.honorific ?? t('nav.care'))
  if (person.isPending) return <Loading rows={8} />
  if (person.data === undefined) return <Failed error={person.error} retry={person.refetch} />
  return <Person person={person.data} now={now} />
}

function Person({ person, now }: { person: CarePerson; now: number }) {
  const [recording, setRecording] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const { resident, place } = person
  return (
    <div className="person" data-person={person.resident.id}>
      <Head
        person={person}
        now={now}
        onRecord={() => setRecording(true)}
        onAway={() => setLeaving(true)}
      />
      {recording && (
        <div className="card">
          <VisitForm resident={person.resident.id} onDone={() => setRecording(false)} />
        </div>
      )}
      <div className="columns">
        <section>
          <Watched person={person} now={now} />
          {person.ladder !== null && (
            <div className="card">
              <LadderPanel ladder={person.ladder} now={now} />
            </div>
          )}
          <OpenTickets person={person} now={now} />
        </section>
        <section>
          <Contacts person={person} />
          <PlanCard person={person} now={now} />
          <Visits person={person} now={now} />
        </section>
      </div>
      <Suspense fallback={null}>
        {leaving && (
          <AwayDialog
            people={[{ id: resident.id, name: resident.name, place: place?.name ?? null }]}
            resident={resident.id}
            onClose={() => setLeaving(false)}
          />
        )}
      </Suspense>
    </div>
  )
}

interface HeadProps {
  readonly person: CarePerson
  readonly now: number
  readonly onRecord: () => void
  readonly onAway: () => void
}

function Head({ person, now, onRecord, onAway }: HeadProps) {
  const { t, time } = useText()
  const mayWrite = useMay('write-care')
  const { resident, care, place } = person
  const state = care?.state ?? null
  const last = care?.lastEvidence ?? null
  return (
    <header className="person-head">
      <Link to="/care" className="muted row s13" style={{ gap: 4 }}>
        <ChevronLeft size={15} strokeWidth={1.7} aria-hidden="true" />
        {t('person.back')}
      </Link>
      <div className="row wrap">
        <h2>{resident.name}</h2>
        <span className="second">{resident.honorific}</span>
        {resident.age !== null && (
          <span className="second">{t('person.age', { n: resident.age })}</span>
        )}
        <span className="second">{place?.name}</span>
        <span className="grow" />
        {resident.phone !== null && (
          <Button
            href={`tel:${resident.phone}`}
            icon={<Phone size={16} strokeWidth={1.7} />}
            size="large"
          >
            {t('person.phone', { name: resident.honorific })}
          </Button>
        )}
        {mayWrite && (
          <>
            <Button size="large" onClick={onAway}>
              {t('care.act-away')}
            </Button>
            <Button type="primary" size="large" onClick={onRecord}>
              {t('person.record')}
            </Button>
          </>
        )}
      </div>
      <div className="row wrap state">
        <StateShape kind={state === null ? 'waiting' : shapeOfCare[state]} sizePx={22} />
        <b>
          {state !== null
            ? t(`care.${state}`)
            : t(person.boxAnswers ? 'person.not-watched' : 'person.no-box')}
        </b>
        {last !== null && (
          <span className="second">
            {t('person.last')} {time.day(last.ts, now)} ·{' '}
            {t('care.ago', { span: time.span(now - last.ts) })}
          </span>
        )}
      </div>
    </header>
  )
}
