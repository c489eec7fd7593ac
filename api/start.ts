import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { type Clock, dayMs } from '../contracts/clock.ts'
import type { CarePlansFile } from '../contracts/care-plan.ts'
import type { DutySeed } from '../config/org.ts'
import type { Unit } from '../contracts/http/org.ts'
import type { Category } from '../contracts/http/system.ts'
import { buildApp } from './app.ts'
import { type LadderBook, loadLadders } from '../config/ladders.ts'
import { createAccessLog } from './audit/access-log.ts'
import { ensureFirstAdmin } from './auth/first-admin.ts'
import { createAddressLimiter } from './auth/address-limiter.ts'
import { createLoginLimiter } from './auth/login-limiter.ts'
import { type PasswordsOptions, createPasswords } from './auth/passwords.ts'
import { type SpeechOptions, createSpeech } from './broadcast/speech.ts'
import { ladderOf } from './care/ladder-of.ts'
import { wireCare } from './care/wire-care.ts'
import { openDatabase } from './db/open.ts'
import { type Retention, defaultRetention } from './db/retention.ts'
import { createTransact } from './db/transact.ts'
import { createStreamHub } from './events/stream-hub.ts'
import { createExpiry } from './faces/expire.ts'
import { createNotices } from './faces/notices.ts'
import { FaceRemovals } from './faces/removals.ts'
import { createPictureStore } from './evidence/picture-store.ts'
import { createGatewayClient } from './gateway/gateway-client.ts'
import { createGatewayWatch } from './gateway/gateway-watch.ts'
import type { NotifySettings } from '../config/notify-schema.ts'
import { createOutgoing } from './notify/outgoing.ts'
import { openOrg } from './org/open-org.ts'
import type { OrgBook } from './org/org-book.ts'
import { VisitForwarder } from './people/visit-forwarder.ts'
import type { VisitRetention } from './people/visit-retention.ts'
import { createVisitPhotos } from './people/visit-photos.ts'
import { createMetrics } from './plugins/metrics.ts'
import { webIsThere } from './plugins/web.ts'
import { pruneEveryMinute } from './pruning.ts'
import type { Random } from './random.ts'
import { RosterPusher } from './roster/roster-pusher.ts'
import { readRoster } from './roster/whole.ts'
import type { WatchOptions } from './routes/cameras.ts'
import type { StreamOptions } from './routes/stream.ts'
import type { AccessRules, Services } from './services.ts'
import type { ActDeps } from './tickets/act.ts'
import { measure } from './measure.ts'
import { createDayOf } from './tickets/number.ts'
import type { TicketRow } from './tickets/ticket-row.ts'
import { Deadlines } from './timers/deadlines.ts'
import { type MachineClock, createMachineClock } from './timers/machine-clock.ts'
import { openSteadyClock } from './timers/steady-clock.ts'

export interface ApiOptions {
  /** Data directory; made where it is missing. */
  readonly home: string
  readonly community: string
  readonly adminPassword: string | null
  readonly gatewayUrl: string | null
  readonly serviceToken: string | null
  readonly webDir: string
  readonly version: string
  readonly categories: readonly Category[]
  /** Those to begin with; what people change later stays. */
  readonly units: readonly Unit[]
  readonly duties?: readonly DutySeed[]
  /** In which tickets are numbered and days begin. */
  readonly timeZone?: string
  readonly pictureQuotaBytes?: number
  /** Days that evidence stays after its ticket has closed. */
  readonly evidenceDays?: number
  /** Days that visits and their photos stay; left out: three years and 90 days. */
  readonly visitDays?: number
  readonly visitPhotoDays?: number
  readonly retention?: Retention
  readonly passwords?: PasswordsOptions
  readonly stream?: StreamOptions
  readonly watch?: WatchOptions
  readonly checkAnswers?: boolean
  /** What the configuration says of faces, doors and relays; left out: nothing is accepted, nothing on. */
  readonly access?: AccessRules
  /** Left out: the screen only, as the shipped configuration has it. */
  readonly notify?: NotifySettings
  /** What loudspeakers play; left out: the shipped way, from an address that nobody knows. */
  readonly speech?: Omit<SpeechOptions, 'home'>
  /** Who is told of what; left out: nobody is called. */
  readonly ladders?: LadderBook
  /** Levels of care and the checklist; left out: the shipped ones. */
  readonly carePlans?: CarePlansFile
  /** LINLI_PASS_KEY: signs the codes of visitors. */
  readonly passKey?: string | null
}

export interface ApiDeps {
  readonly clock: Clock
  readonly random: Random
  /** 0..1 */
  readonly chance: () => number
  /** Left out: the machine's own. */
  readonly machine?: MachineClock
  readonly logger: FastifyBaseLogger
}

export interface Api {
  readonly app: FastifyInstance
  /** True when this start made the user `admin`. */
  readonly firstStart: boolean
  close(): Promise<void>
}

const noAccess: AccessRules = {
  pictureLivenessAcceptedBy: null,
  relayAddresses: [],
  filingNumber: null,
  watchlistEnabled: false,
}

const defaultTimeZone = 'Asia/Shanghai'
const defaultQuotaBytes = 5 * 1024 ** 3

