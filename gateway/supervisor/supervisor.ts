import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Settings } from '../../config/env.ts'
import type { Config } from '../../config/schema.ts'
import { type Clock, dayMs } from '../../contracts/clock.ts'
import { addressesOf, networkAddress } from './addresses.ts'
import type { BackoffOptions } from './backoff.ts'
import { banner, type SignIn, type Trust } from './banner.ts'
import { jemallocOf } from './allocator.ts'
import { childEnvironments, type ChildEnvironments } from './child-env.ts'
import { ChildKeeper } from './child-keeper.ts'
import { ChildLog } from './child-log.ts'
import { healthOf } from './health-of.ts'
import { Home, type RunFile, type SecretName } from './home.ts'
import { type ListenerPlan, planListeners } from './listener-plan.ts'
import { resolvePortsWithin, type Wish } from './ports.ts'
import { certificateNames, ensureTls, type TlsFiles } from './tls-authority.ts'

export interface SupervisorDeps {
  readonly settings: Settings
  readonly config: Config
  /** Handed on to the children, with ours on top. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  readonly clock: Clock
  readonly random: () => number
  readonly randomBytes: (bytes: number) => Uint8Array
  readonly sleep: (ms: number) => Promise<unknown>
  readonly hostname: string
  /** Of this machine's interfaces, asked again for each renewal. */
  readonly addresses: () => readonly string[]
  /** One or more lines for people. */
  readonly show: (text: string) => void
  readonly warn: (text: string) => void
}

export interface SupervisorOptions {
  /** JavaScript files of the two processes. */
  readonly gatewayFile: string
  readonly apiFile: string
  readonly execArgv?: readonly string[]
  readonly backoff?: BackoffOptions
  readonly graceMs?: number
  /** How long the banner waits for `/ready`. */
  readonly readyWithinMs?: number
}

const names = ['gateway', 'api'] as const
type Name = (typeof names)[number]

interface Prepared {
  readonly plan: ListenerPlan
  readonly tls: TlsFiles | null
  readonly run: RunFile
  readonly token: string
  readonly environments: ChildEnvironments
}

/**
 * The parent of gateway and api: gives them ports and secrets, keeps both alive, and says on the
 * screen where they are and what is missing. It holds no data and parses no message from outside.
 */
export class Supervisor {
  readonly #deps: SupervisorDeps
  readonly #options: SupervisorOptions
  readonly #home: Home
  readonly #keepers = new Map<Name, ChildKeeper>()
  readonly #logs: ChildLog[] = []
  readonly #listening = new Set<Name>()
  #startedAt = 0
  #announced = false
  #stopping = false
  #renewTimer: NodeJS.Timeout | null = null

  constructor(deps: SupervisorDeps, options: SupervisorOptions) {
    this.#deps = deps
    this.#options = options
    this.#home = new Home(deps.settings.home)
  }

