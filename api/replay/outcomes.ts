import type { BacktestItem } from '../../contracts/backtest.ts'
import { minuteMs } from '../../contracts/clock.ts'
import type { RuleBacktestItem } from '../../contracts/http/backtest.ts'
import type { Db } from '../db/open.ts'

/** A replay of a log that does not reach back names an anomaly otherwise: key and time tell as well. */
const nearMs = minuteMs
const perQuery = 200

interface Known {
  readonly key: string
  readonly community: string
  readonly raised_at: number
  readonly id: string
  readonly number: string
  readonly status: string
}

/** Puts to each item that was really raised the ticket that came of it, and what people made of that. */
export async function withOutcomes(
  db: Db,
  items: readonly BacktestItem[],
): Promise<RuleBacktestItem[]> {
  const keys = [...new Set(items.filter(({ before }) => before !== null).map(({ key }) => key))]
  const known: Known[] = []
  for (let from = 0; from < keys.length; from += perQuery)
    known.push(
      ...(await db
        .selectFrom('anomalies')
        .innerJoin('tickets', 'tickets.id', 'anomalies.ticket_id')
        .select([
          'anomalies.key as key',
          'anomalies.community as community',
          'anomalies.raised_at as raised_at',
          'tickets.id as id',
          'tickets.number as number',
          'tickets.status as status',
        ])
        .where('anomalies.key', 'in', keys.slice(from, from + perQuery))
        .execute()),
    )
  return items.map((item) => {
    const { before, key, community } = item
    const found =
      before === null
        ? undefined
        : known.find(
            (one) =>
              one.key === key &&
              one.community === community &&
              Math.abs(one.raised_at - before.at) <= nearMs,
          )
    if (found === undefined) return { ...item, ticket: null }
    const { id, number, status } = found
    return { ...item, ticket: { id, number, status, isFalseAlarm: status === 'rejected' } }
  })
}
