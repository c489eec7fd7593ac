import { Volume2 } from 'lucide-react'
import type { BroadcastMeans, BroadcastSpeaker } from '../../../../contracts/http/broadcast.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { byPlace, speakerState } from './broadcast-model.ts'

interface SpeakerListProps {
  readonly speakers: readonly BroadcastSpeaker[]
  readonly means: BroadcastMeans | undefined
  readonly now: number
}

/** Where they stand, whether they hear us, and what is heard from them. */
export function SpeakerList({ speakers, means, now }: SpeakerListProps) {
  const { t } = useText()
  return (
    <aside className="cast-speakers">
      <h3>{t('cast.speakers')}</h3>
      {byPlace(speakers).map(([place, group]) => (
        <section key={place}>
          <div className="place s12 muted">{place === '' ? t('cast.elsewhere') : place}</div>
          {group.map((speaker) => (
            <SpeakerRow key={speaker.id} speaker={speaker} now={now} />
          ))}
        </section>
      ))}
      {means !== undefined && <Kept means={means} now={now} />}
    </aside>
  )
}

function SpeakerRow({ speaker, now }: { speaker: BroadcastSpeaker; now: number }) {
  const { t, time } = useText()
  const state = speakerState(speaker)
  const can = () => {
    if (speaker.plays === true) return t('cast.speaker-plays')
    return t(speaker.says === true ? 'cast.speaker-says' : 'cast.speaker-unknown')
  }
  const playing = state.word === 'cast.speaker-playing'
  return (
    <div className={playing ? 'speaker playing' : 'speaker'} data-speaker={speaker.id}>
      <div className="grow">
        <div className="clip">{speaker.name}</div>
        <div className="muted s12 clip">
          {can()}
          {speaker.online === false &&
            speaker.lastSeenAt !== null &&
            ` · ${t('care.ago', { span: time.span(now - speaker.lastSeenAt) })}`}
        </div>
      </div>
      <span className="row s13" style={{ gap: 6 }}>
        {playing ? (
          <Volume2 size={16} strokeWidth={1.7} aria-hidden="true" />
        ) : (
          <StateShape kind={state.shape} sizePx={16} />
        )}
        {t(state.word)}
      </span>
    </div>
  )
}

const megabytes = (bytes: number): string => String(Math.ceil(bytes / 100_000) / 10)

/** What is kept, what went, and where loudspeakers fetch it. */
function Kept({ means, now }: { means: BroadcastMeans; now: number }) {
  const { t, time } = useText()
  const { removed, address } = means
  const gone = removed.broadcasts + removed.clips + removed.sounds + removed.files
  return (
    <div className="kept s12 muted">
      <div>
        {t('cast.stored', {
          used: megabytes(means.storedBytes),
          quota: Math.round(means.quotaBytes / 1_000_000),
        })}
      </div>
      {removed.at !== null && (
        <div>{t('cast.removed', { n: gone, when: time.day(removed.at, now) })}</div>
      )}
      {address !== null && means.localOnly && (
        <div>
          {t('cast.local-only', { address })} · {t('cast.local-only-hint')}
        </div>
      )}
    </div>
  )
}
