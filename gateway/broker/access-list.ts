import type { ErrorCode } from '../../contracts/errors.ts'
import type { RosterCredential } from '../../contracts/roster.ts'
import { gatewayDevice, parseDeviceTopic, topicRoot } from '../../contracts/topics.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { FirstSeenBook } from './broker.ts'
import { filterCovers, filterMatches } from './topic-filter.ts'

const ownPrefix = (credential: RosterCredential): string =>
  `${topicRoot}/${credential.community}/${credential.device ?? ''}/`

const onlyRead: ReadonlySet<string> = new Set(['command'])

function mayPublishAs(
  credential: RosterCredential,
  community: string,
  device: string,
  roster: RosterView,
  firstSeen: FirstSeenBook | null,
): boolean {
  if (device === gatewayDevice) return false
  const known = roster.device(community, device)
  if (known?.state === 'blocked') return false
  switch (credential.kind) {
    case 'device':
      return credential.community === community && credential.device === device
    case 'provisioning':
      if (credential.community !== community) return false
      if (known === null || known.state === 'pending') return true
      return firstSeen?.firstClient(community, device) === credential.username
    case 'adapter':
      return false
  }
}

/** Why a credential may not publish to a topic; null when it may. Contract v1, section MQTT. */
export function refusePublish(
  credential: RosterCredential,
  topic: string,
  roster: RosterView,
  firstSeen: FirstSeenBook | null,
): ErrorCode | null {
  if (topic.startsWith('$')) return 'mqtt.not-allowed'
  const parsed = parseDeviceTopic(topic)
  if (credential.kind === 'adapter') {
    // Ours it may at most read: what the gateway publishes.
    if (topic.startsWith('linli/')) return 'mqtt.not-allowed'
    return credential.prefixes.some((prefix) => filterMatches(prefix, topic))
      ? null
      : 'mqtt.not-allowed'
  }
  if (parsed === null)
    return credential.device !== null && topic.startsWith(ownPrefix(credential))
      ? 'mqtt.topic-unknown'
      : topic.startsWith(`${topicRoot}/`)
        ? 'mqtt.not-allowed'
        : 'mqtt.topic-unknown'
  if (onlyRead.has(parsed.leaf)) return 'mqtt.not-allowed'
  return mayPublishAs(credential, parsed.community, parsed.device, roster, firstSeen)
    ? null
    : 'mqtt.not-allowed'
}

/** Whether a credential may subscribe to a filter. Used again before each delivery of a kept session. */
export function maySubscribe(
  credential: RosterCredential,
  filter: string,
  roster: RosterView,
  firstSeen: FirstSeenBook | null,
): boolean {
  if (filter.startsWith('$') || filter === '#') return false
  switch (credential.kind) {
    case 'device':
      return credential.device !== null && filter.startsWith(ownPrefix(credential))
    case 'adapter':
      return credential.prefixes.some((prefix) => filterCovers(prefix, filter))
    case 'provisioning': {
      // Only the commands of one named device that it may speak for.
      const parsed = parseDeviceTopic(filter)
      return (
        parsed?.leaf === 'command' &&
        mayPublishAs(credential, parsed.community, parsed.device, roster, firstSeen)
      )
    }
  }
}
