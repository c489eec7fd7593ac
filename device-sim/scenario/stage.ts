import { randomUUID } from 'node:crypto'
import type { Clock } from '../../contracts/clock.ts'
import type { DeviceEvent } from '../../contracts/payloads.ts'
import type { NumberedReading, Values } from '../devices/measure.ts'
import type { SimDevice } from '../devices/sim-device.ts'
import type { CameraPlayer } from '../frames/camera-player.ts'
import type { Action, Step } from './script.ts'

export interface StageDeps {
  readonly devices: ReadonlyMap<string, Pick<SimDevice, StageDevice>>
  readonly cameras: ReadonlyMap<string, Pick<CameraPlayer, 'show' | 'mute'>>
  /** Codes by key of the cast. */
  readonly cards: Readonly<Record<string, string>>
  /** What today's visitor shows. */
  readonly visitorQr: string
  readonly clock: Clock
  readonly warn: (text: string) => void
}
type StageDevice = 'hold' | 'notice' | 'release' | 'lastReading' | 'redeliver' | 'silence' | 'link'

/** Carries out the actions of the script on the simulated devices. */
export class Stage {
  readonly #deps: StageDeps
  readonly #remembered = new Map<string, NumberedReading>()

  constructor(deps: StageDeps) {
    this.#deps = deps
  }

  async act(action: Action): Promise<void> {
    switch (action.kind) {
      case 'hold':
        this.#device(action.device).hold(action.values)
        return this.#notice(action.device, action.values)
      case 'notice':
        return this.#notice(action.device, action.values)
      case 'release':
        this.#device(action.device).release()
        return this.#notice(action.device, action.values)
      case 'remember': {
        const reading = this.#device(action.device).lastReading
        if (reading !== null) this.#remembered.set(action.device, reading)
        return
      }
      case 'redeliver': {
        const reading = this.#remembered.get(action.device)
        if (reading !== undefined) await this.#device(action.device).redeliver(reading)
        return
      }
      case 'cut':
        this.#device(action.device).silence()
        return this.#device(action.device).link.cut()
      case 'show':
        return this.#camera(action.camera).show(action.scene)
      case 'mute':
        return this.#camera(action.camera).mute()
      case 'present':
        return this.#present(action.terminal, 'card', this.#deps.cards[action.card] ?? '')
      case 'show-code':
        return this.#present(action.terminal, 'qr', this.#deps.visitorQr)
    }
  }

  /** Plays the steps at their time after `startedAt`; `cancel` leaves out the rest. */
  play(steps: readonly Step[], startedAt: number): { cancel(): void } {
    const { clock, warn } = this.#deps
    const timers = steps.map(({ atMs, action }) =>
      setTimeout(
        () => {
          this.act(action).catch((error: unknown) => warn(`step at ${atMs} ms: ${String(error)}`))
        },
        Math.max(0, startedAt + atMs - clock()),
      ),
    )
    return {
      cancel() {
        for (const timer of timers) clearTimeout(timer)
      },
    }
  }

  #notice(device: string, values: Values): Promise<void> {
    return this.#device(device).notice(values, this.#deps.clock())
  }

  async #present(terminal: string, method: 'card' | 'qr', code: string): Promise<void> {
    const event: DeviceEvent = {
      id: randomUUID(),
      ts: this.#deps.clock(),
      type: 'credential.presented',
      data: { method, code },
    }
    await this.#device(terminal).link.send('event', JSON.stringify(event))
  }

  #device(id: string): Pick<SimDevice, StageDevice> {
    const found = this.#deps.devices.get(id)
    if (found === undefined) throw new Error(`invariant broken: no device ${id}`)
    return found
  }

  #camera(id: string): Pick<CameraPlayer, 'show' | 'mute'> {
    const found = this.#deps.cameras.get(id)
    if (found === undefined) throw new Error(`invariant broken: no camera ${id}`)
    return found
  }
}
