import './inbox.css'
import Button from 'antd/es/button'
import { Plus } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useMe, useTickets } from '../../data/queries.ts'
import { useNow } from '../../data/use-now.ts'
import { Empty, Failed, Loading } from '../../shell/notices.tsx'
import { useKeys } from '../../shell/use-keys.ts'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { useActing } from '../ticket/use-acting.tsx'
import { DetailPane } from './detail-pane.tsx'
import { FilterBar } from './filter-bar.tsx'
import { doneFilter, fits, type InboxFilter, isMine, openFilter } from './inbox-model.ts'
import { InboxRows } from './inbox-rows.tsx'
import { KeyLegend } from './key-legend.tsx'
import { useArrivals } from './use-arrivals.ts'
import { usePlaces } from './use-places.ts'
import { useWide } from './use-wide.ts'

const CreateDialog = lazy(() => import('./create-dialog.tsx'))
const tabs = ['open', 'mine', 'done'] as const
type Tab = (typeof tabs)[number]

export default function InboxPage() {
  const { t } = useText()
  const go = useNavigate()
  const now = useNow(5_000)
  const me = useMe().data
  const [params, setParams] = useSearchParams()
  const [tab, setTab] = useState<Tab>('open')
  const [picked, setPicked] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  const [creating, setCreating] = useState(false)
  const wide = useWide()
  useTitle(t('nav.tickets'))

  const { filter, setFilter } = useInboxFilter(params, setParams)
  const done = filter.text === '' ? doneFilter : { ...doneFilter, q: filter.text }
  const tickets = useTickets(tab === 'done' ? done : openFilter)
  const fitting = useMemo(
    () =>
      tickets.data?.items.filter(
        (ticket) =>
          fits(ticket, filter, now) && (tab !== 'mine' || (me != null && isMine(ticket, me))),
      ),
    [tickets.data, filter, now, tab, me],
  )
  const scope = `${tab}${JSON.stringify(filter)}`
  const arrivals = useArrivals(tickets.isPlaceholderData ? undefined : fitting, scope, now)
  const groups = usePlaces(arrivals.shown, now, over)
  const rows = groups.flatMap((group) => group.tickets)
  const selected = rows.find((ticket) => ticket.id === picked) ?? (wide ? rows[0] : undefined)
  if (wide && selected !== undefined && selected.id !== picked) setPicked(selected.id)
  const acting = useActing()

  const open = useCallback((id: string) => void go(`/tickets/${encodeURIComponent(id)}`), [go])
  const pick = useCallback((id: string) => (wide ? setPicked(id) : open(id)), [wide, open])
  const step = (by: number) => {
    const at = rows.findIndex((ticket) => ticket.id === selected?.id)
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    if (next !== undefined) setPicked(next.id)
  }
  const act = (action: 'dispatch' | 'return' | 'verify') => () => {
    if (selected?.allowed.includes(action)) acting.start(selected, action)
  }
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => selected !== undefined && open(selected.id),
    d: act('dispatch'),
    r: act('return'),
    v: act('verify'),
    c: () => setCreating(true),
  })
  const narrowed = filter !== noFilter || tab !== 'open'

  return (
    <div className={wide ? 'inbox split' : 'inbox'}>
      <section>
        <div className="head">
          <div className="row wrap">
            <h1>{t('nav.tickets')}</h1>
            {tabs.map((id) => (
              <button
                key={id}
                type="button"
                className="plain tab"
                aria-pressed={tab === id}
                onClick={() => setTab(id)}
              >
                {t(`tickets.${id}`)} {tab === id && tickets.data !== undefined && fitting?.length}
              </button>
            ))}
            <span className="grow" />
            <Button icon={<Plus size={16} strokeWidth={1.7} />} onClick={() => setCreating(true)}>
              {t('tickets.create')} <kbd>C</kbd>
            </Button>
          </div>
          <FilterBar filter={filter} onChange={setFilter} />
        </div>
        {arrivals.waiting > 0 && (
          <button type="button" className="arrivals" onClick={arrivals.letIn}>
            {t('tickets.waiting', { n: arrivals.waiting })}
          </button>
        )}
        {tickets.isPending && <Loading rows={12} />}
        {tickets.isError && tickets.data === undefined && (
          <Failed error={tickets.error} retry={tickets.refetch} />
        )}
        {fitting?.length === 0 && (
          <Empty
            kind={narrowed ? 'waiting' : 'ok'}
            title={narrowed ? t('tickets.empty-filter') : t('tickets.empty')}
            text={narrowed ? t('tickets.empty-filter-text') : t('tickets.empty-text')}
          />
        )}
        {rows.length > 0 && (
          <InboxRows
            groups={groups}
            more={tickets.data?.next != null}
            now={now}
            selected={wide ? (selected?.id ?? null) : picked}
            arrivedAt={arrivals.arrivedAt}
            onPick={pick}
            onOpen={open}
            onOver={setOver}
          />
        )}
        <KeyLegend />
      </section>
      {wide && <DetailPane ticket={selected ?? null} now={now} acting={acting} onOpen={open} />}
      {acting.dialog}
      {creating && (
        <Suspense fallback={null}>
          <CreateDialog
            onClose={() => setCreating(false)}
            onCreated={(id) => {
              setCreating(false)
              open(id)
            }}
          />
        </Suspense>
      )}
    </div>
  )
}

const noFilter: InboxFilter = { text: '', severity: null, source: null, due: null }

/** The searched text lives in the address, the rest in the page. */
function useInboxFilter(params: URLSearchParams, setParams: (next: URLSearchParams) => void) {
  const [rest, setRest] = useState(noFilter)
  const text = params.get('q') ?? ''
  const filter = useMemo(() => (text === '' ? rest : { ...rest, text }), [rest, text])
  const setFilter = (next: InboxFilter) => {
    const empty = next.severity === null && next.source === null && next.due === null
    setRest(empty ? noFilter : { ...next, text: '' })
    if (next.text === '' && text !== '') setParams(new URLSearchParams())
  }
  return { filter, setFilter }
}
