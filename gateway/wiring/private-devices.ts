import type { Clock } from '../../contracts/clock.ts'
import { deviceTopic, gatewayDevice } from '../../contracts/topics.ts'
import type { CommandBus } from '../access/command-bus.ts'
import type { PrivateDevices } from '../http/device-routes.ts'
import type { Pipeline } from '../pipeline/client.ts'

/** What the private interface asks of the pipeline. */
export function privateDevices(deps: {
  readonly pipeline: Pipeline
  readonly commands: CommandBus
  readonly clock: Clock
  readonly community: string
}): PrivateDevices {
  const { pipeline, commands } = deps
  return {
    states: (community) => pipeline.deviceStates(community),
    telemetry: (question) => pipeline.telemetry(question),
    care: async (community) => ({ items: await pipeline.careItems(community) }),
    command: (request) => commands.send(request),
    /** In the log as an event of the gateway itself, where the care rule finds it. */
    async careSign({ id, community, kind, at, ...said }) {
      const event = { id, ts: at, type: `care.${kind}`, data: { ...said, ts: at } }
      await pipeline.record({
        kind: 'publish',
        receivedAt: deps.clock(),
        topic: deviceTopic(community, gatewayDevice, 'event'),
        client: gatewayDevice,
        retain: false,
        payload: Buffer.from(JSON.stringify(event)),
      })
    },
  }
}
