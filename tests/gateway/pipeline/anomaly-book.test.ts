import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AnomalyReport } from '../../../contracts/anomaly.ts'
import { minuteMs } from '../../../contracts/clock.ts'
import { limits } from '../../../contracts/limits.ts'
import { AnomalyBook } from '../../../gateway/pipeline/anomaly-book.ts'
import { EventDesk } from '../../../gateway/pipeline/event-desk.ts'
import { Bench, raise, startAt } from './bench.ts'

// One fire, one ticket: however often it is reported, and however often the log is replayed.
describe('anomaly book', () => {
  let bench: Bench
  let book: AnomalyBook
  beforeEach(() => {
    bench = new Bench()
    book = new AnomalyBook(bench.db, bench.outbox, new EventDesk(bench.outbox))
  })
  afterEach(() => bench.close())

  const anomalies = () => bench.outbox.peek(10_000).filter((item) => item.kind === 'anomaly')
  const clear = {
    kind: 'clear',
    key: 'smoke.alarm:a',
    at: startAt,
    reason: { zh: '', en: '' },
    resolves: false,
    evidence: [],
  } as const

  it('opens a key once; repeats go up at most once a minute', () => {
    for (let i = 0; i < 100; i++) book.apply(raise('a', startAt + i), startAt + i * 1_000)
    expect(anomalies()).toHaveLength(2)
    expect(new Set(anomalies().map((item) => item.body.id)).size).toBe(2)
  })

  it('sends no more evidence than a ticket may hold', () => {
    const many = Array.from({ length: 500 }, () => raise('a', startAt).evidence[0]!)
    book.apply({ ...raise('a', startAt), evidence: many }, startAt)
    book.apply({ ...raise('a', startAt), evidence: many }, startAt + 2 * minuteMs)
    const sent = anomalies().map((item) => item.body.evidence?.length ?? 0)
    expect(sent).toEqual([limits.evidencePerTicketMax])
  })

  it('evidence that comes later goes to its anomaly, whatever became of the ticket', () => {
    book.apply(raise('a', startAt), startAt)
    const [raised] = anomalies()
    const evidence = raise('a', startAt).evidence
    const add = { kind: 'add', key: 'smoke.alarm:a', at: startAt + 5, evidence } as const
    book.apply(add, startAt + 5)
    const sent = anomalies().at(-1)?.body
    expect(sent).toEqual({
      id: `${raised?.id}.e2`,
      adds: raised?.id,
      type: 'smoke.alarm',
      key: 'smoke.alarm:a',
      community: 'home',
      evidence: [...evidence],
    })
    expect(Value.Check(AnomalyReport, sent)).toBe(true)
    // A clip is made seconds after the alarm: the door may be shut again by then.
    book.apply(clear, startAt + 6)
    book.apply(add, startAt + 7)
    expect(anomalies().at(-1)?.body).toMatchObject({ id: `${raised?.id}.e3`, adds: raised?.id })
    book.apply({ ...add, key: 'smoke.alarm:b' }, startAt + 8)
    expect([anomalies().length, book.addedNothing]).toEqual([3, 1])
  })

  it('the first picture of an alarm that went up without one is no repeat of it', () => {
    const bare = { ...raise('a', startAt), evidence: [] }
    book.apply(bare, startAt)
    book.apply(raise('a', startAt), startAt + 4_000)
    const [raised, picture] = anomalies()
    expect(picture?.body).toMatchObject({ adds: raised?.id, evidence: [{ kind: 'note' }] })
    // It comes again: that is a repeat, which opens a new ticket where people have closed the first.
    book.apply(raise('a', startAt + 2 * minuteMs), startAt + 2 * minuteMs)
    expect(anomalies().at(-1)?.body).toMatchObject({ id: `${raised?.id}.r1` })
    expect(anomalies().at(-1)?.body.adds).toBe(undefined)
  })

  it('opens anew after a clear, under another id; a clear of nothing is counted only', () => {
    book.apply(clear, startAt)
    expect(book.clearedNothing).toBe(1)
    book.apply(raise('a', startAt), startAt)
    book.apply(clear, startAt + 1)
    book.apply(clear, startAt + 2)
    book.apply(raise('a', startAt + 3), startAt + 3)
    const kinds = bench.outbox.peek(100).map((item) => item.kind)
    expect(kinds.filter((kind) => kind === 'clear')).toHaveLength(1)
    expect(new Set(anomalies().map((item) => item.body.id)).size).toBe(2)
  })

  it('names the same anomaly the same when the log is replayed elsewhere', () => {
    const other = new Bench()
    const again = new AnomalyBook(other.db, other.outbox, new EventDesk(other.outbox))
    for (const one of [book, again]) {
      one.apply(raise('a', startAt), startAt)
      one.apply(clear, startAt + 1)
      one.apply(raise('a', startAt + 2), startAt + 2)
    }
    expect(other.outbox.peek(100).map((item) => item.id)).toEqual(
      bench.outbox.peek(100).map((item) => item.id),
    )
    other.close()
  })
})
