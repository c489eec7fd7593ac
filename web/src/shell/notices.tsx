import Button from 'antd/es/button'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { isProblem } from '../data/problem.ts'
import { errorWords } from '../data/use-say.ts'
import { type StateKind, StateShape } from '../look/state-shape.tsx'
import { useText } from '../text/use-text.ts'

/** Rows to come: quiet bars, no spinner. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useText()
  return (
    <div className="loading-rows" role="status" aria-label={t('loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  )
}

export function Failed({ error, retry }: { error: unknown; retry: () => unknown }) {
  const { t } = useText()
  const [title, hint] = errorWords(error, t)
  return (
    <div className="notice" role="alert">
      <StateShape kind={shapeOf(error)} sizePx={28} />
      <h3>{title}</h3>
      <p>{hint}</p>
      <Button onClick={() => retry()}>{t('retry')}</Button>
    </div>
  )
}

/** No answer is a broken ring; something that is not there is not a failure. */
function shapeOf(error: unknown): StateKind {
  if (!isProblem(error)) return 'major'
  if (error.status === 0 || error.status === 503) return 'offline'
  return error.status === 404 ? 'waiting' : 'major'
}

interface EmptyProps {
  /** Green only where empty is good news. */
  readonly kind?: StateKind
  readonly title: string
  readonly text: string
  readonly children?: ReactNode
}

export function Empty({ kind = 'waiting', title, text, children }: EmptyProps) {
  return (
    <div className="notice">
      <StateShape kind={kind} sizePx={28} />
      <h3>{title}</h3>
      <p>{text}</p>
      {children}
    </div>
  )
}

export function PageFailed() {
  const { t } = useText()
  return (
    <div className="notice" role="alert">
      <StateShape kind="major" sizePx={28} />
      <h3>{t('error.page')}</h3>
      <p>{t('error.page-hint')}</p>
      <Button onClick={() => location.reload()}>{t('retry')}</Button>
    </div>
  )
}

export function Absent() {
  const { t } = useText()
  return (
    <div className="notice">
      <StateShape kind="waiting" sizePx={28} />
      <h3>{t('absent.title')}</h3>
      <p>{t('absent.text')}</p>
      <Link to="/tickets">{t('nav.tickets')}</Link>
    </div>
  )
}
