import type { NotificationItem } from '../../../../contracts/http/notify.ts'
import type { StateKind } from '../../look/state-shape.tsx'

/** Still asks somebody to go: an alarm that is neither over nor in somebody's hand. */
export const asks = ({ kind, state, reason, acknowledgedBy }: NotificationItem): boolean =>
  (kind === 'alarm' || kind === 'reminder' || kind === 'digest') &&
  acknowledgedBy === null &&
  state !== 'acknowledged' &&
  reason !== 'resolved'

/** It has not stood on a screen of mine yet. A line of a digest is read with its digest. */
export const unread = ({ deliveredAt, digest, acknowledgedAt }: NotificationItem): boolean =>
  deliveredAt === null && digest === null && acknowledgedAt === null

/** Good news is green; what is over has lost its colour. */
export function shapeOfNotice(item: NotificationItem): StateKind {
  if (item.kind === 'relief') return 'ok'
  if (item.kind === 'test' || item.kind === 'notice') return 'waiting'
  return asks(item) ? item.severity : 'waiting'
}

/** What has not gone out yet is not mine to read. */
export const reached = ({ sentAt }: NotificationItem): boolean => sentAt !== null

/** A ticket and each step of its ladder tell me: one line is enough, the newest one. */
export function onePerIncident(items: readonly NotificationItem[]): readonly NotificationItem[] {
  const seen = new Set<string>()
  return items.filter(({ incident }) => !seen.has(incident) && seen.add(incident))
}

export interface Receipts {
  readonly person: string
  readonly name: string
  readonly messages: readonly NotificationItem[]
}

/** By person, in the order in which they were told; of each the newest message of a channel and kind first. */
export function byPerson(items: readonly NotificationItem[]): readonly Receipts[] {
  const people = new Map<string, NotificationItem[]>()
  for (const item of items.toReversed()) {
    const list = people.get(item.person)
    if (list === undefined) people.set(item.person, [item])
    else list.unshift(item)
  }
  return [...people].map(([person, messages]) => ({
    person,
    name: messages[0]?.personName ?? person,
    messages,
  }))
}
