import Button from 'antd/es/button'
import Segmented from 'antd/es/segmented'
import { useEffect, useState } from 'react'
import type { BroadcastSpeaker } from '../../../../contracts/http/broadcast.ts'
import { type Template, useSpeak } from '../../data/use-broadcast.ts'
import { useSay } from '../../data/use-say.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import { within } from './broadcast-model.ts'
import { AreaPicker } from './area-picker.tsx'

interface EmergencyRowProps {
  readonly templates: readonly Template[]
  readonly speakers: readonly BroadcastSpeaker[]
}

/** An armed template that nobody fires is put down again: the next click is not by the same hand. */
const armedMs = 30_000

/** Two clicks: the first chooses and shows what would be said, the second says it everywhere. */
export function EmergencyRow({ templates, speakers }: EmergencyRowProps) {
  const { t, local } = useText()
  const [armed, setArmed] = useState<string | null>(null)
  const template = templates.find(({ id }) => id === armed)
  useEffect(() => {
    if (armed === null) return undefined
    const timer = setTimeout(() => setArmed(null), armedMs)
    return () => clearTimeout(timer)
  }, [armed])
  return (
    <div className="cast-emergency">
      <div className="row wrap">
        <b>{t('cast.emergency')}</b>
        <span className="muted s12">{t('cast.emergency-hint')}</span>
      </div>
      <div className="cast-templates">
        {templates.map((one) => (
          <button
            key={one.id}
            type="button"
            data-template={one.id}
            aria-pressed={one.id === armed}
            disabled={speakers.length === 0}
            onClick={() => setArmed(one.id === armed ? null : one.id)}
          >
            <StateShape kind="critical" sizePx={18} />
            {local(one.title)}
          </button>
        ))}
      </div>
      {template !== undefined && (
        <Armed
          key={template.id}
          template={template}
          speakers={speakers}
          onDone={() => setArmed(null)}
        />
      )}
    </div>
  )
}

interface ArmedProps {
  readonly template: Template
  readonly speakers: readonly BroadcastSpeaker[]
  readonly onDone: () => void
}

function Armed({ template, speakers, onDone }: ArmedProps) {
  const { t } = useText()
  const say = useSay()
  const [areas, setAreas] = useState<readonly string[]>([])
  const [language, setLanguage] = useState<'zh' | 'en'>('zh')
  const speak = useSpeak({ done: onDone, failed: say.failed })
  const n = within(speakers, areas).length
  const fire = () =>
    speak.mutate({
      template: template.id,
      language,
      ...(areas.length === 0 ? {} : { areas: [...areas] }),
    })
  return (
    <div className="cast-armed" role="group" aria-label={t('cast.arm')}>
      <p className="words">{template.text[language]}</p>
      <AreaPicker speakers={speakers} chosen={areas} onChange={setAreas} />
      <div className="row wrap acts">
        <Button type="primary" danger size="large" loading={speak.isPending} onClick={fire}>
          {t('cast.fire-now')}
        </Button>
        <span className="second" data-reach={n}>
          {areas.length === 0
            ? t('cast.to-everywhere', { n })
            : t('cast.to-some', { where: areas.join('、'), n })}
        </span>
        <span className="grow" />
        <Segmented
          value={language}
          aria-label={t('cast.in-language')}
          options={[
            { value: 'zh', label: t('cast.lang-zh') },
            { value: 'en', label: t('cast.lang-en') },
          ]}
          onChange={setLanguage}
        />
        <Button size="large" onClick={onDone}>
          {t('cast.not-now')}
        </Button>
      </div>
    </div>
  )
}
