import { useMutation, useQueryClient } from '@tanstack/react-query'
import Input from 'antd/es/input'
import Segmented from 'antd/es/segmented'
import { useState } from 'react'
import type { Severity } from '../../../../contracts/anomaly.ts'
import type { Ticket, TicketCreate } from '../../../../contracts/ticket.ts'
import { keys } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useSay } from '../../data/use-say.ts'
import { DialogForm } from '../../look/dialog-form.tsx'
import { FormField } from '../../look/form-field.tsx'
import { useText } from '../../text/use-text.ts'

interface CreateDialogProps {
  readonly onClose: () => void
  readonly onCreated: (id: string) => void
}

const severities: readonly Severity[] = ['critical', 'major', 'minor']

export default function CreateDialog({ onClose, onCreated }: CreateDialogProps) {
  const { t } = useText()
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  const [title, setTitle] = useState('')
  const [place, setPlace] = useState('')
  const [description, setDescription] = useState('')
  const [severity, setSeverity] = useState<Severity>('minor')
  const [asked, setAsked] = useState(false)
  const create = useMutation({
    mutationFn: () => {
      const body: TicketCreate = { title: title.trim(), severity }
      if (description.trim() !== '') body.description = description.trim()
      if (place.trim() !== '') body.place = { name: place.trim() }
      return client.send<Ticket>('POST', '/tickets', body)
    },
    onSuccess: (ticket) => {
      void cache.invalidateQueries({ queryKey: keys.tickets })
      say.done(t('create.done', { number: ticket.number }))
      onCreated(ticket.id)
    },
    onError: say.failed,
  })
  const submit = () => {
    setAsked(true)
    if (title.trim() !== '') create.mutate()
  }
  return (
    <DialogForm
      title={t('tickets.create')}
      act={t('create.act')}
      busy={create.isPending}
      onSubmit={submit}
      onCancel={onClose}
    >
      <FormField
        label={t('create.title')}
        wrong={asked && title.trim() === '' ? t('field.need') : null}
      >
        <Input
          autoFocus
          maxLength={200}
          placeholder={t('create.title-hint')}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </FormField>
      <FormField label={t('create.place')} optional>
        <Input maxLength={200} value={place} onChange={(event) => setPlace(event.target.value)} />
      </FormField>
      <FormField label={t('create.severity')}>
        <Segmented
          value={severity}
          options={severities.map((value) => ({ value, label: t(`severity.${value}`) }))}
          onChange={setSeverity}
        />
      </FormField>
      <FormField label={t('create.description')} optional>
        <Input.TextArea
          rows={3}
          maxLength={4_000}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </FormField>
    </DialogForm>
  )
}
