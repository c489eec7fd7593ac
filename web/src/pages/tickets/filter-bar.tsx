import { ChevronDown, X } from 'lucide-react'
import { useText } from '../../text/use-text.ts'
import type { DueFilter, InboxFilter, SourceKind } from './inbox-model.ts'

interface FilterBarProps {
  readonly filter: InboxFilter
  readonly onChange: (filter: InboxFilter) => void
}

const severities = ['critical', 'major', 'minor'] as const
const sources: readonly SourceKind[] = [
  'machine',
  'camera',
  'care',
  'staff',
  'grid',
  'resident',
  'hotline',
  'import',
]
const dues: readonly DueFilter[] = ['today', 'late']

export function FilterBar({ filter, onChange }: FilterBarProps) {
  const { t } = useText()
  const any =
    filter.severity !== null || filter.source !== null || filter.due !== null || filter.text !== ''
  return (
    <div className="row filters">
      <Choice
        name={t('tickets.filter-severity')}
        value={filter.severity}
        options={severities.map((value) => ({ value, word: t(`severity.${value}`) }))}
        onPick={(severity) => onChange({ ...filter, severity })}
      />
      <Choice
        name={t('tickets.filter-source')}
        value={filter.source}
        options={sources.map((value) => ({ value, word: t(`source.${value}`) }))}
        onPick={(source) => onChange({ ...filter, source })}
      />
      <Choice
        name={t('tickets.filter-due')}
        value={filter.due}
        options={dues.map((value) => ({ value, word: t(`tickets.due-${value}`) }))}
        onPick={(due) => onChange({ ...filter, due })}
      />
      {any && (
        <button
          type="button"
          className="plain muted s13 row"
          style={{ gap: 4 }}
          onClick={() => onChange({ text: '', severity: null, source: null, due: null })}
        >
          <X size={13} strokeWidth={1.7} aria-hidden="true" />
          {t('tickets.clear-filter')}
        </button>
      )}
    </div>
  )
}

interface ChoiceProps<Value extends string> {
  readonly name: string
  readonly value: Value | null
  readonly options: readonly { readonly value: Value; readonly word: string }[]
  readonly onPick: (value: Value | null) => void
}

/** A native select under a quiet face: works by keyboard and on a phone. */
function Choice<Value extends string>({ name, value, options, onPick }: ChoiceProps<Value>) {
  const { t } = useText()
  const chosen = options.find((option) => option.value === value)
  return (
    <label className={`filter${chosen === undefined ? '' : ' on'}`}>
      {name} <b>{chosen?.word ?? t('all')}</b>
      <ChevronDown size={14} strokeWidth={1.7} aria-hidden="true" />
      <select
        aria-label={name}
        value={value ?? ''}
        onChange={(event) =>
          onPick(options.find((option) => option.value === event.target.value)?.value ?? null)
        }
      >
        <option value="">{t('all')}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.word}
          </option>
        ))}
      </select>
    </label>
  )
}
