import { describe, expect, it } from 'vitest'
import {
  type Person,
  type TicketState,
  allowedActions,
  decide,
  transitions,
} from '../../api/tickets/state-machine.ts'
import { ticketActions, ticketStatuses } from '../../contracts/ticket.ts'

const admin: Person = { id: 'a', role: 'admin', unit: null }
const staff: Person = { id: 's', role: 'staff', unit: null }
const grid: Person = { id: 'g', role: 'grid', unit: null }
const unit: Person = { id: 'u', role: 'unit', unit: 'property' }
const supervisor: Person = { id: 'd', role: 'supervisor', unit: null }
const resident: Person = { id: 'r', role: 'resident', unit: null }
const ticket = (status: TicketState['status'], more: Partial<TicketState> = {}): TicketState => ({
  status,
  unit: null,
  assigneeId: null,
  reporter: null,
  handledBy: null,
  ...more,
})

/** What an admin can do, status by status: the loop as the contract draws it. */
const loop = {
  received: ['file', 'reject', 'supervise', 'urge', 'withdraw', 'comment'],
  filed: ['reject', 'dispatch', 'supervise', 'urge', 'withdraw', 'comment'],
  dispatched: ['accept', 'return', 'supervise', 'urge', 'withdraw', 'comment'],
  accepted: ['start', 'handle', 'return', 'supervise', 'urge', 'comment'],
  handling: ['handle', 'return', 'supervise', 'urge', 'comment'],
  handled: ['verify', 'reopen', 'supervise', 'urge', 'comment'],
  verified: ['close', 'reopen', 'supervise', 'urge', 'comment'],
  closed: ['reopen', 'comment'],
  rejected: ['reopen', 'comment'],
  withdrawn: ['comment'],
} as const

describe('the state machine', () => {
  it.each(ticketStatuses)('allows from %s exactly what the loop says', (status) => {
    expect(allowedActions(ticket(status), admin)).toEqual(loop[status])
  })

  it('has at most one row per action and status, so that no order of rows matters', () => {
    for (const action of ticketActions) {
      for (const status of ticketStatuses) {
        const rows = transitions.filter((row) => row.action === action && row.from.includes(status))
        expect(rows.length, `${action} from ${status}`).toBeLessThanOrEqual(1)
      }
    }
  })

  it('names an action that is not built instead of guessing', () => {
    for (const action of ['extend', 'suspend', 'whistle', 'merge'] as const) {
      expect(decide(ticket('filed'), admin, action, {})).toEqual({
        ok: false,
        error: { kind: 'unavailable' },
      })
    }
  })

  it('asks for what an action demands', () => {
    const dispatch = decide(ticket('filed'), staff, 'dispatch', {})
    expect(dispatch).toMatchObject({ error: { kind: 'missing', missing: ['unit'] } })
    expect(decide(ticket('filed'), staff, 'dispatch', { assignee: 'g' }).ok).toBe(true)
    const blank = decide(ticket('handling'), staff, 'handle', { note: '  ' })
    expect(blank).toMatchObject({ error: { kind: 'missing', missing: ['note'] } })
  })

  it('keeps grid workers and units to what is theirs', () => {
    const others = ticket('dispatched', { assigneeId: 'somebody', unit: 'water-company' })
    expect(allowedActions(others, grid)).toEqual(['comment'])
    expect(allowedActions(others, unit)).toEqual(['comment'])
    expect(allowedActions(ticket('dispatched', { assigneeId: 'g' }), grid)).toContain('accept')
    expect(allowedActions(ticket('dispatched', { unit: 'property' }), unit)).toContain('accept')
  })

  it('does not let the handler check their own work', () => {
    const handled = ticket('handled', { handledBy: 's' })
    expect(allowedActions(handled, staff)).not.toContain('verify')
    expect(allowedActions(handled, { ...staff, id: 'other' })).toContain('verify')
  })

  it('leaves supervision to supervisors; who waits says so with words, and not of what has ended', () => {
    expect(allowedActions(ticket('handling'), supervisor)).toEqual(['supervise', 'urge', 'comment'])
    expect(allowedActions(ticket('handling'), staff)).not.toContain('supervise')
    expect(allowedActions(ticket('handling', { assigneeId: 'g' }), grid)).not.toContain('urge')
    expect(decide(ticket('handling'), supervisor, 'supervise', {})).toMatchObject({
      error: { kind: 'missing', missing: ['note'] },
    })
    expect(decide(ticket('closed'), supervisor, 'urge', { note: 'x' })).toMatchObject({
      error: { kind: 'not-allowed' },
    })
  })

  it('lets residents urge, withdraw and comment on what they reported, nothing else', () => {
    expect(allowedActions(ticket('received', { reporter: 'r' }), resident)).toEqual([
      'urge',
      'withdraw',
      'comment',
    ])
    expect(allowedActions(ticket('received'), resident)).toEqual(['comment'])
    expect(decide(ticket('filed'), resident, 'dispatch', { unit: 'x' })).toMatchObject({
      error: { kind: 'forbidden' },
    })
  })
})
