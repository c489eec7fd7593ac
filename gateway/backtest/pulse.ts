import { secondMs } from '../../contracts/clock.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { StartFact } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'

/** Live a tick comes within a second of a deadline; where one stands in the log, it is that one. */
const graceMs = 1_500
/** Longer than any engine waits without being told of time would be a stall: ticks never stand farther apart. */
const everyMs = secondMs
const empty = new Uint8Array()

const tickAt = (receivedAt: number): LogRecord => ({
  kind: 'tick',
  receivedAt,
  topic: '',
  client: gatewayDevice,
  retain: false,
  payload: empty,
})

/**
 * The log holds only those ticks that something waited for under the rules of then. Changed rules wait for
 * other moments, so the passing of time is put back into the gaps: as often as live, and not while the box was down.
 */
export function* fillTime(
  records: Iterable<LogRecord>,
  state: { before: number | null },
): Generator<LogRecord> {
  for (const record of records) {
    const until = Math.min(record.receivedAt, downSince(record) ?? record.receivedAt)
    if (state.before !== null)
      for (let at = state.before + everyMs; at < until - graceMs; at += everyMs) yield tickAt(at)
    state.before = record.receivedAt
    yield record
  }
}

function downSince(record: LogRecord): number | null {
  if (record.kind !== 'fact') return null
  const text = Buffer.from(record.payload).toString('utf8')
  if (!text.includes('"kind":"start"')) return null
  const { kind, downSince } = JSON.parse(text) as StartFact
  return kind === 'start' && downSince !== null ? downSince + graceMs + everyMs : null
}
