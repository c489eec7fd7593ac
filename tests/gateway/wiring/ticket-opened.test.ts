import { expect, test } from 'vitest'
import { ticketOpened } from '../../../gateway/wiring/ticket-opened.ts'
import { anomaly } from '../outbox/support.ts'

const answer = (body: unknown) => ({ status: 200, retryAfterMs: null, body })
const ticket = { id: 'tkt_1', number: '1120-001', status: 'filed' }

test('a new ticket is told, whatever has none or joined one is not', () => {
  const item = anomaly(1)
  const opened = ticketOpened(item, answer({ anomaly: 'ano_1', ticket, opened: true }), 'home')
  expect(opened).toMatchObject({
    type: 'ticket.opened',
    community: 'home',
    data: { ticket: 'tkt_1' },
  })
  // A candidate of the watch-list, late evidence, a repeat, an api that talks nonsense.
  for (const body of [
    { anomaly: 'ano_1', ticket: null, opened: false },
    { anomaly: 'ano_1', ticket, opened: false },
    { anomaly: 'ano_1', ticket: null, opened: true },
    null,
  ])
    expect(ticketOpened(item, answer(body), 'home'), JSON.stringify(body)).toBeNull()
})
