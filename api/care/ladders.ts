import type { LadderBook } from '../../config/ladders.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Ladder, LadderAnswer } from '../../contracts/ladder.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { TicketAction } from '../../contracts/ticket.ts'
import type { Actor } from '../auth/principal.ts'
import type { Trx } from '../db/open.ts'
import type { TicketFollower } from '../tickets/record.ts'
import type { TicketRow } from '../tickets/ticket-row.ts'
import { contactsOf } from './contacts.ts'
import { buildRun } from './ladder-build.ts'
import { isOver } from './ladder-machine.ts'
import { type Happening, moveRun } from './ladder-move.ts'
import { ladderOf } from './ladder-of.ts'
import { residentOf } from './ladder-people.ts'
import { type Run, insertRun, runById, runOf, stateOf } from './ladder-rows.ts'
import type { LadderDeps } from './ladder-scene.ts'
import { type LadderEvent, holdTimer } from './ladder-state.ts'

export interface LaddersDeps extends LadderDeps {
  readonly book: LadderBook
}

export interface Answering {
  readonly step: string | null
  readonly answer: LadderAnswer
  readonly by: Actor
  readonly note: string | null
}

interface Due {
  readonly ticket: string
  readonly run?: string
  readonly of?: string
}

const openTimer = (ticket: string): string => `ladder-open:${ticket}`
const settled: LocalText = {
  zh: '这件事已经办结，谢谢您。',
  en: 'The matter is settled. Thank you.',
}
const untrue: LocalText = {
  zh: '经核实没有这回事，请放心。',
  en: 'It was checked: nothing happened.',
}

/** The ladders on tickets. It hears of every change of a ticket in the transaction of that change. */
export class Ladders implements TicketFollower {
  readonly #deps: LaddersDeps

  constructor(deps: LaddersDeps) {
    this.#deps = deps
  }

  get book(): LadderBook {
    return this.#deps.book
  }

  /** Opening a ticket costs one row; the ladder itself begins right after, in a transaction of its own. */
  async opened(trx: Trx, ticket: TicketRow): Promise<void> {
    if (ladderOf(this.book, ticket) === null) return
    const payload: Due = { ticket: ticket.id }
    const id = openTimer(ticket.id)
    await this.#deps.deadlines.schedule(trx, { id, kind: 'ladder', payload, afterMs: 0 })
  }

  async repeated(trx: Trx, ticket: TicketRow): Promise<void> {
    const run = await runOf(trx, ticket.id)
    if (run !== null && isOver(stateOf(run))) await this.opened(trx, ticket)
  }

  async acted(
    trx: Trx,
    ticket: TicketRow,
    action: TicketAction,
    by: Actor,
    now: number,
  ): Promise<void> {
    if (action === 'reopen' && ticket.status === 'filed') return this.opened(trx, ticket)
    const happened = meanings[action]?.(by)
    if (happened !== undefined) await this.#move(trx, ticket, { ...happened, now })
  }

  async cleared(
    trx: Trx,
    ticket: TicketRow,
    clear: { readonly resolves: boolean; readonly reason: LocalText },
    now: number,
  ): Promise<void> {
    if (!clear.resolves) return
    await this.#move(trx, ticket, { event: { kind: 'resolved' }, why: clear.reason, now })
  }

