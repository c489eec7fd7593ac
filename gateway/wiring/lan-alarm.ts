import { randomUUID } from 'node:crypto'
import { deviceTopic, gatewayDevice } from '../../contracts/topics.ts'
import type { CommandBus } from '../access/command-bus.ts'
import { LanAlarm } from '../alarm/lan-alarm.ts'
import type { Parts } from './parts.ts'

/** The alarm of the house on the command bus; receipts go through the durable log like everything else. */
export function createLanAlarm(parts: Parts, commands: CommandBus): LanAlarm {
  const { book, clock, logger, pipeline, config } = parts
  return new LanAlarm(
    {
      roster: book,
      command: (request) => commands.send(request),
      clock,
      logger,
      async receipt({ community, ...data }) {
        const at = clock()
        const event = { id: randomUUID(), ts: at, type: 'alarm.sounded', data }
        await pipeline.record({
          kind: 'publish',
          receivedAt: at,
          topic: deviceTopic(community, gatewayDevice, 'event'),
          client: gatewayDevice,
          retain: false,
          payload: Buffer.from(JSON.stringify(event)),
        })
      },
    },
    config.alarm,
  )
}
