import type { GatewayEvent } from '../../contracts/events.ts'
import { deviceTopic, gatewayDevice } from '../../contracts/topics.ts'
import type { Broker } from '../broker/broker.ts'
import type { Logger } from '../model/logger.ts'

/** Types that contract v1 promises under `linli/v1/{community}/gateway/event`. */
const published: ReadonlySet<string> = new Set([
  'sighting',
  'access.granted',
  'access.denied',
  'vehicle.passed',
  'anomaly.raised',
  'anomaly.cleared',
  'ticket.opened',
])

export interface Announcer {
  /** The gateway's own retained status, as any device has one. */
  status(state: 'online' | 'offline'): Promise<void>
  event(event: GatewayEvent): void
}

/** Publishes what the gateway knows under its own device id. A message that nobody takes is not kept. */
export function createAnnouncer(
  deps: { readonly broker: Broker; readonly logger: Logger },
  options: { readonly community: string },
): Announcer {
  const failed = (error: unknown): void =>
    deps.logger.warn({ error: String(error) }, 'own message could not be published')
  return {
    status: (state) =>
      deps.broker
        .publish(deviceTopic(options.community, gatewayDevice, 'status'), state, {
          qos: 1,
          retain: true,
        })
        .catch(failed),
    event({ id, ts, community, device, type, data }) {
      if (!published.has(type)) return
      const payload = JSON.stringify({ id, ts, type, data: { ...data, device } })
      deps.broker
        .publish(deviceTopic(community, gatewayDevice, 'event'), payload, { qos: 1 })
        .catch(failed)
    },
  }
}
