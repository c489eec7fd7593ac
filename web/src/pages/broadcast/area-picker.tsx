import type { BroadcastSpeaker } from '../../../../contracts/http/broadcast.ts'
import { useText } from '../../text/use-text.ts'
import { useUnitNames } from '../ticket/use-names.ts'
import { areasOf } from './broadcast-model.ts'

interface AreaPickerProps {
  readonly speakers: readonly BroadcastSpeaker[]
  /** None: everywhere. */
  readonly chosen: readonly string[]
  readonly onChange: (areas: readonly string[]) => void
}

/** Houses and grids with loudspeakers; everywhere unless somebody narrows it. */
export function AreaPicker({ speakers, chosen, onChange }: AreaPickerProps) {
  const { t } = useText()
  const nameOf = useUnitNames()
  const areas = areasOf(speakers)
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])
  return (
    <div className="cast-areas" role="group" aria-label={t('cast.where')}>
      <button type="button" aria-pressed={chosen.length === 0} onClick={() => onChange([])}>
        {t('cast.everywhere')} <span className="muted">{speakers.length}</span>
      </button>
      {areas.map((area) => (
        <button
          key={area.id}
          type="button"
          data-area={area.id}
          aria-pressed={chosen.includes(area.id)}
          onClick={() => toggle(area.id)}
        >
          {nameOf(area.id)} <span className="muted">{area.speakers}</span>
        </button>
      ))}
    </div>
  )
}
