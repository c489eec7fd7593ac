import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Segmented from 'antd/es/segmented'
import { useState } from 'react'
import type { VisitForm as Answers, VisitQuestion } from '../../../../contracts/care-plan.ts'
import { UnreadablePhoto } from '../../data/photo-jpeg.ts'
import { useCareForm } from '../../data/use-person.ts'
import { errorWords, useSay } from '../../data/use-say.ts'
import { useSaveVisit, type VisitSaved } from '../../data/use-visit.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { FormField } from '../../look/form-field.tsx'
import { useText } from '../../text/use-text.ts'
import { PhotoPicker } from './photo-picker.tsx'

/** A visit with its checklist and photos; what is not answered is left out. */
export function VisitForm({ resident, onDone }: { resident: string; onDone: () => void }) {
  const { t } = useText()
  const say = useSay()
  const [seen, setSeen] = useState<'yes' | 'no'>('yes')
  const [answers, setAnswers] = useState<Answers>({})
  const [note, setNote] = useState('')
  const [photos, setPhotos] = useState<readonly File[]>([])
  /** The visit is on record, and these photos of it are not. */
  const [saved, setSaved] = useState<VisitSaved | null>(null)
  const record = useSaveVisit(resident, {
    saved: (result) => {
      setSaved(result)
      setPhotos(result.left.map(({ photo }) => photo))
      if (result.left.length > 0) return
      say.done(t('care.visit-done'))
      onDone()
    },
    failed: say.failed,
  })
  const set = (id: string, value: string | boolean) =>
    setAnswers((before) => ({ ...before, [id]: value }))
  const submit = () => {
    const given = Object.entries(answers).filter(([, value]) => value !== '')
    const body = {
      seen: seen === 'yes',
      ...(note.trim() === '' ? {} : { note: note.trim() }),
      ...(given.length === 0 ? {} : { form: Object.fromEntries(given) }),
    }
    record.mutate({ body, photos, saved: saved?.visit ?? null })
  }
  return (
    <form
      className="visit-form"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {saved === null && (
        <Fields
          seen={seen}
          onSeen={setSeen}
          answers={answers}
          onAnswer={set}
          note={note}
          onNote={setNote}
        />
      )}
      {saved !== null && <NotKept result={saved} />}
      <PhotoPicker photos={photos} onChange={setPhotos} />
      <div className="row">
        <Button type="primary" htmlType="submit" loading={record.isPending}>
          {t(saved === null ? 'save' : 'visit.photo-again')}
        </Button>
        <Button onClick={onDone}>{t(saved === null ? 'cancel' : 'visit.photo-never')}</Button>
      </div>
    </form>
  )
}

/** What was not kept and why: the visit is not lost by it. */
function NotKept({ result }: { readonly result: VisitSaved }) {
  const { t } = useText()
  const [first] = result.left
  if (first === undefined) return null
  const [title, hint] =
    first.error instanceof UnreadablePhoto
      ? [t('visit.photo-unreadable'), t('visit.photo-unreadable-hint')]
      : errorWords(first.error, t)
  return (
    <div role="alert" className="not-kept">
      <StateShape kind="major" sizePx={18} />
      <span>
        <b>{t('visit.photo-left', { n: result.left.length })}</b> {title}
        {t('visit.stop')}
        <span className="second">{hint}</span>
      </span>
    </div>
  )
}

interface FieldsProps {
  readonly seen: 'yes' | 'no'
  readonly onSeen: (seen: 'yes' | 'no') => void
  readonly answers: Answers
  readonly onAnswer: (id: string, value: string | boolean) => void
  readonly note: string
  readonly onNote: (note: string) => void
}

function Fields({ seen, onSeen, answers, onAnswer, note, onNote }: FieldsProps) {
  const { t, local } = useText()
  const form = useCareForm().data
  return (
    <>
      <FormField label={t('care.visit-seen')}>
        <Segmented
          value={seen}
          options={[
            { value: 'yes', label: t('care.visit-yes') },
            { value: 'no', label: t('care.visit-no') },
          ]}
          onChange={onSeen}
        />
      </FormField>
      {(form?.form ?? []).map((question) => (
        <FormField key={question.id} label={local(question.name)} optional>
          <Question question={question} value={answers[question.id]} onChange={onAnswer} />
        </FormField>
      ))}
      <FormField label={t('care.note')} optional>
        <Input.TextArea
          rows={2}
          maxLength={4_000}
          value={note}
          onChange={(event) => onNote(event.target.value)}
        />
      </FormField>
    </>
  )
}

interface QuestionProps {
  readonly question: VisitQuestion
  readonly value: string | boolean | undefined
  readonly onChange: (id: string, value: string | boolean) => void
}

function Question({ question, value, onChange }: QuestionProps) {
  const { t, local } = useText()
  if (question.kind === 'text') {
    return (
      <Input
        maxLength={1_000}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(question.id, event.target.value)}
      />
    )
  }
  const options =
    question.kind === 'yes-no'
      ? [
          { value: 'yes', label: t('person.yes') },
          { value: 'no', label: t('person.no') },
        ]
      : question.options.map((option) => ({ value: option.id, label: local(option.name) }))
  const chosen = typeof value === 'boolean' ? (value ? 'yes' : 'no') : (value ?? '')
  return (
    <div className="row wrap choices" role="radiogroup" aria-label={local(question.name)}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={chosen === option.value}
          className={chosen === option.value ? 'choice on' : 'choice'}
          onClick={() =>
            onChange(
              question.id,
              question.kind === 'yes-no' ? option.value === 'yes' : option.value,
            )
          }
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
