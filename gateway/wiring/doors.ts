import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { type Barriers, createBarrierGuard } from '../access/barrier-guard.ts'
import { type CommandBus, createCommandBus } from '../access/command-bus.ts'
import { createDoorGuard, type Doors } from '../access/door-guard.ts'
import { areaOf, PassageBook } from '../access/passback.ts'
import { createActuator, type Relays } from '../access/relay-actuator.ts'
import { votePlates } from '../../detectors/plate-vote.ts'
import type { AccessFact, AlarmFact } from '../model/input.ts'
import type { EntranceMemory } from '../pipeline/engine-host.ts'
import type { Parts } from './parts.ts'

const pendingCommandsMax = 1_000

/** Commands, and what they open. */
export interface Entrances {
  readonly commands: CommandBus
  readonly actuator: Relays
  readonly doors: Doors
  readonly barriers: Barriers
  /** What was known before this start; to be called before the first event. */
  restore(memory: EntranceMemory): void
  close(): Promise<void>
}

export function createEntrances(parts: Parts): Entrances {
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
  const record = (fact: AccessFact): Promise<void> => pipeline.recordFact(fact)
  const alarm = (fact: AlarmFact): void => {
    pipeline.recordFact(fact).catch((error: unknown) => {
      logger.error({ device: fact.device, error: String(error) }, 'an alarm was not recorded')
    })
  }
  const doors = createDoorGuard({
    roster: book,
    clock,
    monotonic: () => performance.now(),
    logger,
    actuator,
    record,
    alarm,
    pictureLivenessAcceptedBy: config.access.pictureLivenessAcceptedBy,
    passages,
  })
  const barriers = createBarrierGuard({
    roster: book,
    clock,
    logger,
    act: (device, name, args, ttlMs) => actuator.act(device, name, args, ttlMs),
    record(fact) {
      // A visitor's entries count over doors and barriers.
      const device = book.device(fact.community, fact.door)
      if (device !== null) passages.note(fact, areaOf(device))
      return record(fact)
    },
    alarm,
    vote: votePlates,
    visitorEntries: (visitor) => passages.entriesOf(visitor),
  })
  return {
    commands,
    actuator,
    doors,
    barriers,
    restore({ sessions, ...memory }) {
      passages.restore(memory)
      barriers.restore(sessions)
    },
    async close() {
      await doors.close()
      await barriers.close()
      actuator.close()
      commands.close()
    },
  }
}
