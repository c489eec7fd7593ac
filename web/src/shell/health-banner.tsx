import Button from 'antd/es/button'
import { Link, useLocation } from 'react-router'
import type { Health } from '../../../contracts/http/system.ts'
import { StateShape } from '../look/state-shape.tsx'
import { useText } from '../text/use-text.ts'

interface HealthBannerProps {
  readonly health: Health | null | undefined
  readonly retry: () => void
}

/** On every page: what is missing, in one line, and the way to mend it. Nothing where all is well. */
export function HealthBanner({ health, retry }: HealthBannerProps) {
  const { t, local } = useText()
  const { pathname } = useLocation()
  if (health === undefined) return null
  if (health === null) {
    return (
      <div className="banner down" role="alert">
        <StateShape kind="offline" sizePx={16} />
        <span className="grow">{t('banner.offline')}</span>
        <Button size="small" onClick={retry}>
          {t('retry')}
        </Button>
      </div>
    )
  }
  const [first, ...others] = health.problems ?? []
  if (first === undefined) return null
  return (
    <div className="banner" role="status">
      <StateShape kind="major" sizePx={16} />
      <span className="grow">
        {t('banner.first', { what: local(first.what), hint: local(first.hint) })}
        {others.length > 0 && ` · ${t('banner.more', { n: others.length })}`}
      </span>
      {pathname !== '/health' && <Link to="/health">{t('banner.mend')}</Link>}
    </div>
  )
}
