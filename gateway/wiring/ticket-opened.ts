import Type from 'typebox'
import { Value } from 'typebox/value'
import type { GatewayEvent } from '../../contracts/events.ts'
import type { ApiAnswer } from '../outbox/answer.ts'
import type { OutboxItem } from '../outbox/outbox-item.ts'

const Opened = Type.Object({
  opened: Type.Literal(true),
  ticket: Type.Object({ id: Type.String(), number: Type.String() }),
})

/** The event `ticket.opened`, when the api answers an anomaly with a new ticket; else null. */
export function ticketOpened(
  item: OutboxItem,
  answer: ApiAnswer,
  defaultCommunity: string,
): GatewayEvent | null {
  if (item.kind !== 'anomaly' || !Value.Check(Opened, answer.body)) return null
  const { ticket } = answer.body
  return {
    id: `evt_${ticket.id}`,
    ts: item.createdAt,
    community: item.body.community ?? defaultCommunity,
    device: item.body.device ?? '',
    type: 'ticket.opened',
    data: { ticket: ticket.id, number: ticket.number, type: item.body.type, key: item.body.key },
  }
}
