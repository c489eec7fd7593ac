import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Segmented from 'antd/es/segmented'
import { Headphones } from 'lucide-react'
import { usePreview } from '../../data/use-broadcast.ts'
import { useSay } from '../../data/use-say.ts'
import { FormField } from '../../look/form-field.tsx'
import { useText } from '../../text/use-text.ts'
import type { Draft, Fault } from './compose-model.ts'
import { usePlayer } from './use-player.ts'

interface TextPickerProps {
  readonly draft: Draft
  readonly wrong: Fault | null
  readonly onChange: (more: Partial<Draft>) => void
}

const timesOptions = [1, 2, 3].map((value) => ({ value, label: String(value) }))

/** The words, in which language, how often, and how they will sound. */
export function TextPicker({ draft, wrong, onChange }: TextPickerProps) {
  const { t } = useText()
  const say = useSay()
  const player = usePlayer()
  const preview = usePreview({
    done: (sound) => {
      player.play(sound)
      say.done(t('cast.listening'))
    },
    failed: say.failed,
  })
  const text = draft.text.trim()
  return (
    <>
      <FormField label={t('cast.text')} wrong={wrong === null ? null : t(wrong)}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={1_000}
          placeholder={t('cast.text-hint')}
          value={draft.text}
          onChange={(event) => onChange({ text: event.target.value })}
        />
      </FormField>
      <div className="row wrap cast-options">
        <Segmented<Draft['language']>
          value={draft.language}
          aria-label={t('cast.in-language')}
          options={[
            { value: 'zh', label: t('cast.lang-zh') },
            { value: 'en', label: t('cast.lang-en') },
          ]}
          onChange={(language) => onChange({ language })}
        />
        <span className="second s13">{t('cast.times')}</span>
        <Segmented
          value={draft.times}
          aria-label={t('cast.times')}
          options={timesOptions}
          onChange={(times) => onChange({ times })}
        />
        <Button
          icon={<Headphones size={16} strokeWidth={1.7} />}
          disabled={text === ''}
          loading={preview.isPending}
          onClick={() => preview.mutate({ text, language: draft.language })}
        >
          {t('cast.listen')}
        </Button>
      </div>
    </>
  )
}
