import './health.css'
import { useHealth } from '../../data/queries.ts'
import { useNow } from '../../data/use-now.ts'
import { Failed, Loading } from '../../shell/notices.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { Figures } from './figures.tsx'
import { Dropped, Models, Quarantine } from './parts.tsx'
import { ProblemList } from './problem-list.tsx'

export default function HealthPage() {
  const { t } = useText()
  const now = useNow(10_000)
  const health = useHealth()
  useTitle(t('nav.health'))
  if (health.isPending) return <Loading rows={8} />
  if (health.data === undefined) return <Failed error={health.error} retry={health.refetch} />
  const { gateway, problems = [], version, community } = health.data
  return (
    <>
      <div className="page-head">
        <h1>{t('nav.health')}</h1>
        <span className="second">
          {community} {version !== undefined && `· ${version}`}
        </span>
      </div>
      <div className="page-body health">
        <ProblemList problems={problems} />
        {gateway === null || gateway === undefined ? (
          <div className="card part second">{t('health.no-gateway')}</div>
        ) : (
          <>
            <Figures gateway={gateway} now={now} />
            <Models models={gateway.models} />
            <Dropped dropped={gateway.dropped} />
            <Quarantine quarantine={gateway.quarantine} now={now} />
          </>
        )}
      </div>
    </>
  )
}
