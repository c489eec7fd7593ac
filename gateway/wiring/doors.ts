import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { type CommandBus, createCommandBus } from '../access/command-bus.ts'
import { createDoorGuard, type Doors } from '../access/door-guard.ts'
import { PassageBook } from '../access/passback.ts'
import { createActuator, type Relays } from '../access/relay-actuator.ts'
import type { Parts } from './parts.ts'

const pendingCommandsMax = 1_000

/** Commands, and the doors that they open. */
export function createDoors(parts: Parts): {
  readonly commands: CommandBus
  readonly actuator: Relays
  readonly doors: Doors
  /** To be restored from the access engine; barriers ask it for the entries of visitors. */
  readonly passages: PassageBook
} {
  const { broker, pipeline, book, clock, logger, config } = parts
  const publish = (topic: string, payload: string): Promise<void> =>
    broker.publish(topic, payload, { qos: 1 })
  const commands = createCommandBus(
    { publish, clock, random: randomBytes },
    { pendingMax: pendingCommandsMax },
  )
  const actuator = createActuator({
    command: (request) => commands.send(request),
    publish,
    relayAddresses: config.access.relayAddresses,
    random: randomBytes,
  })
  const passages = new PassageBook()
  const doors = createDoorGuard({
    roster: book,
    clock,
    monotonic: () => performance.now(),
    logger,
    actuator,
    record: (fact) => pipeline.recordFact(fact),
    alarm: (fact) => {
      pipeline.recordFact(fact).catch((error: unknown) => {
        logger.error({ door: fact.device, error: String(error) }, 'an alarm was not recorded')
      })
    },
    pictureLivenessAcceptedBy: config.access.pictureLivenessAcceptedBy,
    passages,
  })
  return { commands, actuator, doors, passages }
}
