import type { AnomalyType } from '../../contracts/anomaly.ts'
import { type Clock, secondMs } from '../../contracts/clock.ts'
import type { GatewayEvent } from '../../contracts/events.ts'
import type { Place } from '../../contracts/place.ts'
import type { CommandOutcome, CommandRequest } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import { sameArea } from './same-area.ts'

export interface LanAlarmOptions {
  /** Which critical anomalies sound. */
  readonly types: readonly AnomalyType[]
  readonly sirenSeconds: number
  /** One device is not commanded again within this time. */
  readonly minGapSeconds: number
  /** Nothing is commanded; the receipts say what would have been. */
  readonly testMode: boolean
}

/** What a siren or loudspeaker answered. */
export interface AlarmReceipt {
  readonly community: string
  readonly device: string
  readonly anomaly: string
  readonly command: string
  readonly outcome: CommandOutcome['outcome'] | 'test-mode' | 'too-soon'
  readonly error: string | null
}

export interface LanAlarmDeps {
  readonly roster: RosterView
  readonly command: (request: CommandRequest) => Promise<CommandOutcome>
  readonly clock: Clock
  readonly logger: Logger
  /** Into the durable log, and up from there. */
  readonly receipt: (receipt: AlarmReceipt) => Promise<void>
}

const ttlMs = 15 * secondMs
const rememberedMax = 10_000

/**
 * Sirens and loudspeakers of the place, before anything leaves the house: the box does it by itself, on
 * what has been committed, with the platform and every link down. Once per anomaly.
 */
export class LanAlarm {
  readonly #deps: LanAlarmDeps
  readonly #options: LanAlarmOptions
  #done = new Set<string>()
  #soundedAt = new Map<string, number>()
  readonly stats = { sounded: 0, failed: 0, tooSoon: 0, nobody: 0 }

  constructor(deps: LanAlarmDeps, options: LanAlarmOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** An event that was committed; only a critical anomaly that was raised moves anything. */
  async committed(event: GatewayEvent): Promise<void> {
    const raised = raisedOf(event)
    if (raised === null || !this.#options.types.includes(raised.type)) return
    if (this.#done.has(raised.id)) return
    if (this.#done.size >= rememberedMax) this.#done = new Set()
    this.#done.add(raised.id)
    const devices = [...this.#deps.roster.devices()].filter(
      (device) => soundsFor(device, event.community) && sameArea(device.place, raised.place),
    )
    if (devices.length === 0) this.stats.nobody += 1
    await Promise.all(devices.map((device) => this.#sound(device, raised)))
  }

  async #sound(device: RosterDevice, raised: Raised): Promise<void> {
    const request = commandOf(device, raised, this.#options.sirenSeconds)
    const { outcome, error } = await this.#tell(device, request)
    if (outcome === 'done') this.stats.sounded += 1
    else if (outcome === 'refused' || outcome === 'expired') this.stats.failed += 1
    await this.#deps.receipt({
      community: device.community,
      device: device.id,
      anomaly: raised.id,
      command: request.name,
      outcome,
      error,
    })
  }

  async #tell(
    device: RosterDevice,
    request: CommandRequest,
  ): Promise<Pick<AlarmReceipt, 'outcome' | 'error'>> {
    if (this.#options.testMode) return { outcome: 'test-mode', error: null }
    const key = `${device.community}/${device.id}`
    const now = this.#deps.clock()
    const last = this.#soundedAt.get(key)
    // A clock that was put back must not silence it.
    if (last !== undefined && Math.abs(now - last) < this.#options.minGapSeconds * secondMs) {
      this.stats.tooSoon += 1
      return { outcome: 'too-soon', error: null }
    }
    if (this.#soundedAt.size >= rememberedMax) this.#soundedAt = new Map()
    this.#soundedAt.set(key, now)
    try {
      return await this.#deps.command(request)
    } catch (error) {
      this.#deps.logger.error({ device: key, error: String(error) }, 'a siren could not be told')
      return { outcome: 'refused', error: String(error) }
    }
  }
}

interface Raised {
  readonly id: string
  readonly type: AnomalyType
  readonly title: LocalText
  readonly place: Place | null
}

/** What the anomaly book puts into `anomaly.raised`; written by us, so it is taken as it is. */
function raisedOf({ type, data }: GatewayEvent): Raised | null {
  if (type !== 'anomaly.raised' || data['severity'] !== 'critical') return null
  return data as unknown as Raised
}

const soundsFor = (device: RosterDevice, community: string): boolean =>
  device.community === community &&
  device.state === 'approved' &&
  (device.type === 'siren' || device.type === 'speaker')

function commandOf(
  { community, id: device, type }: RosterDevice,
  { id, title, place }: Raised,
  sirenSeconds: number,
): CommandRequest {
  if (type === 'siren')
    return {
      community,
      device,
      name: 'siren.on',
      args: { seconds: sirenSeconds, anomaly: id },
      ttlMs,
    }
  const where = place === null ? '' : `，${place.name}`
  const text = `请注意${where}，${title.zh}。请马上离开，不要乘电梯。`
  const args = { text, lang: 'zh', priority: 'emergency', repeat: 3 }
  return { community, device, name: 'speaker.say', args, ttlMs }
}
