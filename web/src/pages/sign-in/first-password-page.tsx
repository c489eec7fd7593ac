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
  const field = (label: string, value: string, set: (text: string) => void, hint: string) => (
    <label>
      {label}
      <Input.Password
        size="large"
        autoComplete={hint}
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  )
  return (
    <Panel title={t('password.title')} lead={t('password.lead')}>
      <form onSubmit={submit}>
        <input type="text" autoComplete="username" defaultValue={username} hidden />
        {field(t('password.old'), old, setOld, 'current-password')}
        {field(t('password.new'), fresh, setFresh, 'new-password')}
        {field(t('password.again'), again, setAgain, 'new-password')}
        <Wrong error={change.error} text={wrong} />
        <Button type="primary" size="large" htmlType="submit" loading={change.isPending} block>
          {t('password.act')}
        </Button>
      </form>
    </Panel>
  )
}
