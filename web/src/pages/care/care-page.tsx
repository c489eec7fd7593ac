import './care.css'
import Button from 'antd/es/button'
import { ClipboardPen, House } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { CareItem } from '../../../../contracts/care.ts'
import { useCare, useMay, useTickets } from '../../data/queries.ts'
import { useNow } from '../../data/use-now.ts'
import { CoverageAxis } from '../../look/coverage-bar.tsx'
import { LitWindows } from '../../look/lit-windows.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { Empty, Failed, Loading } from '../../shell/notices.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { openFilter } from '../tickets/inbox-model.ts'
import { CareLegend } from './care-legend.tsx'
import { countCare, sortCare, ticketAbout } from './care-model.ts'
import { CareRow } from './care-row.tsx'
import { TodoList } from './todo-list.tsx'

const AwayDialog = lazy(() => import('./care-dialogs.tsx').then((m) => ({ default: m.AwayDialog })))
const VisitDialog = lazy(() =>
  import('./care-dialogs.tsx').then((m) => ({ default: m.VisitDialog })),
)
const PersonDrawer = lazy(() =>
  import('./person-drawer.tsx').then((m) => ({ default: m.PersonDrawer })),
)

const axisMs = 24 * 3_600_000
type Act = 'away' | 'visit'

export default function CarePage() {
  const { t } = useText()
  const now = useNow(10_000)
  const care = useCare()
  const tickets = useTickets(openFilter).data?.items ?? []
  const [act, setAct] = useState<Act | null>(null)
  const [picked, setPicked] = useState<string | null>(null)
  useTitle(t('nav.care'))
  if (care.isPending) return <Loading rows={10} />
  // An old answer would be a guess: who was seen is said only while the box answers.
  if (care.isError || care.data === undefined)
    return <Failed error={care.error} retry={care.refetch} />
  const items = sortCare(care.data.items)
  const person = items.find((item) => item.resident.id === picked)
  const Dialog = act === 'away' ? AwayDialog : VisitDialog
  return (
    <div className="care">
      <section>
        <Head items={items} onAct={setAct} />
        {items.length === 0 ? (
          <Empty title={t('care.empty')} text={t('care.empty-text')} />
        ) : (
          <div className="care-table">
            <div className="care-row head">
              <span>{t('care.column-person')}</span>
              <span className="last">{t('care.column-last')}</span>
              <CoverageAxis fromMs={now - axisMs} toMs={now} end={t('time.now')} />
              <span>{t('care.column-covered')}</span>
              <span className="follow">{t('care.column-follow')}</span>
            </div>
            {items.map((item) => (
              <CareRow
                key={item.resident.id}
                item={item}
                ticket={ticketAbout(item, tickets)}
                now={now}
                onPick={() => setPicked(item.resident.id)}
              />
            ))}
          </div>
        )}
        <CareLegend shown={items.length} total={items.length} />
      </section>
      <TodoList items={items} tickets={tickets} now={now} />
      <Suspense fallback={null}>
        {person !== undefined && act === null && (
          <PersonDrawer item={person} now={now} onClose={() => setPicked(null)} onAct={setAct} />
        )}
        {act !== null && (
          <Dialog
            people={items.map(({ resident: { id, name }, place }) => ({ id, name, place }))}
            resident={picked}
            onClose={() => {
              setAct(null)
              setPicked(null)
            }}
          />
        )}
      </Suspense>
    </div>
  )
}

function Head({ items, onAct }: { items: readonly CareItem[]; onAct: (act: Act) => void }) {
  const { t } = useText()
  const counts = countCare(items)
  const mayWrite = useMay('write-care')
  const icon = { size: 16, strokeWidth: 1.7 } as const
  return (
    <>
      <div className="page-head">
        <h1>{t('nav.care')}</h1>
        <span className="second">{t('care.summary', { n: items.length, seen: counts.seen })}</span>
        <span className="grow" />
        {mayWrite && (
          <>
            <Button icon={<House {...icon} />} onClick={() => onAct('away')}>
              {t('care.act-away')}
            </Button>
            <Button icon={<ClipboardPen {...icon} />} onClick={() => onAct('visit')}>
              {t('care.act-visit')}
            </Button>
          </>
        )}
      </div>
      <div className="counts">
        <div>
          <span className="row second">
            <StateShape kind="ok" />
            {t('care.count-seen')}
          </span>
          <div className="figure">{counts.seen}</div>
        </div>
        <div>
          <span className="row second">
            <StateShape kind="cannot" />
            {t('care.count-cannot')}
          </span>
          <div className="figure" style={{ color: 'var(--cannot)' }}>
            {counts.cannot}
          </div>
        </div>
        <div>
          <span className="row second">
            <StateShape kind="critical" />
            {t('care.count-unseen')}
          </span>
          <div
            className="figure"
            style={{ color: counts.unseen > 0 ? 'var(--critical)' : 'inherit' }}
          >
            {counts.unseen}
          </div>
        </div>
        <div>
          <span className="row second">
            <StateShape kind="away" />
            {t('care.count-away')}
          </span>
          <div className="figure">{counts.away}</div>
        </div>
      </div>
      {items.length > 0 && (
        <div className="strip">
          <LitWindows
            states={items.map((item) => item.state)}
            label={t('care.windows', { n: items.length, ...counts })}
          />
        </div>
      )}
    </>
  )
}
