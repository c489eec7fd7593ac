import { useMutation, useQueryClient } from '@tanstack/react-query'
import Input from 'antd/es/input'
import Segmented from 'antd/es/segmented'
import Select from 'antd/es/select'
import { useState } from 'react'
import type { SuspensionCreate, VisitCreate } from '../../../../contracts/http/people.ts'
import { keys } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useSay } from '../../data/use-say.ts'
import { DialogForm } from '../../look/dialog-form.tsx'
import { FormField } from '../../look/form-field.tsx'
import { useText } from '../../text/use-text.ts'
import { fromField, toField } from '../../text/zone.ts'

/** Whom it can be about. */
export interface DialogPerson {
  readonly id: string
  readonly name: string
  readonly place: string | null
}

export interface CareDialogProps {
  readonly people: readonly DialogPerson[]
  /** Known where the dialog was opened from a person. */
  readonly resident: string | null
  readonly onClose: () => void
}

function usePost(what: 'suspensions' | 'visits', done: string, onClose: () => void) {
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  return useMutation({
    mutationFn: ({ resident, body }: { resident: string; body: SuspensionCreate | VisitCreate }) =>
      client.send('POST', `/care/${encodeURIComponent(resident)}/${what}`, body),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.care })
      say.done(done)
      onClose()
    },
    onError: say.failed,
  })
}

function Person(props: {
  readonly people: readonly DialogPerson[]
  readonly value: string | null
  readonly asked: boolean
  readonly onChange: (id: string | null) => void
}) {
  const { t } = useText()
  return (
    <FormField
      label={t('care.who')}
      wrong={props.asked && props.value === null ? t('field.need') : null}
    >
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('field.choose')}
        value={props.value}
        options={props.people.map(({ id, name, place }) => ({
          value: id,
          label: `${name} ${place ?? ''}`,
        }))}
        onChange={(value?: string) => props.onChange(value ?? null)}
      />
    </FormField>
  )
}

const reasons = ['away', 'hospital', 'family'] as const

export function AwayDialog({ people, resident, onClose }: CareDialogProps) {
  const { t } = useText()
  const [who, setWho] = useState(resident)
  const [reason, setReason] = useState<(typeof reasons)[number]>('away')
  const [from, setFrom] = useState(() => toField(Date.now()))
  const [to, setTo] = useState('')
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState(false)
  const post = usePost('suspensions', t('care.away-done'), onClose)
  const submit = () => {
    setAsked(true)
    if (who === null) return
    const body: SuspensionCreate = { reason, to: fromField(to) }
    const start = fromField(from)
    if (start !== null) body.from = start
    if (note.trim() !== '') body.note = note.trim()
    post.mutate({ resident: who, body })
  }
  return (
    <DialogForm
      title={t('care.act-away')}
      act={t('save')}
      busy={post.isPending}
      onSubmit={submit}
      onCancel={onClose}
    >
      <Person people={people} value={who} asked={asked} onChange={setWho} />
      <FormField label={t('care.reason')}>
        <Segmented
          value={reason}
          options={reasons.map((value) => ({ value, label: t(`care.reason-${value}`) }))}
          onChange={setReason}
        />
      </FormField>
      <FormField label={t('care.from')}>
        <Input
          type="datetime-local"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </FormField>
      <FormField label={t('care.to')}>
        <Input type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} />
      </FormField>
      <FormField label={t('care.note')} optional>
        <Input maxLength={1_000} value={note} onChange={(event) => setNote(event.target.value)} />
      </FormField>
    </DialogForm>
  )
}

export function VisitDialog({ people, resident, onClose }: CareDialogProps) {
  const { t } = useText()
  const [who, setWho] = useState(resident)
  const [seen, setSeen] = useState<'yes' | 'no'>('yes')
  const [at, setAt] = useState(() => toField(Date.now()))
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState(false)
  const post = usePost('visits', t('care.visit-done'), onClose)
  const submit = () => {
    setAsked(true)
    if (who === null) return
    const body: VisitCreate = { seen: seen === 'yes' }
    const when = fromField(at)
    if (when !== null) body.at = Math.min(when, Date.now())
    if (note.trim() !== '') body.note = note.trim()
    post.mutate({ resident: who, body })
  }
  return (
    <DialogForm
      title={t('care.act-visit')}
      act={t('save')}
      busy={post.isPending}
      onSubmit={submit}
      onCancel={onClose}
    >
      <Person people={people} value={who} asked={asked} onChange={setWho} />
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
      <FormField label={t('care.visit-at')}>
        <Input type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
      </FormField>
      <FormField label={t('care.note')} optional>
        <Input.TextArea
          rows={2}
          maxLength={4_000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </FormField>
    </DialogForm>
  )
}
