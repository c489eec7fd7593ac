import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { useState } from 'react'
import type { TicketAction, TicketActionBody } from '../../../../contracts/ticket.ts'
import { useColleagues, useUnits } from '../../data/queries.ts'
import { DialogForm } from '../../look/dialog-form.tsx'
import { FormField } from '../../look/form-field.tsx'
import { useText } from '../../text/use-text.ts'
import type { WordKey } from '../../text/words.ts'
import { askedFields, needsNote } from './action-model.ts'

interface ActionDialogProps {
  readonly action: TicketAction
  /** Fields that the server said are missing. */
  readonly missing: readonly string[]
  readonly busy: boolean
  readonly onSend: (body: TicketActionBody) => void
  readonly onCancel: () => void
}

const noteWord = (action: TicketAction): Extract<WordKey, `field.note${string}`> => {
  if (action === 'handle') return 'field.note-handle'
  return action === 'return' ? 'field.note-return' : 'field.note'
}

/** Asks what an action demands: whom, and one line of why. */
export default function ActionDialog(props: ActionDialogProps) {
  const { action, missing, busy, onSend, onCancel } = props
  const { t, local } = useText()
  const fields = askedFields(action)
  const has = (field: string) => fields.includes(field as 'unit') || missing.includes(field)
  const units = useUnits().data?.items ?? []
  const colleagues = useColleagues(has('assignee')).data?.items ?? []
  const [unit, setUnit] = useState<string | null>(null)
  const [assignee, setAssignee] = useState<string | null>(null)
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState(false)
  const noteOwed = needsNote(action) || missing.includes('note')
  const noteAbsent = noteOwed && note.trim() === ''
  // One of the two is enough: a person has a unit.
  const nobody = action === 'dispatch' && unit === null && assignee === null
  const wrong = nobody && (asked || missing.includes('unit')) ? t('field.unit-or-person') : null
  const send = () => {
    setAsked(true)
    if (noteAbsent || nobody) return
    const body: TicketActionBody = {}
    if (unit !== null) body.unit = unit
    if (assignee !== null) body.assignee = assignee
    if (note.trim() !== '') body.note = note.trim()
    onSend(body)
  }
  return (
    <DialogForm
      title={t(`act.${action}`)}
      act={t(`act.${action}`)}
      busy={busy}
      onSubmit={send}
      onCancel={onCancel}
    >
      {has('unit') && (
        <FormField label={t('field.unit')} wrong={wrong}>
          <Select
            allowClear
            autoFocus
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('field.choose')}
            value={unit}
            options={units.map((item) => ({ value: item.id, label: local(item.name) }))}
            onChange={(value?: string) => setUnit(value ?? null)}
          />
        </FormField>
      )}
      {has('assignee') && colleagues.length > 0 && (
        <FormField label={t('field.assignee')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('field.choose')}
            value={assignee}
            options={colleagues.map((person) => ({
              value: person.id,
              label: `${person.name} · ${t(`role.${person.role}`)}`,
            }))}
            onChange={(value?: string) => setAssignee(value ?? null)}
          />
        </FormField>
      )}
      <FormField
        label={t(noteWord(action))}
        optional={!noteOwed}
        wrong={
          noteAbsent && (asked || missing.includes('note'))
            ? t(action === 'return' ? 'field.return-needs' : 'field.need')
            : null
        }
      >
        <Input.TextArea
          rows={3}
          maxLength={4_000}
          value={note}
          autoFocus={!has('unit')}
          onChange={(event) => setNote(event.target.value)}
        />
      </FormField>
    </DialogForm>
  )
}
