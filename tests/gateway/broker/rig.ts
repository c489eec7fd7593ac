import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { loadShippedRules } from '../../../config/rules.ts'
import type { Quarantined } from '../../../contracts/health.ts'
import type { Roster, RosterCredential, RosterDevice } from '../../../contracts/roster.ts'
import type { Broker, IncomingFrame } from '../../../gateway/broker/broker.ts'
import type { EmbeddedBrokerLimits } from '../../../gateway/broker/broker-options.ts'
import { hashSecret } from '../../../gateway/broker/credential-check.ts'
import { createEmbeddedBroker } from '../../../gateway/broker/embedded-broker.ts'
import { wantsNothing } from '../../../gateway/model/foreign.ts'
import type { Logger } from '../../../gateway/model/logger.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import { createPipeline, type Pipeline } from '../../../gateway/pipeline/client.ts'

export const secret = 'a secret of the test'
export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

export const device = (
  id: string,
  state: RosterDevice['state'] = 'approved',
  type = 'sensor',
): RosterDevice => ({
  id,
  community: 'home',
  type,
  name: id,
  place: null,
  state,
  household: null,
  intervalMs: null,
  camera: null,
})

export const credential = (
  username: string,
  kind: RosterCredential['kind'],
  of: { device?: string; prefixes?: string[]; secret?: string } = {},
): RosterCredential => ({
  username,
  saltHex: '0a0b',
  hashHex: hashSecret('0a0b', Buffer.from(of.secret ?? secret)).toString('hex'),
  kind,
  community: 'home',
  device: of.device ?? null,
  prefixes: of.prefixes ?? [],
})

export const rosterOf = (
  devices: readonly RosterDevice[],
  credentials: readonly RosterCredential[],
  version = 1,
): Roster => ({
  version,
  devices: [...devices],
  credentials: [...credentials],
  households: [],
  residents: [],
  cards: [],
})

/** Two approved sensors `a` and `b`, each with its credential. */
export const twoSensors = (): Roster =>
  rosterOf(
    [device('a'), device('b')],
    [
      credential('home.a', 'device', { device: 'a' }),
      credential('home.b', 'device', { device: 'b' }),
    ],
  )

/** Broker and pipeline as the gateway has them, on a folder of their own. */
export class Rig {
  readonly folder: string
  readonly frames: IncomingFrame[] = []
  readonly quarantined: Quarantined[] = []
  readonly roster = new RosterBook()
  readonly pipeline: Pipeline
  readonly broker: Broker
  port = 0
  /** What the adapters want of a broker at the start. */
  wants = wantsNothing
  readonly #clients: MqttClient[] = []

  constructor(limits: Partial<EmbeddedBrokerLimits> = {}, folder?: string, port = 0) {
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'linli-rig-'))
    this.pipeline = createPipeline({
      file: join(this.folder, 'gateway.db'),
      rules: loadShippedRules(),
      clock: Date.now,
      logger: silent,
    })
    this.broker = createEmbeddedBroker(
      {
        roster: this.roster,
        record: (record, done) => this.pipeline.record(record, done),
        onFrame: (frame) => this.frames.push(frame),
        onQuarantine: (message) => {
          this.quarantined.push(message)
          this.pipeline.quarantine(message)
        },
        clock: Date.now,
        logger: silent,
        retained: this.pipeline.retained,
        firstSeen: this.pipeline.firstSeen,
      },
      { port, limits },
    )
  }

  async start(roster?: Roster): Promise<this> {
    const restored = await this.pipeline.start()
    this.wants = restored.wants
    this.roster.replace(restored.roster)
    if (roster !== undefined) await this.setRoster(roster)
    this.port = (await this.broker.start()).port ?? 0
    return this
  }

  async setRoster(roster: Roster): Promise<void> {
    await this.pipeline.recordRoster(roster)
    this.roster.replace(roster)
    this.broker.dropRevoked()
  }

  async connect(username: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.port}`, {
      username,
      password: secret,
      reconnectPeriod: 0,
      ...options,
    })
    client.on('error', () => undefined)
    this.#clients.push(client)
    return client
  }

  async values(deviceId: string, reading = 'temperature'): Promise<unknown[]> {
    const query = { community: 'home', device: deviceId, reading, from: 0, to: 2 ** 45 }
    return (await this.pipeline.telemetry(query)).items.map((point) => point.value)
  }

  get dropped(): Readonly<Record<string, number>> {
    return this.broker.stats().dropped
  }

  /** `keep` leaves the folder for another rig. */
  async close(keep = false): Promise<void> {
    for (const client of this.#clients) client.end(true)
    await this.broker.close()
    await this.pipeline.close()
    if (!keep) rmSync(this.folder, { recursive: true, force: true })
  }
}

export const topic = (deviceId: string, leaf: string): string => `linli/v1/home/${deviceId}/${leaf}`

/** Waits until something is so; says what it waited for when it never is. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
