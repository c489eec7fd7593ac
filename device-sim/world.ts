import { minuteMs, secondMs } from '../contracts/clock.ts'
import { catalog, type DeviceSpec, eyes, homeDevice } from './community/catalog.ts'
import { homeOf, homes, parts } from './community/cast.ts'
import { createLink } from './devices/link.ts'
import { type DeviceState, firstState } from './devices/measure.ts'
import { type LastSign, momentsBetween } from './devices/routine.ts'
import { describe, SimDevice } from './devices/sim-device.ts'
import { type CameraPlayer, createCameraPlayer } from './frames/camera-player.ts'
import type { Film } from './frames/scene.ts'
import { type Memory, seqJump } from './memory.ts'
import type { Random } from './random.ts'
import { awayAgoMs, historyMs, saysInterval } from './seed-community.ts'

export interface WorldDeps {
  readonly memory: Memory
  readonly films: ReadonlyMap<string, Film>
  readonly seed: Random
  readonly clock: () => number
  readonly warn: (text: string) => void
}

export interface WorldOptions {
  readonly mqttUrl: string
  readonly community: string
  /** False on a home that was played before: its history is written, nobody can be unseen on cue. */
  readonly fresh: boolean
}

/** When the two elders of the truth list were last seen, and the start of their silence. */
export interface Pinned {
  readonly unseenAt: number
  readonly cannotTellAt: number
}

const connectAtOnce = 16
const [unseenHome, silentHome] = [homeOf(parts.unseen).id, homeOf(parts.cannotTell).id]
/** The dying sensors' last words come so soon after her last step. */
const lastWordsMs = 20 * secondMs

const isPinned = (spec: DeviceSpec): boolean =>
  spec.household === unseenHome || spec.household === silentHome

/** All devices of 桐花里 with their connections, and the routines of its people. */
export class World {
  readonly devices: ReadonlyMap<string, SimDevice>
  readonly cameras: ReadonlyMap<string, CameraPlayer>
  readonly #deps: WorldDeps
  readonly #options: WorldOptions
  readonly #lastSigns = new Map<string, LastSign>()

  constructor(deps: WorldDeps, options: WorldOptions) {
    this.#deps = deps
    this.#options = options
    const now = deps.clock()
    this.devices = new Map(catalog.map((spec) => [spec.id, deviceOf(spec, deps, options, now)]))
    this.cameras = new Map(
      eyes.map((spec) => [spec.id, cameraOf(spec, this.devices.get(spec.id), deps)]),
    )
    this.#lastSeen(homeOf(parts.away).id, now - awayAgoMs)
  }

  async connect(): Promise<void> {
    const waiting = [...this.devices.values()]
    const worker = async (): Promise<void> => {
      for (let device = waiting.shift(); device !== undefined; device = waiting.shift())
        await device.link.open()
    }
    await Promise.all(Array.from({ length: connectAtOnce }, worker))
  }

  /** History of every home but the two whose last hours depend on the start of the play. Counts readings. */
  async backfill(): Promise<number> {
    const now = this.#deps.clock()
    return this.#deliverAll(
      (spec) => !this.#options.fresh || !isPinned(spec),
      () => now,
    )
  }

  /** Those two; from here on the elder of `cannot-tell` has no living sensor. */
  async backfillPinned({ unseenAt, cannotTellAt }: Pinned): Promise<number> {
    if (!this.#options.fresh) return 0
    this.#lastSeen(unseenHome, unseenAt)
    this.#lastSeen(silentHome, cannotTellAt)
    const now = this.#deps.clock()
    const sent = await this.#deliverAll(isPinned, (spec) =>
      spec.household === silentHome ? cannotTellAt + lastWordsMs : now,
    )
    for (const device of this.devices.values())
      if (device.spec.household === silentHome) device.silence()
    return sent
  }

  /** Delivers what is due; called a few times a second. */
  tick(): void {
    const now = this.#deps.clock()
    for (const device of this.devices.values())
      this.#deliver(device, now).catch((error: unknown) =>
        this.#deps.warn(`${device.spec.id}: ${String(error)}`),
      )
  }

  /** Writes down how far each device has counted. */
  remember(): void {
    for (const [id, device] of this.devices) this.#deps.memory.devices[id] = device.state
  }

  async close(): Promise<void> {
    for (const player of this.cameras.values()) player.stop()
    await Promise.all([...this.devices.values()].map((device) => device.link.close()))
  }

  #lastSeen(household: string, at: number): void {
    this.#lastSigns.set(household, { at, until: Number.POSITIVE_INFINITY })
  }

  async #deliverAll(
    which: (spec: DeviceSpec) => boolean,
    upTo: (spec: DeviceSpec) => number,
  ): Promise<number> {
    const chosen = [...this.devices.values()].filter(({ spec }) => which(spec))
    const before = chosen.reduce((sum, { sent }) => sum + sent, 0)
    await Promise.all(chosen.map((device) => this.#deliver(device, upTo(device.spec))))
    return chosen.reduce((sum, { sent }) => sum + sent, 0) - before
  }

  async #deliver(device: SimDevice, to: number): Promise<void> {
    const home = homes.find(({ id }) => id === device.spec.household)
    // A door that was opened before the last delivery may have to close after it.
    const from = device.state.lastTs - minuteMs
    const moments =
      home === undefined
        ? []
        : momentsBetween(home, from, to, this.#deps.seed, this.#lastSigns.get(home.id) ?? null)
    await device.deliver(to, moments)
  }
}

function cameraOf(
  spec: (typeof eyes)[number],
  device: SimDevice | undefined,
  deps: WorldDeps,
): CameraPlayer {
  const film = deps.films.get(spec.id)
  if (film === undefined || device === undefined)
    throw new Error(`invariant broken: ${spec.id} has no film or no connection`)
  return createCameraPlayer(
    { link: device.link, film, clock: deps.clock, random: deps.seed.fork(`camera/${spec.id}`) },
    { framesPerSecond: spec.framesPerSecond },
  )
}

function deviceOf(
  spec: DeviceSpec,
  deps: WorldDeps,
  options: WorldOptions,
  nowMs: number,
): SimDevice {
  const credential = deps.memory.mqtt[spec.id]
  if (credential === undefined) throw new Error(`invariant broken: ${spec.id} has no credential`)
  const link = createLink(
    { url: options.mqttUrl, community: options.community, device: spec.id, ...credential },
    describe(spec, saysInterval(spec)),
  )
  return new SimDevice(spec, link, deps.seed, stateFor(spec, deps.memory.devices[spec.id], nowMs))
}

/** Goes on where the last run ended; what is older than the history was lost, and `seq` shows it. */
function stateFor(spec: DeviceSpec, known: DeviceState | undefined, nowMs: number): DeviceState {
  const begin = nowMs - historyMs
  if (known === undefined) return firstState(spec, begin)
  if (known.lastTs >= begin) return known
  return { ...known, lastTs: begin, seq: known.seq + seqJump }
}

/** Devices that a neighbour's everyday life moves; the homes of the truth list and traps stay still. */
export const livelyDevices: readonly { readonly door: string; readonly motion: string | null }[] =
  homes
    .filter(({ kind }) => kind !== 'elder-alone')
    .map((home) => ({
      door: homeDevice(home, 'door'),
      motion: home.kind === 'elders' ? homeDevice(home, 'motion') : null,
    }))
