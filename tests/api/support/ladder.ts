import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Sqlite } from '../../../config/sqlite.ts'
import type { LadderItem } from '../../../contracts/http/ladder.ts'
import type { Caller, TestApi } from './api.ts'

export interface SentRow {
  readonly step: string
  readonly person: string
  readonly kind: string
  readonly severity: string
  readonly channel: string
  readonly state: string
  readonly link: string | null
  readonly text: string
}

function read<Row>(api: TestApi, sql: string, ...values: unknown[]): Row[] {
  const db = new Sqlite(join(api.home, 'api.db'), { readonly: true })
  try {
    return db.prepare(sql).all(...values) as Row[]
  } finally {
    db.close()
  }
}

/** The messages of a ticket as they stand on record. */
export const sent = (api: TestApi, ticket: string): SentRow[] =>
  read<SentRow>(api, 'select * from notifications where incident = ? order by seq', ticket)

export const links = (api: TestApi, ticket: string): string[] =>
  sent(api, ticket).flatMap(({ link }) => (link?.includes('/answer/') === true ? [link] : []))

/** Waits until nothing is due any more. */
export async function due(api: TestApi): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    await sleep(10)
    const [row] = read<{ n: number }>(
      api,
      'select count(*) as n from deadlines where due_at <= ?',
      api.time.now,
    )
    if (row?.n === 0) return
  }
  throw new Error('something stays due')
}

let counter = 0

/** A report of the box; answers the id of its ticket, with the ladder begun. */
export async function raise(api: TestApi, about: Record<string, unknown>): Promise<string> {
  counter += 1
  const report = { id: `ano_${counter}`, community: 'demo', ...about }
  const answer = await api.box.post('/anomalies', report)
  if (answer.statusCode >= 300) throw new Error(answer.body)
  await due(api)
  return answer.json<{ ticket: { id: string } }>().ticket.id
}

export async function ladderOf(who: Caller, ticket: string): Promise<LadderItem> {
  const answer = await who.get(`/tickets/${ticket}/ladder`)
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json<LadderItem>()
}