  /** What a deadline of the kind `ladder` means. */
  async fire(trx: Trx, payload: unknown, now: number): Promise<void> {
    const due = payload as Due
    const ticket = await ticketById(trx, due.ticket)
    if (ticket === null) return
    if (due.run === undefined || due.of === undefined) return this.#open(trx, ticket, now)
    const run = await runById(trx, due.run)
    if (run === null) return
    const event: LadderEvent =
      due.of === holdTimer ? { kind: 'hold-over' } : { kind: 'passed', step: due.of }
    await moveRun(trx, this.#deps, run, ticket, { event, now })
  }

  async answer(trx: Trx, ticket: TicketRow, answering: Answering, now: number): Promise<Run> {
    const run = await runOf(trx, ticket.id)
    if (run === null) throw new CodedError('not-found', `no ladder on ticket ${ticket.id}`)
    if (isOver(stateOf(run))) throw new CodedError('ladder.over', `ladder ${run.row.id}`)
    const { step } = answering
    if (step !== null && !run.steps.some((one) => one.id === step && one.started_at !== null)) {
      throw new CodedError('not-found', `no step ${step} has begun`)
    }
    const event: LadderEvent = { kind: 'answer', ...answering }
    return moveRun(trx, this.#deps, run, ticket, { event, now })
  }

  /** The person is away, in hospital, has moved or died: who was alarmed hears it. */
  async personGone(trx: Trx, resident: string, why: LocalText, now: number): Promise<void> {
    const rows = await trx
      .selectFrom('ladder_runs')
      .select(['id', 'ticket'])
      .where('resident', '=', resident)
      .where('status', 'in', ['running', 'held', 'stopped', 'exhausted'])
      .execute()
    for (const { id, ticket: about } of rows) {
      const run = await runById(trx, id)
      const ticket = await ticketById(trx, about)
      if (run === null || ticket === null || !endsWithAbsence(ticket)) continue
      await moveRun(trx, this.#deps, run, ticket, { event: { kind: 'cancelled' }, why, now })
    }
  }

  async #move(trx: Trx, ticket: TicketRow, happening: Happening): Promise<void> {
    const run = await runOf(trx, ticket.id)
    // Not begun yet: what is taken or over by then need not begin.
    if (run === null) return this.#deps.deadlines.drop(trx, openTimer(ticket.id))
    await moveRun(trx, this.#deps, run, ticket, happening)
  }

  async #open(trx: Trx, ticket: TicketRow, now: number): Promise<void> {
    if (ticket.closed_at !== null) return
    const ladder = ticket.anomaly_cleared_at === null ? ladderOf(this.book, ticket) : null
    if (ladder !== null) await this.#begin(trx, ladder, ticket, now)
    await this.#deps.messenger.tellStaffUnlessTold(trx, ticket)
  }

  async #begin(trx: Trx, ladder: Ladder, ticket: TicketRow, now: number): Promise<void> {
    const resident = await residentOf(trx, ticket)
    const contacts = resident === null ? [] : await contactsOf(trx, resident.id)
    const { id, community } = ticket
    const about = { ticket: id, community, resident: resident?.id ?? null }
    const { row, steps } = buildRun(ladder, about, contacts, this.#deps.random, now)
    await insertRun(trx, row, steps)
    const run = await runById(trx, row.id)
    if (run === null) throw new Error('invariant broken: the run was just written')
    await moveRun(trx, this.#deps, run, ticket, { event: { kind: 'start' }, now })
  }
}

async function ticketById(trx: Trx, id: string): Promise<TicketRow | null> {
  const row = await trx.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? null
}

/** Smoke in a home is smoke, whoever is away. */
const endsWithAbsence = ({ anomaly_type: type }: TicketRow): boolean =>
  type !== null &&
  (type.startsWith('resident.') ||
    type.startsWith('care.') ||
    type.startsWith('home.') ||
    type === 'water.use-low')

interface Happened {
  readonly event: LadderEvent
  readonly why?: LocalText
}

/** What an action of people means for the ladder; the others leave it alone. */
const meanings: Partial<Record<TicketAction, (by: Actor) => Happened>> = {
  accept: (by) => ({ event: { kind: 'taken', by } }),
  start: (by) => ({ event: { kind: 'taken', by } }),
  handle: (by) => ({ event: { kind: 'handled', by } }),
  return: (by) => ({ event: { kind: 'returned', by } }),
  reopen: (by) => ({ event: { kind: 'returned', by } }),
  close: () => ({ event: { kind: 'resolved' }, why: settled }),
  reject: () => ({ event: { kind: 'cancelled' }, why: untrue }),
  withdraw: () => ({ event: { kind: 'cancelled' }, why: untrue }),
  merge: () => ({ event: { kind: 'merged' } }),
}
