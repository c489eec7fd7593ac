import type { VisitForm, VisitQuestion } from '../../../../contracts/care-plan.ts'
import type { VisitItem } from '../../../../contracts/http/care.ts'
import { useCareForm } from '../../data/use-person.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { type TextTools, useText } from '../../text/use-text.ts'
import { VisitPhotos } from './visit-photos.tsx'

interface VisitRecordProps {
  readonly visit: VisitItem
  readonly now: number
}

/** One visit: whether they were seen, by whom, the checklist and the photos. */
export function VisitRecord({ visit, now }: VisitRecordProps) {
  const tools = useText()
  const { t, time } = tools
  const answers = answersOf(visit.form, useCareForm().data?.form ?? [], tools)
  return (
    <div className="visit" data-visit={visit.id}>
      <div className="line">
        <StateShape kind={visit.seen ? 'ok' : 'watch'} />
        <span className="grow">
          {t(visit.seen ? 'person.seen' : 'person.not-seen')} · {visit.by.name}
          {visit.note === null ? '' : ` · ${visit.note}`}
        </span>
        <span className="second s13 nowrap">{time.day(visit.at, now)}</span>
      </div>
      {answers.length > 0 && (
        <details>
          <summary className="second s13">
            {t('visit.form', { n: answers.length })}
            {answers.some(({ concern }) => concern) && (
              <span className="concern">
                <StateShape kind="watch" sizePx={14} />
                {answers
                  .filter(({ concern }) => concern)
                  .map(({ name, said }) => `${name} ${said}`)
                  .join(' · ')}
              </span>
            )}
          </summary>
          <ul>
            {answers.map(({ name, said }) => (
              <li key={name} className="s13">
                <span className="second">{name}</span> {said}
              </li>
            ))}
          </ul>
        </details>
      )}
      <VisitPhotos visit={visit} />
    </div>
  )
}

interface Answer {
  readonly name: string
  readonly said: string
  /** Worth a second look, by the checklist. */
  readonly concern: boolean
}

/** In the order of the checklist; what it no longer asks is left out. */
function answersOf(
  form: VisitForm | null,
  questions: readonly VisitQuestion[],
  { t, local }: Pick<TextTools, 't' | 'local'>,
): Answer[] {
  return questions.flatMap((question) => {
    const value = form?.[question.id]
    if (value === undefined) return []
    const name = local(question.name)
    if (question.kind === 'choice') {
      const option = question.options.find(({ id }) => id === value)
      if (option === undefined) return []
      return [{ name, said: local(option.name), concern: option.concern === true }]
    }
    const said = typeof value === 'string' ? value : t(value ? 'person.yes' : 'person.no')
    return [{ name, said, concern: value === false }]
  })
}
