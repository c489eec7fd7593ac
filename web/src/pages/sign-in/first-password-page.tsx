import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type FormEvent, useState } from 'react'
import { keys } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { Panel, Wrong } from './panel.tsx'

const lengthMin = 8

/** The printed first password works once; nothing else opens before it is changed. */
export default function FirstPasswordPage({ username }: { username: string }) {
  const { t } = useText()
  const client = useClient()
  const cache = useQueryClient()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [again, setAgain] = useState('')
  const [wrong, setWrong] = useState<string | null>(null)
  useTitle(t('password.title'))
  const change = useMutation({
    mutationFn: () => client.send('POST', '/auth/password', { old, new: fresh }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.me }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const text =
      fresh.length < lengthMin ? t('password.short') : fresh === again ? null : t('password.differ')
    setWrong(text)
    if (text === null) change.mutate()
  }
  return (
    <Panel title={t('password.title')} lead={t('password.lead')}>
      <form onSubmit={submit}>
        <input type="text" autoComplete="username" defaultValue={username} hidden />
        <Field label={t('password.old')} value={old} onChange={setOld} hint="current-password" />
        <Field label={t('password.new')} value={fresh} onChange={setFresh} hint="new-password" />
        <Field label={t('password.again')} value={again} onChange={setAgain} hint="new-password" />
        <Wrong error={change.error} text={wrong} />
        <Button type="primary" size="large" htmlType="submit" loading={change.isPending} block>
          {t('password.act')}
        </Button>
      </form>
    </Panel>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  /** For the browser's password store. */
  readonly hint: 'current-password' | 'new-password'
}

function Field({ label, value, onChange, hint }: FieldProps) {
  return (
    <label>
      {label}
      <Input.Password
        size="large"
        autoComplete={hint}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
