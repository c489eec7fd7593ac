import { CodedError } from '../../contracts/errors.ts'
import type { TicketAction, TicketActionBody, TicketFlag } from '../../contracts/ticket.ts'
import { type Principal, actorOf } from '../auth/principal.ts'
import { accountOf, findUser, findUserByName } from '../auth/users.ts'
import { fromJson } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import { type TicketDeps, addTimeline, announce, openKeyOf } from './record.ts'
import {
  type Person,
  type Refusal,
  type Transition,
  allowedActions,
  decide,
  endStatuses,
} from './state-machine.ts'
import { type TicketRow, stateOf } from './ticket-row.ts'

export interface ActDeps extends TicketDeps {
  readonly unitExists: (id: string) => boolean
  readonly categoryExists: (code: string) => boolean
}

export const personOf = (principal: Principal): Person => ({
  id: principal.id,
  role: principal.role,
  unit: principal.unit,
})

/**
 * Does one action on a ticket that the person may see. Two at once: the second finds the status or the
 * revision changed and gets `ticket.action-not-allowed` with what is allowed now.
 */
export async function act(
  trx: Trx,
  deps: ActDeps,
  row: TicketRow,
  principal: Principal,
  action: TicketAction,
  body: TicketActionBody,
  now: number,
): Promise<TicketRow> {
  const person = personOf(principal)
  const decision = decide(stateOf(row), person, action, body)
  if (!decision.ok) throw refusal(decision.error, row, person, action)
  const transition = decision.value
  const next = await changed(trx, deps, row, transition, principal, body, now)
  await save(trx, row, next, person, action)
  await addTimeline(trx, deps, row.id, {
    kind: action,
    actor: actorOf(principal),
    ts: now,
    from: transition.to === null ? null : row.status,
    to: transition.to,
    note: body.note ?? null,
  })
  await announce(trx, next, action, now)
  if (deps.follower === undefined) return next
  await deps.follower.acted(trx, next, action, actorOf(principal), now)
  // It may have gone on from there: a ticket that came back is dispatched to the next.
  return trx.selectFrom('tickets').selectAll().where('id', '=', next.id).executeTakeFirstOrThrow()
}

async function changed(
  trx: Trx,
  deps: ActDeps,
  row: TicketRow,
  transition: Transition,
  principal: Principal,
  body: TicketActionBody,
  now: number,
): Promise<TicketRow> {
  const next: TicketRow = { ...row, updated_at: now, revision: row.revision + 1 }
  if (transition.to !== null) next.status = transition.to
  switch (transition.action) {
    case 'file':
      if (body.category !== undefined) next.category = checkedCategory(deps, body.category)
      break
    case 'dispatch':
      await assign(trx, deps, next, body)
      break
    case 'accept':
      next.assignee_id ??= principal.id
      next.assignee_name ??= principal.name
      break
    case 'handle':
      next.handled_by = principal.id
      break
    case 'return':
      next.unit = null
      next.assignee_id = null
      next.assignee_name = null
      next.flags = withFlag(row, 'returned')
      break
    case 'supervise':
      next.flags = withFlag(row, 'supervised')
      break
    case 'reopen':
      next.flags = withFlag(row, 'reopened')
      next.closed_at = null
      next.open_key = row.open_key ?? (await freeOpenKey(trx, row))
      break
    case 'comment':
      next.comments += 1
      break
    // Nothing but the status changes, or the machine has no row for it.
    case 'reject':
    case 'start':
    case 'verify':
    case 'close':
    case 'withdraw':
    case 'rule':
    case 'extend':
    case 'suspend':
    case 'resume':
    case 'urge':
    case 'merge':
    case 'split':
    case 'whistle':
    case 'evaluate':
      break
  }
  if (transition.to !== null && endStatuses.has(transition.to)) end(next, now)
  return next
}

/** Marks a row as ended: its dedupe key is free for a new ticket from now on. */
export function end(row: TicketRow, now: number): void {
  row.closed_at = now
  row.open_key = null
}

async function assign(
  trx: Trx,
  deps: ActDeps,
  next: TicketRow,
  body: TicketActionBody,
): Promise<void> {
  if (body.unit !== undefined) {
    if (!deps.unitExists(body.unit)) throw new CodedError('request.invalid', `unit ${body.unit}`)
    next.unit = body.unit
  }
  if (body.assignee !== undefined) {
    const assignee = await assigneeOf(trx, body.assignee, next.community)
    next.assignee_id = assignee.id
    next.assignee_name = assignee.name
    next.unit ??= assignee.unit
  }
}

async function assigneeOf(
  trx: Trx,
  who: string,
  community: string,
): Promise<{ id: string; name: string; unit: string | null }> {
  const found = (await findUser(trx, who)) ?? (await findUserByName(trx, who))
  const account = found === null || found.disabled === 1 ? null : accountOf(found)
  const fits =
    account !== null &&
    account.role !== 'resident' &&
    account.role !== 'gateway' &&
    (account.role === 'admin' || account.areas.includes(community))
  if (!fits)
    throw new CodedError('request.invalid', `assignee ${who} does not work in ${community}`)
  return account
}

function checkedCategory(deps: ActDeps, code: string): string {
  if (!deps.categoryExists(code)) throw new CodedError('request.invalid', `category ${code}`)
  return code
}

function withFlag(row: TicketRow, flag: TicketFlag): string {
  return JSON.stringify([...new Set([...(fromJson(row.flags) as TicketFlag[]), flag])])
}

/** A key that another open ticket took over stays with that one. */
async function freeOpenKey(trx: Trx, row: TicketRow): Promise<string | null> {
  if (row.anomaly_key === null) return null
  const key = openKeyOf(row.community, row.anomaly_key)
  const taken = await trx
    .selectFrom('tickets')
    .select('id')
    .where('open_key', '=', key)
    .executeTakeFirst()
  return taken === undefined ? key : null
}

/** Writes what changed, and only if nobody else changed the row since it was read. */
async function save(
  trx: Trx,
  before: TicketRow,
  next: TicketRow,
  person: Person,
  action: TicketAction,
): Promise<void> {
  const result = await trx
    .updateTable('tickets')
    .set(difference(before, next))
    .where('id', '=', before.id)
    .where('revision', '=', before.revision)
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) {
    throw refusal({ kind: 'not-allowed' }, before, person, action)
  }
}

function difference(before: TicketRow, next: TicketRow): Partial<TicketRow> {
  const changed = Object.entries(next).filter(
    ([column, value]) => before[column as keyof TicketRow] !== value,
  )
  return Object.fromEntries(changed) as Partial<TicketRow>
}

function refusal(
  refused: Refusal,
  row: TicketRow,
  person: Person,
  action: TicketAction,
): CodedError {
  const allowed = allowedActions(stateOf(row), person)
  switch (refused.kind) {
    case 'unavailable':
      return new CodedError('ticket.action-unavailable', `${action} is not built yet`, {
        action,
        allowed,
      })
    case 'forbidden':
      return new CodedError('auth.forbidden', refused.why, { allowed })
    case 'not-allowed':
      return new CodedError(
        'ticket.action-not-allowed',
        `${action} is not possible while ${row.status}`,
        { allowed, status: row.status },
      )
    case 'missing':
      return new CodedError(
        'ticket.demand-missing',
        `${action} needs ${refused.missing.join(', ')}`,
        {
          missing: refused.missing,
        },
      )
  }
}
