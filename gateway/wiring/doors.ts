import { randomBytes } from 'node:crypto'
import { type CommandBus, createCommandBus } from '../access/command-bus.ts'
import { createDoorController, type DoorController } from '../access/door-controller.ts'
import type { Parts } from './parts.ts'

const pendingCommandsMax = 1_000

/** Commands and the doors that they open. */
export function createDoors(parts: Parts): { commands: CommandBus; doors: DoorController } {
  const { broker, pipeline, book, clock, logger } = parts
  const commands = createCommandBus(
    {
      publish: (topic, payload) => broker.publish(topic, payload, { qos: 1 }),
      clock,
      random: randomBytes,
    },
    { pendingMax: pendingCommandsMax },
  )
  const doors = createDoorController({
    roster: book,
    clock,
    logger,
    command: (request) => commands.send(request),
    record: (fact) => pipeline.recordFact(fact),
  })
  return { commands, doors }
}
