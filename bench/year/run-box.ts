import { loadShippedRules } from '../../config/rules.ts'
import { Sqlite } from '../../config/sqlite.ts'
import { hourMs, dayMs } from '../../contracts/clock.ts'
import type { AnyEffect } from '../../gateway/model/effect.ts'
import type { Engine } from '../../gateway/model/engine.ts'
import type { LogRecord } from '../../gateway/model/record.ts'
import type { OutboxItem } from '../../gateway/outbox/outbox-item.ts'
import { composeEngines, migrateGateway } from '../../gateway/pipeline/compose.ts'
import { Processor } from '../../gateway/pipeline/processor.ts'
import { type Alarm, type BoxFigures, judge } from './judge.ts'
import type { YearParameters } from './parameters.ts'
import { Scribe, tick } from './records.ts'
import { BoxWorld } from './world/box-world.ts'
import { spanAt } from './world/events.ts'

const slotMs = hourMs

/** State need not reach a disk here: nothing is restarted but the world says so. */
const unsaved = (engine: Engine<AnyEffect>): Engine<AnyEffect> => ({
  apply: (input) => engine.apply(input),
  nextDueAt: () => engine.nextDueAt(),
  restore: (rows) => engine.restore(rows),
  takeDirty: () => [],
})

/** The shipped pipeline from decoding to the outbox, on a database in memory and without a series. */
class Pipeline {
  readonly #processor: Processor
  #taken: OutboxItem[] = []

  constructor() {
    const db = new Sqlite(':memory:')
    migrateGateway(db)
    const compose = composeEngines(loadShippedRules())
    this.#processor = new Processor(db, {
      engines: (roster) => {
        const set = compose(roster, null)
        const engines = set.engines.map(({ name, engine }) => ({ name, engine: unsaved(engine) }))
        return { ...set, engines }
      },
      series: { write: () => ({ stored: 0, duplicates: 0 }) },
      outbox: { put: (item) => this.#taken.push(item) },
    })
  }

  run(records: readonly LogRecord[]): OutboxItem[] {
    this.#taken = []
    if (records.length > 0) this.#processor.run(records, 0)
    return this.#taken
  }
}

export interface BoxRun {
  readonly parameters: YearParameters
  readonly seed: number
  readonly box: number
}

export const boxesOf = ({ elders, eldersPerBox }: YearParameters): number =>
  Math.ceil(elders / eldersPerBox)

/** A year of one box: the world lives, the pipeline judges, staff answer its alarms. */
export function runBox(
  { parameters, seed, box }: BoxRun,
  progress: (share: number) => void = () => {},
): BoxFigures {
  const { startsAt, days, tickMs } = parameters
  const world = new BoxWorld(parameters, seed, box)
  const pipeline = new Pipeline()
  const scribe = new Scribe()
  const alarms: Alarm[] = []
  const others = new Map<string, number>()
  const offsetAt = (at: number): number => spanAt(world.outages.clock, at)?.offsetMs ?? 0
  const hear = (records: readonly LogRecord[], offsetMs: number): void => {
    for (const item of pipeline.run(records)) {
      if (item.kind !== 'anomaly' || item.id.includes('.')) continue
      const { type, subject } = item.body
      if (type !== 'resident.unseen' && type !== 'resident.cannot-tell') {
        others.set(type, (others.get(type) ?? 0) + 1)
        continue
      }
      const alarm = { elder: subject?.id ?? '', type, at: item.createdAt - offsetMs }
      alarms.push(alarm)
      world.homeOf(alarm.elder).alarmed(alarm.elder, alarm.at)
    }
  }
  const roster = JSON.stringify(world.roster())
  const first: LogRecord = { ...tick(startsAt), kind: 'roster', payload: Buffer.from(roster) }
  hear([first], 0)
  const end = startsAt + days * dayMs
  let messages = 0
  for (let from = startsAt; from < end; from += slotMs) {
    const events = world.slot(from, from + slotMs)
    messages += events.length
    let batch: LogRecord[] = []
    let offsetMs = offsetAt(from)
    let at = from
    const put = (next: number, record: (receivedAt: number) => LogRecord): void => {
      at = next
      const offset = offsetAt(at)
      if (offset !== offsetMs) {
        hear(batch, offsetMs)
        batch = []
        offsetMs = offset
      }
      batch.push(record(at + offset))
    }
    let tickAt = from
    for (const event of [...events, null]) {
      const until = event?.at ?? from + slotMs
      for (; tickAt < until; tickAt += tickMs)
        if (spanAt(world.outages.down, tickAt) === null) put(tickAt, tick)
      if (event !== null) put(event.at, (receivedAt) => scribe.write(event, receivedAt))
    }
    hear(batch, offsetMs)
    if ((from - startsAt) % dayMs === 0) progress((from - startsAt) / (end - startsAt))
  }
  progress(1)
  return { ...judge(world, parameters, alarms), messages, others: Object.fromEntries(others) }
}
