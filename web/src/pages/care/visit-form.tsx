import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Segmented from 'antd/es/segmented'
import { useState } from 'react'
import type { VisitForm as Answers, VisitQuestion } from '../../../../contracts/care-plan.ts'
import { useCareForm, useRecordVisit } from '../../data/use-person.ts'
import { useSay } from '../../data/use-say.ts'
import { FormField } from '../../look/form-field.tsx'
import { useText } from '../../text/use-text.ts'

/** A visit with its checklist; what is not answered is left out. */
export function VisitForm({ resident, onDone }: { resident: string; onDone: () => void }) {
  const { t, local } = useText()
  const say = useSay()
  const form = useCareForm().data
  const [seen, setSeen] = useState<'yes' | 'no'>('yes')
  const [answers, setAnswers] = useState<Answers>({})
  const [note, setNote] = useState('')
  const record = useRecordVisit(resident, {
    done: () => {
      say.done(t('care.visit-done'))
      onDone()
    },
    failed: say.failed,
  })
  const set = (id: string, value: string | boolean) =>
    setAnswers((before) => ({ ...before, [id]: value }))
  const submit = () => {
    const given = Object.entries(answers).filter(([, value]) => value !== '')
    record.mutate({
      seen: seen === 'yes',
      ...(note.trim() === '' ? {} : { note: note.trim() }),
      ...(given.length === 0 ? {} : { form: Object.fromEntries(given) }),
    })
  }
  return (
    <form
      className="visit-form"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <FormField label={t('care.visit-seen')}>
        <Segmented
          value={seen}
          options={[
            { value: 'yes', label: t('care.visit-yes') },
            { value: 'no', label: t('care.visit-no') },
          ]}
          onChange={setSeen}
        />
      </FormField>
      {(form?.form ?? []).map((question) => (
        <FormField key={question.id} label={local(question.name)} optional>
          <Question question={question} value={answers[question.id]} onChange={set} />
        </FormField>
      ))}
      <FormField label={t('care.note')} optional>
        <Input.TextArea
          rows={2}
          maxLength={4_000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </FormField>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={record.isPending}>
          {t('save')}
        </Button>
        <Button onClick={onDone}>{t('cancel')}</Button>
      </div>
    </form>
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
