import { describe, expect, it } from 'vitest'
import type { TicketSummary } from '../../contracts/ticket.ts'
import { slaOf } from '../../web/src/look/sla-model.ts'
import {
  groupTickets,
  holdPlaces,
  openFilter,
  shapeOf,
} from '../../web/src/pages/tickets/inbox-model.ts'

const now = 1_000_000
const ticket = (id: string, part: Partial<TicketSummary> = {}): TicketSummary => ({
  id,
  number: id,
  community: 'demo',
  status: 'filed',
  flags: [],
  category: null,
  severity: 'minor',
  place: null,
  subject: null,
  source: { kind: 'machine', device: null, channel: null, reporter: null },
  title: id,
  titleEn: null,
  description: '',
  descriptionEn: null,
  unit: null,
  assignee: null,
  mode: 'single',
  dueAt: null,
  anomaly: null,
  counts: { repeats: 0, evidence: 0, comments: 0, reporters: 0 },
  picture: null,
  createdAt: now - 100,
  updatedAt: now,
  closedAt: null,
  allowed: [],
  ...part,
})
const shape = (groups: ReturnType<typeof groupTickets>) =>
  groups.map((group) => `${group.id}:${group.tickets.map((one) => one.id).join()}`)

describe('inbox', () => {
  it('groups by what to do next, least time left first', () => {
    const groups = groupTickets(
      [
        ticket('b', { dueAt: now + 900 }),
        ticket('a', { dueAt: now + 800 }),
        ticket('c', { status: 'handling' }),
        ticket('d', { status: 'handled' }),
        ticket('e', { status: 'verified' }),
        ticket('late', { status: 'accepted', dueAt: now - 1 }),
        ticket('critical', { severity: 'critical' }),
      ],
      now,
    )
    expect(shape(groups)).toEqual([
      'now:late,critical',
      'dispatch:a,b',
      'handling:c',
      'verify:d',
      'close:e',
    ])
  })

  it('does not hurry what is suspended or already handled', () => {
    const groups = groupTickets(
      [
        ticket('s', { flags: ['suspended'], severity: 'critical' }),
        ticket('h', { status: 'handled', severity: 'critical', dueAt: now - 5 }),
      ],
      now,
    )
    expect(shape(groups)).toEqual(['dispatch:s', 'verify:h'])
  })

  it('keeps every row in its place under the pointer, with fresh facts, and lets the gone go', () => {
    const before = groupTickets([ticket('a'), ticket('b'), ticket('c')], now)
    const fresh = [
      ticket('c', { status: 'closed' }),
      ticket('a', { title: 'changed' }),
      ticket('n'),
    ]
    const held = holdPlaces(before, fresh, now)
    expect(shape(held)).toEqual(['dispatch:n,a,c'])
    expect(held[0]?.tickets[1]?.title).toBe('changed')
  })

  it('asks the server for open tickets only', () => {
    expect(openFilter.status).toBe('received,filed,dispatched,accepted,handling,handled,verified')
  })

  it('never paints cannot-tell as a lesser alarm', () => {
    const anomaly = {
      id: 'a',
      type: 'resident.cannot-tell' as const,
      key: 'k',
      rule: null,
      raisedAt: 0,
      clearedAt: null,
    }
    expect(shapeOf(ticket('x', { severity: 'major', anomaly }))).toBe('cannot')
  })
})

const toneAt = (left: number, suspended = false) =>
  slaOf({ createdAt: 0, dueAt: 100, suspended }, 100 - left)?.tone

describe('deadline', () => {
  it('turns ochre at half, red at 80 %, late after all of it, and pauses', () => {
    expect([toneAt(60), toneAt(50), toneAt(20), toneAt(-1), toneAt(60, true)]).toEqual([
      'calm',
      'warn',
      'hot',
      'late',
      'paused',
    ])
    expect(slaOf({ createdAt: 0, dueAt: null, suspended: false }, 5)).toBeNull()
  })
})
