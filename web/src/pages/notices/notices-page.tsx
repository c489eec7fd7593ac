import './notices.css'
import Button from 'antd/es/button'
import Switch from 'antd/es/switch'
import { Volume2, VolumeX } from 'lucide-react'
import { useState } from 'react'
import { useInbox, useOpenNotices, useSeen, useTakeInHand } from '../../data/use-notices.ts'
import { useNow } from '../../data/use-now.ts'
import { useSay } from '../../data/use-say.ts'
import { Empty, Failed, Loading } from '../../shell/notices.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { useSound } from '../../sound/use-alarm-sound.ts'
import { useText } from '../../text/use-text.ts'
import { NoticeRow } from './notice-row.tsx'
import { onePerIncident, reached, unread } from './notices-model.ts'

const pageOf = 50
const limitMax = 1_000
const tabs = ['open', 'all'] as const
type Tab = (typeof tabs)[number]

/** What reached me: first what nobody has in hand, then everything, with what I have not seen yet. */
export default function NoticesPage() {
  const { t } = useText()
  const now = useNow(5_000)
  const [tab, setTab] = useState<Tab>('open')
  const [limit, setLimit] = useState(pageOf)
  const open = useOpenNotices()
  const all = useInbox(limit)
  const say = useSay()
  const take = useTakeInHand({ done: () => say.done(t('notices.done')), failed: say.failed })
  useTitle(t('nav.notices'))
  const shown = tab === 'open' ? open : all
  const waiting = open.data === undefined ? undefined : onePerIncident(open.data.items)
  const everything = all.data?.items.filter(reached)
  const items = tab === 'open' ? waiting : everything
  const fresh = useFresh(everything?.filter(unread).map(({ id }) => id) ?? [])
  // Of one incident all messages count as seen: the line stands for them.
  useSeen(
    shown.data?.items.filter((item) => reached(item) && unread(item)).map(({ id }) => id) ?? [],
  )
  const counts = { open: waiting?.length, all: everything?.filter(unread).length }
  return (
    <div className="notices-page">
      <div className="page-head row wrap">
        <h1>{t('nav.notices')}</h1>
        {tabs.map((id) => (
          <button
            key={id}
            type="button"
            className="plain tab"
            aria-pressed={tab === id}
            onClick={() => setTab(id)}
          >
            {t(`notices.tab-${id}`)} {id === 'open' && counts.open}
            {id === 'all' && counts.all !== undefined && counts.all > 0 && (
              <span className="muted"> {t('notices.unread-count', { n: counts.all })}</span>
            )}
          </button>
        ))}
        <span className="grow" />
        <SoundSwitch />
      </div>
      {shown.isPending && <Loading rows={8} />}
      {shown.isError && items === undefined && <Failed error={shown.error} retry={shown.refetch} />}
      {items?.length === 0 && (
        <Empty
          kind={tab === 'open' ? 'ok' : 'waiting'}
          title={t(tab === 'open' ? 'notices.empty-open' : 'notices.empty')}
          text={t(tab === 'open' ? 'notices.empty-open-text' : 'notices.empty-text')}
        />
      )}
      {items !== undefined && items.length > 0 && (
        <ul className="notice-list card">
          {items.map((item) => (
            <NoticeRow
              key={item.id}
              item={item}
              now={now}
              fresh={fresh.has(item.id)}
              busy={take.isPending && take.variables === item.id}
              onTake={take.mutate}
            />
          ))}
        </ul>
      )}
      {tab === 'all' && all.data?.next != null && limit < limitMax && (
        <Button onClick={() => setLimit((before) => Math.min(limitMax, before + pageOf))}>
          {t('notices.more')}
        </Button>
      )}
    </div>
  )
}

/** Whatever was unread while this page stood open stays marked until it is left: reading must not move it. */
function useFresh(now: readonly string[]): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())
  if (now.every((id) => fresh.has(id))) return fresh
  const more = new Set([...fresh, ...now])
  setFresh(more)
  return more
}

function SoundSwitch() {
  const { t } = useText()
  const { on, blocked, setOn, tryOut } = useSound()
  const Icon = on ? Volume2 : VolumeX
  return (
    <div className="row sound-switch">
      <Icon size={18} strokeWidth={1.7} aria-hidden="true" />
      <label className="row">
        {t('sound.label')}
        <Switch checked={on} onChange={setOn} aria-label={t('sound.label')} />
      </label>
      {on && !blocked && <Button onClick={tryOut}>{t('sound.try')}</Button>}
    </div>
  )
}
