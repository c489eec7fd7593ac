import Button from 'antd/es/button'
import Segmented from 'antd/es/segmented'
import { useState } from 'react'
import type { BroadcastMeans, BroadcastSpeaker } from '../../../../contracts/http/broadcast.ts'
import { useSpeak } from '../../data/use-broadcast.ts'
import { useSay } from '../../data/use-say.ts'
import { useText } from '../../text/use-text.ts'
import { AreaPicker } from './area-picker.tsx'
import { within } from './broadcast-model.ts'
import { ClipPicker } from './clip-picker.tsx'
import { bodyOf, type Draft, emptyDraft, faultsOf } from './compose-model.ts'
import { TextPicker } from './text-picker.tsx'
import { WhenPicker } from './when-picker.tsx'

interface ComposeCardProps {
  readonly speakers: readonly BroadcastSpeaker[]
  readonly means: BroadcastMeans | undefined
  readonly now: number
}

const priorities = ['notice', 'music', 'emergency'] as const

/** One announcement: what, where, when, and how much it matters. */
export function ComposeCard({ speakers, means, now }: ComposeCardProps) {
  const { t, time } = useText()
  const say = useSay()
  const [draft, setDraft] = useState(emptyDraft)
  const [asked, setAsked] = useState(false)
  const change = (more: Partial<Draft>) => setDraft((before) => ({ ...before, ...more }))
  const reach = within(speakers, draft.areas).length
  const speak = useSpeak({
    done: ({ nextAt }) => {
      setDraft((before) => ({ ...emptyDraft, areas: before.areas, language: before.language }))
      setAsked(false)
      say.done(
        nextAt === null || draft.when === 'now'
          ? t('cast.spoken', { n: reach })
          : t('cast.scheduled', { when: time.day(nextAt, now) }),
      )
    },
    failed: say.failed,
  })
  const faults = faultsOf(draft, now)
  const submit = () => {
    setAsked(true)
    if (faults.what === null && faults.when === null) speak.mutate(bodyOf(draft))
  }
  const shown = asked ? faults : { what: null, when: null }
  return (
    <form
      className="card cast-compose"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!speak.isPending) submit()
      }}
    >
      <div className="row wrap">
        <h3>{t('cast.compose')}</h3>
        <Segmented<Draft['what']>
          value={draft.what}
          aria-label={t('cast.what')}
          options={[
            { value: 'text', label: t('cast.what-text') },
            { value: 'clip', label: t('cast.what-clip') },
          ]}
          onChange={(what) => change({ what })}
        />
      </div>
      {draft.what === 'text' ? (
        <TextPicker draft={draft} wrong={shown.what} onChange={change} />
      ) : (
        <ClipPicker
          means={means}
          chosen={draft.clip}
          wrong={shown.what}
          onChange={(clip) => change({ clip })}
        />
      )}
      <div>
        <div className="second s13 label">{t('cast.where')}</div>
        <AreaPicker
          speakers={speakers}
          chosen={draft.areas}
          onChange={(areas) => change({ areas })}
        />
      </div>
      <WhenPicker draft={draft} wrong={shown.when} onChange={change} />
      <div>
        <div className="second s13 label">{t('cast.priority')}</div>
        <div className="row wrap">
          <Segmented
            value={draft.priority}
            options={priorities.map((value) => ({ value, label: t(`cast.priority-${value}`) }))}
            onChange={(priority) => change({ priority })}
          />
          <span className="muted s12">{t(`cast.priority-hint-${draft.priority}`)}</span>
        </div>
      </div>
      <div className="row wrap acts">
        <Button type="primary" htmlType="submit" loading={speak.isPending}>
          {t(draft.when === 'now' ? 'cast.speak' : 'cast.schedule')}
        </Button>
        <span className="second s13">
          {draft.areas.length === 0
            ? t('cast.to-everywhere', { n: reach })
            : t('cast.to-some', { where: draft.areas.join('、'), n: reach })}
        </span>
      </div>
    </form>
  )
}
