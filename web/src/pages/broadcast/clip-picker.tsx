import Button from 'antd/es/button'
import { Headphones, Trash2, Upload } from 'lucide-react'
import { useRef } from 'react'
import type { BroadcastMeans, ClipItem } from '../../../../contracts/http/broadcast.ts'
import { apiUrl } from '../../data/client.ts'
import { useBringClip, useClips, useDeleteClip } from '../../data/use-broadcast.ts'
import { useNow } from '../../data/use-now.ts'
import { useSay } from '../../data/use-say.ts'
import { useText } from '../../text/use-text.ts'
import type { Fault } from './compose-model.ts'
import { usePlayer } from './use-player.ts'

interface ClipPickerProps {
  readonly means: BroadcastMeans | undefined
  readonly chosen: string | null
  readonly wrong: Fault | null
  readonly onChange: (clip: string | null) => void
}

const icon = { size: 16, strokeWidth: 1.7 } as const

/** The clips there are; a new one is brought and chosen at once. */
export function ClipPicker({ means, chosen, wrong, onChange }: ClipPickerProps) {
  const { t } = useText()
  const say = useSay()
  const file = useRef<HTMLInputElement>(null)
  const clips = useClips(true).data?.items ?? []
  const bring = useBringClip({
    done: (clip) => {
      onChange(clip.id)
      say.done(t('cast.clip-done', { name: clip.name }))
    },
    failed: say.failed,
  })
  return (
    <div className="cast-clips">
      <div className="row wrap">
        <input
          ref={file}
          type="file"
          hidden
          accept="audio/*,.m4a,.flac,.ogg"
          aria-label={t('cast.clip-bring')}
          onChange={(event) => {
            const [first] = event.target.files ?? []
            if (first !== undefined) bring.mutate(first)
            event.target.value = ''
          }}
        />
        <Button
          icon={<Upload {...icon} />}
          loading={bring.isPending}
          onClick={() => file.current?.click()}
        >
          {t('cast.clip-bring')}
        </Button>
        {means !== undefined && (
          <span className="muted s12">
            {t('cast.clip-kinds', {
              minutes: Math.floor(means.clipSecondsMax / 60),
              mb: Math.floor(means.clipBytesMax / 1_000_000),
            })}
          </span>
        )}
      </div>
      {clips.length === 0 && <div className="muted s13">{t('cast.clip-none')}</div>}
      <div role="radiogroup" aria-label={t('cast.clips')} className="clip-rows">
        {clips.map((clip) => (
          <ClipRow
            key={clip.id}
            clip={clip}
            chosen={clip.id === chosen}
            onPick={() => onChange(clip.id)}
            onGone={() => onChange(clip.id === chosen ? null : chosen)}
          />
        ))}
      </div>
      {wrong !== null && (
        <span className="wrong s12" role="alert">
          {t(wrong)}
        </span>
      )}
    </div>
  )
}

interface ClipRowProps {
  readonly clip: ClipItem
  readonly chosen: boolean
  readonly onPick: () => void
  readonly onGone: () => void
}

function ClipRow({ clip, chosen, onPick, onGone }: ClipRowProps) {
  const { t, time } = useText()
  const now = useNow(60_000)
  const say = useSay()
  const player = usePlayer()
  const remove = useDeleteClip({
    done: ({ name }) => {
      onGone()
      say.done(t('cast.clip-deleted', { name }))
    },
    failed: say.failed,
  })
  return (
    <div className={chosen ? 'clip-row chosen' : 'clip-row'} data-clip={clip.name}>
      <button
        type="button"
        role="radio"
        aria-checked={chosen}
        className="plain grow"
        onClick={onPick}
      >
        <span className="clip name">{clip.name}</span>
        <span className="muted s12">
          {time.span(clip.durationMs)} ·{' '}
          {t('cast.clip-by', { who: clip.createdBy, when: time.day(clip.createdAt, now) })}
        </span>
      </button>
      <Button
        size="small"
        icon={<Headphones {...icon} />}
        onClick={() =>
          player.play(apiUrl(`/broadcasts/clips/${encodeURIComponent(clip.id)}/audio`))
        }
      >
        {t('cast.listen')}
      </Button>
      <Button
        size="small"
        icon={<Trash2 {...icon} />}
        loading={remove.isPending}
        onClick={() => remove.mutate(clip)}
      >
        {t('cast.clip-delete')}
      </Button>
    </div>
  )
}
