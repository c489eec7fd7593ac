import { existsSync } from 'node:fs'
import { Sqlite } from '../../config/sqlite.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { ExplainRequest, TicketExplanation } from '../../contracts/explain.ts'
import type { Subject } from '../../contracts/place.ts'

/** All of a ticket's explanation but what the gateway knows. */
export type KnownOfTicket = Omit<TicketExplanation, 'gateway' | 'problem'>

const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

/** Reads a ticket, by id or number, from api.db; read-only, beside the running api. Null where there is none. */
export function ticketOf(file: string, name: string): KnownOfTicket | null {
  if (!existsSync(file)) throw new CodedError('backtest.no-log', `${file} does not exist`)
  const db = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    const row = db
      .prepare<[string, string], Record<string, string | number | null>>(
        'SELECT * FROM tickets WHERE id = ? OR number = ?',
      )
      .get(name, name)
    if (row === undefined) return null
    const id = String(row['id'])
    const rows = (sql: string) =>
      db.prepare<[string], Record<string, string | number | null>>(sql).all(id)
    return {
      ticket: {
        id,
        number: String(row['number']),
        title: String(row['title']),
        status: String(row['status']),
        createdAt: Number(row['created_at']),
      },
      anomaly: anomalyOf(row),
      reports: rows(
        'SELECT id, raised_at, received_at FROM anomalies WHERE ticket_id = ? ORDER BY received_at LIMIT 500',
      ).map((one) => ({
        id: String(one['id']),
        raisedAt: Number(one['raised_at']),
        receivedAt: Number(one['received_at']),
      })),
      evidence: rows('SELECT body FROM ticket_evidence WHERE ticket_id = ? ORDER BY seq LIMIT 500')
        .map(({ body }) => json(String(body)))
        .filter((one): one is Evidence => typeof one === 'object' && one !== null && 'kind' in one),
      timeline: rows(
        'SELECT ts, kind, actor, note FROM ticket_timeline WHERE ticket_id = ? ORDER BY seq LIMIT 500',
      ).map((one) => ({
        ts: Number(one['ts']),
        what: String(one['kind']),
        by: (json(String(one['actor'])) as { name?: string } | null)?.name ?? '',
        note: String(one['note'] ?? ''),
      })),
    }
  } finally {
    db.close()
  }
}

function anomalyOf(row: Readonly<Record<string, string | number | null>>): ExplainRequest | null {
  const text = (name: string): string | null =>
    row[name] === null || row[name] === undefined ? null : String(row[name])
  const anomaly = text('anomaly_id')
  const key = text('anomaly_key')
  if (anomaly === null || key === null) return null
  return {
    anomaly,
    key,
    community: String(row['community']),
    device: text('source_device'),
    subject: json(text('subject')) as Subject | null,
    raisedAt: Number(row['anomaly_raised_at'] ?? row['created_at']),
    rule: json(text('anomaly_rule')) as ExplainRequest['rule'],
  }
}
