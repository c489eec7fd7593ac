import './broadcast.css'
import { useState } from 'react'
import { useBroadcasts, useMeans, useSpeakers, useTemplates } from '../../data/use-broadcast.ts'
import { useNow } from '../../data/use-now.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { Failed, Loading } from '../../shell/notices.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { isSounding } from './broadcast-model.ts'
import { BroadcastList } from './broadcast-list.tsx'
import { ComposeCard } from './compose-card.tsx'
import { EmergencyRow } from './emergency-row.tsx'
import { LiveStrip } from './live-strip.tsx'
import { MeansNotes } from './means-notes.tsx'
import { SpeakerList } from './speaker-list.tsx'

/** What must be said, to whom, and who has heard it. */
export default function BroadcastPage() {
  const { t } = useText()
  const now = useNow(1_000)
  const broadcasts = useBroadcasts()
  const items = broadcasts.data?.items ?? []
  const [busy, setBusy] = useState(false)
  const speakers = useSpeakers(busy)
  const all = speakers.data?.items ?? []
  const live = items.filter((item) => isSounding(item, all, now))
  if (busy !== live.length > 0) setBusy(live.length > 0)
  const templates = useTemplates()
  const means = useMeans().data
  useTitle(t('nav.broadcast'))
  if (speakers.isPending || broadcasts.isPending) return <Loading rows={10} />
  if (speakers.data === undefined) return <Failed error={speakers.error} retry={speakers.refetch} />
  if (broadcasts.data === undefined)
    return <Failed error={broadcasts.error} retry={broadcasts.refetch} />
  return (
    <div className="broadcast">
      <section>
        <div className="page-head">
          <h1>{t('nav.broadcast')}</h1>
          <span className="second">
            {t('cast.summary', {
              n: all.length,
              online: all.filter(({ online }) => online === true).length,
            })}
          </span>
        </div>
        {means !== undefined && <MeansNotes means={means} />}
        <EmergencyRow templates={templates.data?.items ?? []} speakers={all} />
        <LiveStrip items={live} now={now} />
        {all.length === 0 ? (
          <div className="notice">
            <StateShape kind="waiting" sizePx={28} />
            <h3>{t('cast.speakers-none')}</h3>
            <p>{t('cast.speakers-none-text')}</p>
          </div>
        ) : (
          <ComposeCard speakers={all} means={means} now={now} />
        )}
        <BroadcastList items={items} now={now} />
      </section>
      <SpeakerList speakers={all} means={means} now={now} />
    </div>
  )
}
