import { Languages, LogOut, Search } from 'lucide-react'
import { type FormEvent, useEffect, useRef } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import type { Account } from '../../../contracts/http/auth.ts'
import type { Health } from '../../../contracts/http/system.ts'
import { mayAsk } from '../data/may-ask.ts'
import { useNow } from '../data/use-now.ts'
import { BrandMark } from '../look/brand-mark.tsx'
import { StateShape } from '../look/state-shape.tsx'
import { useText } from '../text/use-text.ts'
import { useUnitNames } from '../pages/ticket/use-names.ts'
import { Bell } from './bell.tsx'
import { useSignOut } from './use-sign-out.ts'

export interface TopBarProps {
  readonly me: Account
  /** Undefined while loading, null where the server does not answer. */
  readonly health: Health | null | undefined
  readonly live: boolean
}

export function TopBar({ me, health, live }: TopBarProps) {
  const { t } = useText()
  const signOut = useSignOut()
  return (
    <header className="top">
      <span className="phone-mark">
        <BrandMark sizePx={22} />
        {t('app.name')}
      </span>
      <b className="community">{useUnitNames()(health?.community ?? null)}</b>
      <Find />
      <span className="grow" />
      <BoxState health={health} live={live} />
      <span className="rule" />
      <Clock />
      {mayAsk(me.role, 'notices') && <Bell />}
      <LanguageSwitch />
      <button
        type="button"
        className="plain muted phone-only"
        aria-label={t('nav.sign-out')}
        onClick={signOut}
      >
        <LogOut size={18} strokeWidth={1.7} />
      </button>
    </header>
  )
}

/** Searches the tickets in hand; Ctrl K from everywhere. */
function Find() {
  const { t } = useText()
  const go = useNavigate()
  const [params] = useSearchParams()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', hear)
    return () => removeEventListener('keydown', hear)
  }, [])
  const search = (text: string) =>
    void go(text === '' ? '/tickets' : `/tickets?q=${encodeURIComponent(text)}`)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    search(field.current?.value.trim() ?? '')
  }
  return (
    <form className="find" onSubmit={submit}>
      <Search size={16} strokeWidth={1.7} aria-hidden="true" />
      <input
        ref={field}
        key={params.get('q') ?? ''}
        defaultValue={params.get('q') ?? ''}
        placeholder={t('nav.search')}
        aria-label={t('nav.search')}
      />
      <kbd>Ctrl K</kbd>
    </form>
  )
}

function BoxState({ health, live }: Pick<TopBarProps, 'health' | 'live'>) {
  const { t } = useText()
  if (health === undefined) return null
  const down = health === null
  const boxDown = health !== null && health.gateway === null
  const fine = health?.status === 'ok' && !boxDown
  const kind = down || boxDown ? 'offline' : fine ? 'ok' : 'major'
  const word = down
    ? t('box.server-down')
    : boxDown
      ? t('box.down')
      : fine
        ? t('box.ok')
        : t('box.degraded', { n: health?.problems?.length ?? 0 })
  const commitMs = health?.gateway?.commitMs.p50
  return (
    <div className="state">
      <StateShape kind={kind} sizePx={16} />
      <span>
        {word}
        <span className="detail">
          {commitMs !== undefined &&
            ` · ${t('box.commit', { ms: Math.max(1, Math.round(commitMs)) })}`}
          {!down && ` · ${live ? t('box.live') : t('box.waiting')}`}
        </span>
      </span>
    </div>
  )
}

function Clock() {
  const { time } = useText()
  const now = useNow(5_000)
  return (
    <span className="second s13 nowrap date">
      {time.date(now)} <b style={{ color: 'var(--ink)' }}>{time.clock(now)}</b>
    </span>
  )
}

export function LanguageSwitch() {
  const { t, language, setLanguage } = useText()
  return (
    <button
      type="button"
      className="plain second s13 row nowrap"
      style={{ gap: 5 }}
      title={t('nav.language-hint')}
      onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
    >
      <Languages size={16} strokeWidth={1.7} aria-hidden="true" />
      {t('nav.language')}
    </button>
  )
}
