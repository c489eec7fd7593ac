import { sql } from 'kysely'
import { dayMs } from '../../contracts/clock.ts'
import { newId } from '../../contracts/ids.ts'
import { type Severity, severities } from '../../contracts/anomaly.ts'
import type { Trx } from '../db/open.ts'
import type { Random } from '../random.ts'
import type { Due } from './judge.ts'

export interface Gathered {
  readonly due: Due
  readonly until: number
  readonly state: 'digested' | 'expired'
  readonly reason: string
}

export const chunkOf = 500

/**
 * Puts messages into the digest of their person and channel that has not gone out yet, or into a new
 * one. It goes out when its first line must.
 */
export async function gather(
  trx: Trx,
  random: Random,
  all: readonly Gathered[],
  now: number,
): Promise<void> {
  const byWay = new Map<string, Gathered[]>()
  for (const one of all) {
    const way = `${one.due.person}|${one.due.channel}`
    const list = byWay.get(way)
    if (list === undefined) byWay.set(way, [one])
    else list.push(one)
  }
  for (const lines of byWay.values()) {
    const digest = await digestFor(trx, random, lines, now)
    await join(trx, digest, lines)
  }
}

async function digestFor(
  trx: Trx,
  random: Random,
  lines: readonly Gathered[],
  now: number,
): Promise<string> {
  const [first] = lines
  if (first === undefined) throw new Error('invariant broken: a digest of nothing')
  const { person, channel } = first.due
  const until = Math.min(...lines.map((line) => line.until))
  const severity = worst(lines.map(({ due }) => due.severity as Severity))
  const open = await trx
    .selectFrom('notifications')
    .select(['id', 'next_at', 'severity'])
    .where('person', '=', person)
    .where('channel', '=', channel)
    // In full, so that the small index of these answers.
    .where(sql<boolean>`kind = 'digest' and state = 'queued'`)
    .executeTakeFirst()
  if (open !== undefined) {
    const next = Math.min(open.next_at ?? until, until)
    await trx
      .updateTable('notifications')
      .set({ next_at: next, due_at: next, severity: worst([open.severity as Severity, severity]) })
      .where('id', '=', open.id)
      .execute()
    return open.id
  }
  const like = await trx
    .selectFrom('notifications')
    .selectAll()
    .where('id', '=', first.due.id)
    .executeTakeFirstOrThrow()
  const id = newId('notification', now, random)
  const { seq: _seq, ...copied } = like
  await trx
    .insertInto('notifications')
    .values({
      ...copied,
      id,
      key: `digest|${id}`,
      incident: id,
      step: 'digest',
      kind: 'digest',
      severity,
      text: '{"title":{"zh":"","en":""},"body":{"zh":"","en":""}}',
      link: '/tickets',
      state: 'queued',
      reason: null,
      next_at: until,
      due_at: until,
      expires_at: until + 7 * dayMs,
      created_at: now,
      released_at: null,
      attempts: 0,
      digest: null,
      answers: null,
    })
    .execute()
  return id
}

async function join(trx: Trx, digest: string, lines: readonly Gathered[]): Promise<void> {
  const kinds = new Map<string, { as: Gathered; ids: string[] }>()
  for (const line of lines) {
    const kind = `${line.state}|${line.reason}`
    const list = kinds.get(kind)
    if (list === undefined) kinds.set(kind, { as: line, ids: [line.due.id] })
    else list.ids.push(line.due.id)
  }
  for (const { as, ids } of kinds.values()) {
    for (let from = 0; from < ids.length; from += chunkOf) {
      await trx
        .updateTable('notifications')
        .set({ state: as.state, reason: as.reason, digest, next_at: null })
        .where('id', 'in', ids.slice(from, from + chunkOf))
        .execute()
    }
  }
}

const worst = (all: readonly Severity[]): Severity =>
  severities.find((severity) => all.includes(severity)) ?? 'minor'