/** Opens the store, wires the services and starts what runs in the background. Listens to nothing. */
export async function startApi(deps: ApiDeps, options: ApiOptions): Promise<Api> {
  const { clock, random, chance, logger } = deps
  const { retention = defaultRetention } = options
  await mkdir(options.home, { recursive: true, mode: 0o700 })
  const db = await openDatabase(join(options.home, 'api.db'))
  const hub = createStreamHub({ db, logger })
  const machine = deps.machine ?? createMachineClock(Buffer.from(random(8)).toString('hex'))
  const steady = await openSteadyClock({ db, clock, machine })
  const gateway = createGatewayClient({
    url: options.gatewayUrl,
    serviceToken: options.serviceToken,
  })
  const roster = new RosterPusher({
    readRoster: () => readRoster(db, clock()),
    gateway,
    logger,
    chance,
  })
  const org = await openOrg({ ...deps, db }, options)
  const services = wire(
    { ...deps, db, org, hub, gateway, steady, push: (change) => roster.push(change) },
    options,
  )
  measure(services, roster)
  const firstStart = await ensureFirstAdmin(
    { db, passwords: services.passwords, random },
    { home: options.home, password: options.adminPassword, now: clock() },
  )
  const app = await buildApp(services, {
    serviceToken: options.serviceToken,
    logger,
    ...(options.checkAnswers === undefined ? {} : { checkAnswers: options.checkAnswers }),
    ...(options.stream === undefined ? {} : { stream: options.stream }),
    ...(options.watch === undefined ? {} : { watch: options.watch }),
  })
  await hub.start()
  org.start()
  // First what has run out, so that the box is not told of it.
  await services.removals.sweep()
  roster.start()
  services.removals.start()
  services.visits.start()
  await services.transact((trx) => services.care.overdue.begin(trx))
  services.deadlines.start()
  await services.outgoing.start()
  const pruning = pruneEveryMinute(services, { ...retention, ...visitRetention(options) }, logger)
  return {
    app,
    firstStart,
    async close() {
      clearInterval(pruning)
      org.close()
      await app.close()
      await services.deadlines.close()
      await services.outgoing.close()
      await services.removals.close()
      await roster.close()
      await services.visits.close()
      await hub.close()
      await db.destroy()
    },
  }
}

function ticketDeps(random: Random, org: OrgBook, options: ApiOptions): ActDeps {
  const hours = new Map(options.categories.map(({ code, handleHours }) => [code, handleHours]))
  return {
    random,
    dayOf: createDayOf(options.timeZone ?? defaultTimeZone),
    categoryHours: (code) => (code === null ? null : (hours.get(code) ?? null)),
    categoryExists: (code) => hours.has(code),
    unitExists: (id) => org.has(id),
  }
}

const pictureStore = (parts: Pick<Services, 'db' | 'clock'>, options: ApiOptions) =>
  createPictureStore(parts, {
    dir: join(options.home, 'evidence-api'),
    quotaBytes: options.pictureQuotaBytes ?? defaultQuotaBytes,
    closedMs: (options.evidenceDays ?? 30) * dayMs,
  })

/** Photos of visits never take more than a quarter of what evidence may take. */
const visitRetention = ({
  visitDays = 1_095,
  visitPhotoDays = 90,
  pictureQuotaBytes = defaultQuotaBytes,
}: ApiOptions): VisitRetention => ({
  visitsMs: visitDays * dayMs,
  photosMs: visitPhotoDays * dayMs,
  photoBytesMax: pictureQuotaBytes / 4,
})

type Wired = ApiDeps & Pick<Services, 'db' | 'org' | 'hub' | 'gateway' | 'push' | 'steady'>

function wire(parts: Wired, options: ApiOptions): Services {
  const { clock, random, logger, db, org, hub, gateway, push, steady } = parts
  const { categories, timeZone = defaultTimeZone } = options
  const { access: accessRules = noAccess, passKey = null } = options
  const transact = createTransact(db, () => {
    hub.wake()
    deadlines.wake()
    outgoing.sender.wake()
  })
  const deadlines = new Deadlines({ db, transact, steady, logger })
  const speech = createSpeech({ ...parts, transact }, { home: options.home, ...options.speech })
  // Without a book nobody is called.
  const { ladders: book = loadLadders('ladders: []', []) } = options
  const follow = { timeZone, climbs: (ticket: TicketRow) => ladderOf(book, ticket) !== null }
  const outgoing = createOutgoing({ ...parts, transact, speech }, { ...options, ...follow })
  const base = {
    clock,
    random,
    units: org.units,
    deadlines,
    steady,
    notify: outgoing.deps,
    tickets: ticketDeps(random, org, options),
  }
  const caring = wireCare({
    ...base,
    book,
    plans: options.carePlans,
    timeZone,
    community: options.community,
  })
  const { watchlistEnabled } = accessRules
  const pictures = pictureStore(parts, options)
  const expire = createExpiry({ transact, clock, push, watchlistEnabled })
  return {
    ...base,
    db,
    transact,
    passwords: createPasswords(options.passwords),
    limiter: createLoginLimiter(clock),
    logAccess: createAccessLog(db, clock),
    pictures,
    gateway,
    gatewayWatch: createGatewayWatch({ gateway, clock }),
    push,
    visits: new VisitForwarder({ db, clock, logger, gateway }),
    visitPhotos: createVisitPhotos({ db, transact, clock, pictures, gateway }),
    removals: new FaceRemovals({ db, transact, clock, logger, gateway, expire }),
    notices: createNotices({ db, clock, filingNumber: accessRules.filingNumber }),
    accessRules,
    passKey,
    outgoing,
    speech,
    hub,
    metrics: createMetrics(),
    ...caring,
    timeZone,
    linkLimiter: createAddressLimiter(clock),
    categories,
    org,
    community: options.community,
    home: options.home,
    version: options.version,
    webDir: options.webDir,
    webPresent: webIsThere(options.webDir),
  }
}
