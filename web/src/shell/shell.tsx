import './shell.css'
import type { ReactNode } from 'react'
import type { Account } from '../../../contracts/http/auth.ts'
import { mayAsk } from '../data/may-ask.ts'
import { useHealth } from '../data/queries.ts'
import { useStream } from '../data/use-stream.ts'
import { useOpenNotices } from '../data/use-notices.ts'
import { SoundBanner } from '../sound/sound-banner.tsx'
import { SoundContext, useAlarmSound } from '../sound/use-alarm-sound.ts'
import { HealthBanner } from './health-banner.tsx'
import { SideNav } from './side-nav.tsx'
import { TopBar } from './top-bar.tsx'

/** The frame of every page: navigation, box state, and the banner that names what is missing. */
export function Shell({ me, children }: { me: Account; children: ReactNode }) {
  const stream = useStream(mayAsk(me.role, 'stream'))
  const health = useHealth()
  const open = useOpenNotices().data?.items ?? []
  const critical = open.filter(({ severity }) => severity === 'critical')
  const sound = useAlarmSound(
    mayAsk(me.role, 'notices'),
    critical.map(({ incident }) => incident),
  )
  return (
    <SoundContext value={sound}>
      <div className="shell">
        <SideNav me={me} />
        <div className="main">
          <TopBar me={me} health={health.isError ? null : health.data} live={stream === 'live'} />
          <HealthBanner
            health={health.isError ? null : health.data}
            retry={() => void health.refetch()}
          />
          <SoundBanner />
          <main className="view">{children}</main>
        </div>
      </div>
    </SoundContext>
  )
}
