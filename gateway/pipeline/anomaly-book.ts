import type { Database } from 'better-sqlite3'
import type { AnomalyReport, Evidence } from '../../contracts/anomaly.ts'
import { minuteMs } from '../../contracts/clock.ts'
import { limits } from '../../contracts/limits.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { AddEffect, ClearEffect, Effect, RaiseEffect } from '../model/effect.ts'
import { derivedId, type EventDesk } from './event-desk.ts'
import type { OutboxPort } from './outbox-port.ts'

interface Row {
  readonly key: string
  readonly id: string
  readonly ordinal: number
  readonly open: number
  readonly type: string
  readonly community: string
  readonly device: string | null
  readonly raised_at: number
  readonly repeats: number
  readonly evidence: number
  /** When the api was last told of it. */
  readonly sent_at: number
  readonly changed_at: number
}

/** Repeats of an open anomaly go up at most this often; in between they are only counted. */
const repeatEveryMs = minuteMs
const closedRowsMax = 100_000

const reportOf = (
  id: string,
  effect: RaiseEffect,
  evidence: readonly Evidence[],
): AnomalyReport => ({
  id,
  type: effect.type,
  key: effect.key,
  severity: effect.severity,
  community: effect.community,
  ...(effect.device === null ? {} : { device: effect.device }),
  ...(effect.place === null ? {} : { place: effect.place }),
  ...(effect.subject === null ? {} : { subject: effect.subject }),
  title: effect.title,
  description: effect.description,
  raisedAt: effect.at,
  rule: { ...effect.rule },
  evidence: [...evidence],
})

/**
 * Which anomalies are open. One key is open at most once: what comes on top is a repeat. Ids are derived
 * from key, ordinal and event time, so that a replay of the log names the same anomaly the same.
 */
export class AnomalyBook {
  readonly #outbox: OutboxPort
  readonly #events: EventDesk
  readonly #get
  readonly #put
  readonly #open
  readonly #sweep
  readonly #counted = new Map<string, { type: string; count: number }[]>()
  /** Clears of what was not open. */
  clearedNothing = 0
  /** Evidence for what was never raised, or is forgotten. */
  addedNothing = 0