  /** Resolves once both children are spawned. Throws coded errors: port.in-use, home.in-use, disk.full. */
  async start(): Promise<void> {
    this.#startedAt = this.#deps.clock()
    this.#home.open()
    try {
      const prepared = await this.#prepare()
      // Told to stop while it looked for ports.
      if (this.#stopping) return
      for (const name of names) this.#keep(name, prepared)
      for (const keeper of this.#keepers.values()) keeper.start()
      if (prepared.tls !== null) this.#renewDaily()
    } catch (error) {
      this.#home.close()
      throw error
    }
  }

  /** Ends the children (gently, unless `now`), removes run.json and gives up the lock. */
  async stop(options: { readonly now?: boolean } = {}): Promise<void> {
    this.#stopping = true
    if (this.#renewTimer !== null) clearInterval(this.#renewTimer)
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.stop(options)))
    for (const log of this.#logs) log.close()
    this.#home.removeRun()
    this.#home.close()
  }

  /** Process ids of the children that run now, for tests and `doctor`. */
  pids(): Readonly<Record<Name, number | null>> {
    return {
      gateway: this.#keepers.get('gateway')?.pid ?? null,
      api: this.#keepers.get('api')?.pid ?? null,
    }
  }

  async #prepare(): Promise<Prepared> {
    const { settings, config } = this.#deps
    const wished = planListeners(settings, config)
    const patienceMs = this.#home.leftBehind() ? 5_000 : 0
    this.#home.removeRun()
    const { plan, gatewayPort } = await this.#resolve(wished, patienceMs)
    const tls = plan.https === null && plan.mqtts === null ? null : await this.#ensureTls()
    const run = { ...addressesOf(plan, config.broker.url), pid: this.#deps.pid }
    const secret = (name: SecretName): string => this.#home.secret(name, this.#deps.randomBytes)
    const token = secret('service-token')
    const facts = {
      settings,
      plan,
      gatewayPort,
      apiUrl: run.http,
      serviceToken: token,
      passKey: secret('pass-key'),
      faceKeyHex: secret('face-key'),
      tls,
      jemalloc: jemallocOf(),
    }
    return { plan, tls, run, token, environments: childEnvironments(this.#deps.env, facts) }
  }

  async #resolve(plan: ListenerPlan, patienceMs: number) {
    const wishes: Wish[] = [
      { host: '127.0.0.1', port: this.#deps.settings.gatewayPort, variable: 'LINLI_GATEWAY_PORT' },
      { ...plan.http, variable: 'LINLI_HTTP_PORT' },
    ]
    const listeners = [
      ['mqtt', 'LINLI_MQTT_PORT'],
      ['https', 'LINLI_HTTPS_PORT'],
      ['mqtts', 'LINLI_MQTTS_PORT'],
    ] as const
    const wanted = listeners.filter(([key]) => plan[key] !== null)
    for (const [key, variable] of wanted) {
      const listener = plan[key]
      if (listener !== null) wishes.push({ ...listener, variable })
    }
    const [gatewayPort = 0, httpPort = 0, ...rest] = await resolvePortsWithin(
      wishes,
      patienceMs,
      this.#deps.sleep,
    )
    const resolved = { ...plan, http: { ...plan.http, port: httpPort } }
    wanted.forEach(([key], index) => {
      const listener = plan[key]
      if (listener !== null) resolved[key] = { ...listener, port: rest[index] ?? 0 }
    })
    return { plan: resolved, gatewayPort }
  }

  #ensureTls(): Promise<TlsFiles> {
    const sanNames = certificateNames(this.#deps.hostname, this.#deps.addresses())
    return ensureTls(this.#home.path('tls'), sanNames, this.#deps.clock)
  }

  #keep(name: Name, prepared: Prepared): void {
    const log = new ChildLog(
      { clock: this.#deps.clock, show: this.#deps.warn },
      { name, file: this.#home.path('logs', `${name}.log`) },
    )
    this.#logs.push(log)
    const keeper = new ChildKeeper(
      {
        clock: this.#deps.clock,
        random: this.#deps.random,
        onLine: (line) => log.line(line),
        onListening: () => this.#onListening(name, prepared),
        onDeath: (how, delayMs) =>
          this.#deps.warn(
            `${name} 意外退出，${delayMs} ms 后重启 / died (${how}), restart follows`,
          ),
      },
      {
        file: name === 'gateway' ? this.#options.gatewayFile : this.#options.apiFile,
        env: prepared.environments[name],
        ...(this.#options.execArgv === undefined ? {} : { execArgv: this.#options.execArgv }),
        ...(this.#options.backoff === undefined ? {} : { backoff: this.#options.backoff }),
        ...(this.#options.graceMs === undefined ? {} : { graceMs: this.#options.graceMs }),
      },
    )
    this.#keepers.set(name, keeper)
  }

  #onListening(name: Name, prepared: Prepared): void {
    this.#listening.add(name)
    if (this.#announced || this.#stopping || this.#listening.size < names.length) return
    this.#announced = true
    this.#home.writeRun(prepared.run)
    this.#announce(prepared).catch((error: unknown) => this.#deps.warn(String(error)))
  }

  async #announce({ plan, tls, run, token }: Prepared): Promise<void> {
    const withinMs = this.#options.readyWithinMs ?? 10_000
    const { ready, problems } = await healthOf(run.http, token, withinMs, this.#deps.sleep)
    if (this.#stopping) return
    const networkUrl = networkAddress(plan, this.#deps.addresses())
    this.#deps.show(
      banner({
        run,
        networkUrl,
        home: this.#home.dir,
        signIn: this.#signIn(),
        ready,
        startedInMs: this.#deps.clock() - this.#startedAt,
        keptOnLoopback: plan.keptOnLoopback,
        problems,
        trust: tls === null ? null : await this.#trust(tls, networkUrl ?? run.https ?? null),
      }),
    )
  }

  async #trust(tls: TlsFiles, url: string | null): Promise<Trust | null> {
    if (url === null) return null
    const { default: qrcode } = await import('qrcode')
    const caUrl = `${url}/ca.pem`
    const qr = await qrcode.toString(caUrl, { type: 'terminal', small: true })
    return { caUrl, caFile: tls.caFile, fingerprint: tls.caFingerprint, qr }
  }

  /** The api writes the first password beside its database, and removes it when it was changed. */
  #signIn(): SignIn {
    const file = this.#home.path('admin-password.txt')
    if (existsSync(file)) {
      const isNew = statSync(file).mtimeMs >= this.#startedAt - 1_000
      return isNew
        ? { kind: 'new', password: readFileSync(file, 'utf8').trim() }
        : { kind: 'file', file }
    }
    return this.#deps.settings.adminPassword === null ? { kind: 'own' } : { kind: 'environment' }
  }

  /** Certificates end while a box runs for years: both children come back with the new one. */
  #renewDaily(): void {
    this.#renewTimer = setInterval(() => {
      this.#ensureTls()
        .then(async ({ renewed }) => {
          if (renewed) for (const keeper of this.#keepers.values()) await keeper.renew()
        })
        .catch((error: unknown) => this.#deps.warn(`TLS: ${String(error)}`))
    }, dayMs)
    this.#renewTimer.unref()
  }
}
