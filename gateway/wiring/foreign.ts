import { topicRoot } from '../../contracts/topics.ts'
import type { Relays } from '../access/relay-actuator.ts'
import { decodeOnvifAccess } from '../access/terminal-onvif.ts'
import type { Logger } from '../model/logger.ts'
import { externalClient, type LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { BarrierGuard, DoorGuard } from '../model/access.ts'

export interface ForeignDeps {
  /** Of the box itself: what an external broker delivers belongs to it. */
  readonly community: string
  readonly roster: RosterView
  readonly actuator: Pick<Relays, 'relayState'>
  readonly doors: Pick<DoorGuard, 'reported'>
  readonly barriers: Pick<BarrierGuard, 'reported'>
  readonly logger: Logger
}

/** ONVIF prefixes are the device ids of the roster, their last level. */
const lastLevel = (prefix: string): string =>
  prefix.slice(prefix.lastIndexOf('/') + 1).toLowerCase()

/** What devices of others say on topics of their own: a relay's state, an access decision over ONVIF. */
export function createForeignWatch(deps: ForeignDeps): (record: LogRecord) => void {
  return ({ topic, retain, payload, client }) => {
    if (retain || topic.startsWith(`${topicRoot}/`)) return
    deps.actuator.relayState(topic, Buffer.from(payload).toString('utf8'))
    const access = decodeOnvifAccess(topic, payload)
    if (access === null) return
    const community =
      client === externalClient ? deps.community : deps.roster.credential(client)?.community
    const device = lastLevel(access.prefix)
    const known = community === undefined ? null : deps.roster.device(community, device)
    if (community === undefined || known === null) {
      deps.logger.debug({ topic }, 'access report of a terminal that is not in the roster')
      return
    }
    const guard = known.barrier == null ? deps.doors : deps.barriers
    guard.reported(community, device, access.report).catch((error: unknown) => {
      deps.logger.warn({ device, error: String(error) }, 'report of a terminal not taken')
    })
  }
}
