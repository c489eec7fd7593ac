import type { CommandOutcome, CommandRequest } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { secondMs } from '../../contracts/clock.ts'
import { callRelay } from './relay-http.ts'
import { MqttRelays } from './relay-mqtt.ts'

export interface ActuatorDeps {
  /** The command bus: devices that speak contract v1. */
  readonly command: (request: CommandRequest) => Promise<CommandOutcome>
  /** Publishes with QoS 1, never retained, on any topic. */
  readonly publish: (topic: string, payload: string) => Promise<void>
  /** `config.access.relayAddresses`: what a relay may call. */
  readonly relayAddresses: readonly string[]
  readonly random: (bytes: number) => Uint8Array
  readonly httpTimeoutMs?: number
}

/** Moves locks and arms, whatever they speak. */
export interface Actuator {
  /** `args.seconds`: how long it stays open. Never rejects but where the broker is gone. */
  act(
    device: RosterDevice,
    name: 'door.unlock' | 'barrier.open',
    args: Readonly<Record<string, unknown>>,
    ttlMs: number,
  ): Promise<CommandOutcome>
}

export interface Relays extends Actuator {
  /** A live (not retained) message on a topic that some relay names as its `stateTopic`. */
  relayState(topic: string, payload: string): void
  close(): void
}

const httpTimeoutMs = 3 * secondMs
const secondsDefault = 5

/** A command for devices of contract v1, a publish or a call for those with a relay. */
export function createActuator(deps: ActuatorDeps): Relays {
  const mqtt = new MqttRelays({ publish: deps.publish })
  const http = {
    addresses: deps.relayAddresses,
    timeoutMs: deps.httpTimeoutMs ?? httpTimeoutMs,
  }
  return {
    async act(device, name, args, ttlMs) {
      const { community, id: deviceId, relay } = device
      if (relay == null)
        return deps.command({ community, device: deviceId, name, args: { ...args }, ttlMs })
      const id = `relay-${Buffer.from(deps.random(8)).toString('hex')}`
      const given = args['seconds']
      const seconds = String(typeof given === 'number' ? given : secondsDefault)
      return relay.kind === 'mqtt'
        ? mqtt.tell(relay, id, seconds, ttlMs)
        : callRelay(http, relay, id, seconds)
    },
    relayState: (topic, payload) => mqtt.state(topic, payload),
    close: () => mqtt.close(),
  }
}
