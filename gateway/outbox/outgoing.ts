import { createHash } from 'node:crypto'
import type { Evidence } from '../../contracts/anomaly.ts'
import { exhausted } from '../../contracts/result.ts'
import type { QueuedItem } from './outbox-item.ts'

export interface OutgoingCall {
  readonly path: string
  readonly body: unknown
  readonly idempotencyKey: string
}

/** The first item alone, or as many consecutive events as one POST may carry. */
export function nextBatch(
  items: readonly QueuedItem[],
  bounds: { readonly eventsPerPost: number; readonly eventBytesMax: number },
): readonly QueuedItem[] {
  let bytes = 0
  let count = 0
  for (const item of items) {
    bytes += item.bytes
    if (item.kind !== 'event' || count >= bounds.eventsPerPost) break
    if (count > 0 && bytes > bounds.eventBytesMax) break
    count += 1
  }
  return items.slice(0, Math.max(1, count))
}

/** A batch has a key of its own: the same events in the same order give the same key. */
function keyOf(batch: readonly QueuedItem[]): string {
  const [first] = batch
  if (first !== undefined && batch.length === 1) return first.id
  const hash = createHash('sha256')
  for (const item of batch) hash.update(item.id).update('\n')
  return `evb_${hash.digest('hex').slice(0, 40)}`
}

/** A batch is one item, or events only; it is never empty. */
export function callOf(batch: readonly QueuedItem[]): OutgoingCall {
  const [first] = batch
  if (first === undefined) throw new Error('invariant broken: empty batch')
  const idempotencyKey = keyOf(batch)
  switch (first.kind) {
    case 'anomaly':
      return { path: '/api/v1/anomalies', body: first.body, idempotencyKey }
    case 'clear':
      return { path: '/api/v1/anomalies/clear', body: first.body, idempotencyKey }
    case 'event': {
      const events = batch.map((item) => item.body)
      return { path: '/api/v1/gateway/events', body: { events }, idempotencyKey }
    }
    default:
      return exhausted(first)
  }
}

/** sha256 of the pictures and clips that must be there before the report is. */
export function picturesOf(item: QueuedItem): readonly string[] {
  return item.kind === 'event' ? [] : (item.body.evidence ?? []).flatMap(filesOf)
}

/** sha256 of the files that one piece of evidence names: picture, picture with boxes, clip. */
export function filesOf(entry: Evidence): readonly string[] {
  if (entry.kind === 'clip') return [entry.sha256]
  if (entry.kind !== 'frame') return []
  return entry.boxesSha256 === undefined ? [entry.sha256] : [entry.sha256, entry.boxesSha256]
}
