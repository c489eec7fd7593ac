import { useMutation, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type FormEvent, useState } from 'react'
import type { LoginAnswer } from '../../../../contracts/http/auth.ts'
import { keys } from '../../data/queries.ts'
import { rememberSignedIn } from '../../data/signed-in.ts'
import { useClient } from '../../data/use-client.ts'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { Panel, Wrong } from './panel.tsx'

export default function SignInPage() {
  const { t } = useText()
  const client = useClient()
  const cache = useQueryClient()
  const [username, setUsername] = useState('admin')
  const [password, setPassword] = useState('')
  const [unfilled, setUnfilled] = useState(false)
  useTitle(t('sign-in.act'))
  const signIn = useMutation({
    mutationFn: () => client.send<LoginAnswer>('POST', '/auth/login', { username, password }),
    onSuccess: (answer) => {
      rememberSignedIn(true)
      cache.setQueryData(keys.me, answer.user)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const empty = username.trim() === '' || password === ''
    setUnfilled(empty)
    if (!empty) signIn.mutate()
  }
  return (
    <Panel title={t('app.name')} lead={t('sign-in.lead')}>
      <form onSubmit={submit}>
        <label>
          {t('sign-in.username')}
          <Input
            size="large"
            autoComplete="username"
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </label>
        <label>
          {t('sign-in.password')}
          <Input.Password
            size="large"
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <Wrong error={signIn.error} text={unfilled ? t('sign-in.fill') : null} />
        <Button type="primary" size="large" htmlType="submit" loading={signIn.isPending} block>
          {t('sign-in.act')}
        </Button>
        <span className="muted s12">{t('sign-in.hint')}</span>
      </form>
    </Panel>
  )
}
