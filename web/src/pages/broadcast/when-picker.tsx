import Input from 'antd/es/input'
import Segmented from 'antd/es/segmented'
import { useText } from '../../text/use-text.ts'
import { toField } from '../../text/zone.ts'
import { days, type Draft, type Fault } from './compose-model.ts'

interface WhenPickerProps {
  readonly draft: Draft
  readonly wrong: Fault | null
  readonly onChange: (more: Partial<Draft>) => void
}

const whens = ['now', 'at', 'weekly'] as const
const hourMs = 3_600_000

/** Now, once at a time, or on days of the week. */
export function WhenPicker({ draft, wrong, onChange }: WhenPickerProps) {
  const { t } = useText()
  return (
    <div>
      <div className="second s13 label">{t('cast.when')}</div>
      <div className="row wrap">
        <Segmented
          value={draft.when}
          options={whens.map((value) => ({ value, label: t(`cast.when-${value}`) }))}
          onChange={(when) =>
            onChange({
              when,
              ...(when === 'at' && draft.at === '' ? { at: toField(Date.now() + hourMs) } : {}),
            })
          }
        />
        {draft.when === 'at' && (
          <Input
            type="datetime-local"
            className="field"
            aria-label={t('cast.at')}
            value={draft.at}
            onChange={(event) => onChange({ at: event.target.value })}
          />
        )}
        {draft.when === 'weekly' && <Week draft={draft} onChange={onChange} />}
      </div>
      {wrong !== null && (
        <span className="wrong s12" role="alert">
          {t(wrong)}
        </span>
      )}
    </div>
  )
}

function Week({ draft, onChange }: Omit<WhenPickerProps, 'wrong'>) {
  const { t } = useText()
  return (
    <>
      <div className="cast-areas" role="group" aria-label={t('cast.days')}>
        {days.map((day) => (
          <button
            key={day}
            type="button"
            aria-pressed={draft.days.includes(day)}
            onClick={() =>
              onChange({
                days: draft.days.includes(day)
                  ? draft.days.filter((one) => one !== day)
                  : [...draft.days, day],
              })
            }
          >
            {t(`cast.day-${day}`)}
          </button>
        ))}
      </div>
      <Input
        type="time"
        className="field short"
        aria-label={t('cast.at')}
        value={draft.time}
        onChange={(event) => onChange({ time: event.target.value })}
      />
    </>
  )
}
