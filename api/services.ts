import type { Clock } from '../contracts/clock.ts'
import type { Unit } from '../contracts/http/org.ts'
import type { Category } from '../contracts/http/system.ts'
import type { RosterChange } from '../contracts/roster.ts'
import type { LogAccess } from './audit/access-log.ts'
import type { AddressLimiter } from './auth/address-limiter.ts'
import type { LoginLimiter } from './auth/login-limiter.ts'
import type { Passwords } from './auth/passwords.ts'
import type { OverdueVisits } from './care/overdue-visits.ts'
import type { PlanDeps } from './care/plans.ts'
import type { Ladders } from './care/ladders.ts'
import type { Speech } from './broadcast/speech.ts'
import type { Db } from './db/open.ts'
import type { Transact } from './db/transact.ts'
import type { StreamHub } from './events/stream-hub.ts'
import type { PictureStore } from './evidence/picture-store.ts'
import type { DeviceRules } from './devices/settings.ts'
import type { Notices } from './faces/notices.ts'
import type { FaceRemovals } from './faces/removals.ts'
import type { NotifyDeps } from './notify/notify.ts'
import type { Outgoing } from './notify/outgoing.ts'
import type { GatewayClient } from './gateway/gateway-client.ts'
import type { GatewayWatch } from './gateway/gateway-watch.ts'
import type { VisitForwarder } from './people/visit-forwarder.ts'
import type { VisitPhotos } from './people/visit-photos.ts'
import type { OrgBook } from './org/org-book.ts'
import type { Metrics } from './plugins/metrics.ts'
import type { Random } from './random.ts'
import type { ActDeps } from './tickets/act.ts'
import type { Deadlines } from './timers/deadlines.ts'
import type { SteadyClock } from './timers/steady-clock.ts'

/** What the configuration says of faces, doors and relays. */
export interface AccessRules extends DeviceRules {
  /** Of the filing that 100,000 stored faces demand. */
  readonly filingNumber: string | null
  readonly watchlistEnabled: boolean
}

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
  readonly visitPhotos: VisitPhotos
  /** Deletes templates until they are gone. */
  readonly removals: FaceRemovals
  /** What the law wants done and nobody has done yet. */
  readonly notices: Notices
  readonly accessRules: AccessRules
  /** Signs the codes of visitors; null where none was handed in. */
  readonly passKey: string | null
  /** For whoever has something to tell; see api/notify/notify.ts. */
  readonly notify: NotifyDeps
  /** What drains the queue of messages. */
  readonly outgoing: Outgoing
  /** What loudspeakers play. */
  readonly speech: Speech
  readonly hub: StreamHub
  readonly metrics: Metrics
  readonly tickets: ActDeps
  /** Time that no setting of a clock moves. */
  readonly steady: SteadyClock
  readonly deadlines: Deadlines
  readonly ladders: Ladders
  /** Plans of care, and who watches that visits are made. */
  readonly care: PlanDeps & { readonly overdue: OverdueVisits }
  readonly timeZone: string
  /** Of the pages that need no account. */
  readonly linkLimiter: AddressLimiter
  readonly categories: readonly Category[]
  /** The units as they are now. */
  readonly org: OrgBook
  /** Those of `org`. */
  readonly units: readonly Unit[]
  /** The box's own community: what is meant where none is named. */
  readonly community: string
  readonly home: string
  readonly version: string
  readonly webDir: string
  /** True while the web pages are there. */
  readonly webPresent: boolean
}
