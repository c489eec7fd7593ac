import type { Clock } from '../../contracts/clock.ts'
import type { DeviceEvent } from '../../contracts/payloads.ts'
import type { CommandOutcome, CommandRequest } from '../../contracts/private-api.ts'
import type { AccessFact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import { decideCard } from './decide-card.ts'

export interface DoorControllerDeps {
  readonly roster: RosterView
  readonly clock: Clock
  readonly logger: Logger
  readonly command: (request: CommandRequest) => Promise<CommandOutcome>
  /** Commits the decision to the durable log: history, an event for others, and a sign of life. */
  readonly record: (fact: AccessFact) => Promise<void>
}

export interface DoorController {
  /**
   * A `credential.presented` event, its code replaced by `data.codeHash` (presented-code.ts); other events
   * are not its business.
   */
  presented(community: string, door: string, event: DeviceEvent): Promise<void>
}

/** An event older than this opens nothing: the person is no longer at the door. */
const staleAfterMs = 30_000
const unlockTtlMs = 5_000

/**
 * Opens doors for cards and PINs. Works with the platform down: it asks only the local roster. The
 * unlock command leaves before the decision is written, so that a slow disk never keeps a door shut.
 */
export function createDoorController(deps: DoorControllerDeps): DoorController {
  return {
    async presented(community, door, event) {
      const codeHash = event.data?.['codeHash']
      if (event.type !== 'credential.presented' || typeof codeHash !== 'string') return
      const now = deps.clock()
      if (Math.abs(now - event.ts) > staleAfterMs) {
        deps.logger.warn(
          { door, ageMs: now - event.ts },
          'credential event is stale, door stays shut',
        )
        return
      }
      const decision = decideCard({ community, door, codeHash, now }, deps.roster)
      const fact: AccessFact = {
        kind: 'access',
        community,
        door,
        ts: now,
        granted: decision.granted,
        holder: decision.holder,
        reason: decision.reason,
        receivedAt: now,
      }
      if (decision.granted) unlock(deps, community, door)
      await deps.record(fact)
    },
  }
}

function unlock(deps: DoorControllerDeps, community: string, door: string): void {
  const request: CommandRequest = {
    community,
    device: door,
    name: 'door.unlock',
    args: {},
    ttlMs: unlockTtlMs,
  }
  deps.command(request).then(
    (outcome) => {
      if (outcome.outcome !== 'done')
        deps.logger.warn({ door, outcome }, 'door did not confirm the unlock')
    },
    (error: unknown) =>
      deps.logger.error({ door, error: String(error) }, 'unlock could not be sent'),
  )
}
