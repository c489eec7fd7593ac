import { useMutation, useQueryClient } from '@tanstack/react-query'
import Input from 'antd/es/input'
import { useState } from 'react'
import type { DeviceCreate, DeviceWithSecret } from '../../../../contracts/http/devices.ts'
import { keys } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useSay } from '../../data/use-say.ts'
import { DialogForm } from '../../look/dialog-form.tsx'
import { FormField } from '../../look/form-field.tsx'
import { useText } from '../../text/use-text.ts'

interface CreateDeviceProps {
  readonly onClose: () => void
  readonly onCreated: (answer: DeviceWithSecret) => void
}

const slug = /^[a-z0-9][a-z0-9-]{0,63}$/

export default function CreateDevice({ onClose, onCreated }: CreateDeviceProps) {
  const { t } = useText()
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  const [id, setId] = useState('')
  const [type, setType] = useState('')
  const [name, setName] = useState('')
  const [place, setPlace] = useState('')
  const [asked, setAsked] = useState(false)
  const idFits = slug.test(id)
  const create = useMutation({
    mutationFn: () => {
      const body: DeviceCreate = { id, type: type.trim() }
      if (name.trim() !== '') body.name = name.trim()
      if (place.trim() !== '') body.place = { name: place.trim() }
      return client.send<DeviceWithSecret>('POST', '/devices', body)
    },
    onSuccess: (answer) => {
      void cache.invalidateQueries({ queryKey: keys.devices })
      onCreated(answer)
    },
    onError: say.failed,
  })
  const submit = () => {
    setAsked(true)
    if (idFits && type.trim() !== '') create.mutate()
  }
  return (
    <DialogForm
      title={t('devices.create')}
      act={t('create.act')}
      busy={create.isPending}
      onSubmit={submit}
      onCancel={onClose}
    >
      <FormField
        label={t('devices.id')}
        wrong={(asked || id !== '') && !idFits ? t('devices.id-wrong') : null}
      >
        <Input autoFocus value={id} onChange={(event) => setId(event.target.value)} />
      </FormField>
      <FormField
        label={t('devices.type')}
        wrong={asked && type.trim() === '' ? t('field.need') : null}
      >
        <Input maxLength={64} value={type} onChange={(event) => setType(event.target.value)} />
      </FormField>
      <FormField label={t('devices.name')} optional>
        <Input maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      </FormField>
      <FormField label={t('devices.place')} optional>
        <Input maxLength={200} value={place} onChange={(event) => setPlace(event.target.value)} />
      </FormField>
    </DialogForm>
  )
}
