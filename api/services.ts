import type { Clock } from '../contracts/clock.ts'
import type { Category, Unit } from '../contracts/http/system.ts'
import type { RosterChange } from '../contracts/roster.ts'
import type { LogAccess } from './audit/access-log.ts'
import type { LoginLimiter } from './auth/login-limiter.ts'
import type { Passwords } from './auth/passwords.ts'
import type { Db } from './db/open.ts'
import type { Transact } from './db/transact.ts'
import type { StreamHub } from './events/stream-hub.ts'
import type { PictureStore } from './evidence/picture-store.ts'
import type { GatewayClient } from './gateway/gateway-client.ts'
import type { GatewayWatch } from './gateway/gateway-watch.ts'
import type { VisitForwarder } from './people/visit-forwarder.ts'
import type { Metrics } from './plugins/metrics.ts'
import type { Random } from './random.ts'
import type { ActDeps } from './tickets/act.ts'

/** Everything that routes may ask for; each names the part it takes with `Pick`. */
export interface Services {
  readonly db: Db
  readonly transact: Transact
  readonly clock: Clock
  readonly random: Random
  readonly passwords: Passwords
  readonly limiter: LoginLimiter
  readonly logAccess: LogAccess
  readonly pictures: PictureStore
  readonly gateway: GatewayClient
  readonly gatewayWatch: GatewayWatch
  /** Brings a change to the box; true when it is in force there. */
  readonly push: (change: RosterChange) => Promise<boolean>
  readonly visits: VisitForwarder
  readonly hub: StreamHub
  readonly metrics: Metrics
  readonly tickets: ActDeps
  readonly categories: readonly Category[]
  readonly units: readonly Unit[]
  /** The box's own community: what is meant where none is named. */
  readonly community: string
  readonly home: string
  readonly version: string
  readonly webDir: string
  /** True while the web pages are there. */
  readonly webPresent: boolean
}