  constructor(db: Database, outbox: OutboxPort, events: EventDesk) {
    this.#outbox = outbox
    this.#events = events
    this.#get = db.prepare<[string], Row>('SELECT * FROM anomaly WHERE key = ?')
    this.#put = db.prepare<Row>(
      `INSERT OR REPLACE INTO anomaly VALUES (@key, @id, @ordinal, @open, @type, @community, @device,
         @raised_at, @repeats, @evidence, @sent_at, @changed_at)`,
    )
    this.#open = db.prepare<[string], { type: string; count: number }>(
      'SELECT type, count(*) AS count FROM anomaly WHERE open = 1 AND community = ? GROUP BY type',
    )
    this.#sweep = db.prepare<[number]>(
      `DELETE FROM anomaly WHERE open = 0 AND key IN
         (SELECT key FROM anomaly WHERE open = 0 ORDER BY changed_at DESC LIMIT 1000 OFFSET ?)`,
    )
  }

  apply(effect: Effect | AddEffect, receivedAt: number): void {
    if (effect.kind === 'clear') this.#clear(effect, receivedAt)
    else if (effect.kind === 'add') this.#add(effect, receivedAt)
    else this.#raise(effect, receivedAt)
  }

  /** How many are open, by type. */
  open(community: string): { type: string; count: number }[] {
    // Asked every second, over a table that holds many closed ones: counted when it has changed.
    const counted = this.#counted.get(community) ?? this.#open.all(community)
    this.#counted.set(community, counted)
    return counted
  }

  /** Forgets the oldest of the closed ones beyond a bound. */
  sweep(): void {
    this.#sweep.run(closedRowsMax)
  }

  #raise(effect: RaiseEffect, receivedAt: number): void {
    const known = this.#get.get(effect.key)
    if (known !== undefined && known.open === 1) {
      this.#repeat(known, effect, receivedAt)
      return
    }
    this.#counted.clear()
    const ordinal = (known?.ordinal ?? 0) + 1
    const id = derivedId('ano', effect.key, ordinal, effect.at)
    const evidence = effect.evidence.slice(0, limits.evidencePerTicketMax)
    this.#put.run({
      key: effect.key,
      id,
      ordinal,
      open: 1,
      type: effect.type,
      community: effect.community,
      device: effect.device,
      raised_at: effect.at,
      repeats: 0,
      evidence: evidence.length,
      sent_at: receivedAt,
      changed_at: receivedAt,
    })
    const body = reportOf(id, effect, evidence)
    this.#outbox.put({ id, kind: 'anomaly', createdAt: receivedAt, body })
    this.#events.add(
      {
        type: 'anomaly.raised',
        community: effect.community,
        device: effect.device ?? gatewayDevice,
        ts: effect.at,
        data: {
          id,
          type: effect.type,
          key: effect.key,
          severity: effect.severity,
          title: effect.title,
          subject: effect.subject,
          place: effect.place,
        },
      },
      receivedAt,
      id,
    )
  }

  #repeat(known: Row, effect: RaiseEffect, receivedAt: number): void {
    // A first picture goes up at once, however soon after the alarm it was taken.
    const isFirst = known.evidence === 0 && effect.evidence.length > 0
    if (isFirst && effect.at === known.raised_at) {
      // It has not come again; only its picture is new, and must not open a ticket that people closed.
      this.#add(
        { kind: 'add', key: effect.key, at: effect.at, evidence: effect.evidence },
        receivedAt,
      )
      return
    }
    const repeats = known.repeats + 1
    const room = limits.evidencePerTicketMax - known.evidence
    const tell = room > 0 && (isFirst || receivedAt - known.sent_at >= repeatEveryMs)
    const evidence = tell ? effect.evidence.slice(0, room) : []
    this.#put.run({
      ...known,
      repeats,
      evidence: known.evidence + evidence.length,
      sent_at: tell ? receivedAt : known.sent_at,
      changed_at: receivedAt,
    })
    if (!tell) return
    const id = `${known.id}.r${repeats}`
    const body = reportOf(id, effect, evidence)
    this.#outbox.put({ id, kind: 'anomaly', createdAt: receivedAt, body })
  }

  /** Goes up at once, also when it is over by then: it raises and reopens nothing. */
  #add(effect: AddEffect, receivedAt: number): void {
    const known = this.#get.get(effect.key)
    if (known === undefined) {
      this.addedNothing++
      return
    }
    const evidence = effect.evidence.slice(0, limits.evidencePerTicketMax - known.evidence)
    if (evidence.length === 0) return
    const count = known.evidence + evidence.length
    this.#put.run({ ...known, evidence: count, changed_at: receivedAt })
    const id = `${known.id}.e${count}`
    const { key, type, community } = known
    const body = {
      id,
      type: type as AnomalyReport['type'],
      key,
      community,
      evidence,
      adds: known.id,
    }
    this.#outbox.put({ id, kind: 'anomaly', createdAt: receivedAt, body })
  }

  #clear(effect: ClearEffect, receivedAt: number): void {
    const known = this.#get.get(effect.key)
    if (known === undefined || known.open === 0) {
      this.clearedNothing++
      return
    }
    this.#counted.clear()
    this.#put.run({ ...known, open: 0, changed_at: receivedAt })
    const id = `${known.id}.clear`
    const { key, at: clearedAt, reason, resolves } = effect
    const evidence = effect.evidence.slice(0, limits.evidencePerTicketMax)
    const body = { id, key, clearedAt, reason, resolves, evidence: [...evidence] }
    this.#outbox.put({ id, kind: 'clear', createdAt: receivedAt, body })
    this.#events.add(
      {
        type: 'anomaly.cleared',
        community: known.community,
        device: known.device ?? gatewayDevice,
        ts: clearedAt,
        data: { id: known.id, type: known.type, key, reason, resolves },
      },
      receivedAt,
      id,
    )
  }
}
