import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Adapter, noAnswer } from '../../../gateway/ingest/adapters/adapter.ts'
import { decodeBatch } from '../../../gateway/ingest/batch-codec.ts'
import { decode } from '../../../gateway/ingest/decode.ts'
import type { StateRow } from '../../../gateway/model/engine.ts'
import type { Input } from '../../../gateway/model/input.ts'
import type { LogRecord } from '../../../gateway/model/record.ts'
import { credential, device, rosterOf } from '../broker/rig.ts'
import { Bench } from './bench.ts'

/** `toy/NAME` with `alarm`, `clear`, `name …`, `gone`, `later` (an alarm after a second) or `ask`. */
class ToyAdapter implements Adapter {
  readonly name: string
  readonly #said = new Map<string, string>()
  readonly #dirty = new Set<string>()
  #due: { at: number; device: string } | null = null

  constructor(name: string) {
    this.name = name
  }
  claims(topic: string): boolean {
    return topic.startsWith('toy/')
  }
  apply({ topic, payload, receivedAt, retained }: Parameters<Adapter['apply']>[0]) {
    const text = Buffer.from(payload).toString('utf8')
    const id = topic.slice('toy/'.length)
    this.#said.set(id, text)
    this.#dirty.add(id)
    const head = { community: 'home', device: id, receivedAt }
    const inputs: Input[] = []
    if (text.startsWith('name '))
      inputs.push({
        kind: 'info',
        ...head,
        client: this.name,
        info: { name: text.slice(5), adapter: this.name },
      })
    else if (text === 'gone') inputs.push({ kind: 'gone', ...head, reason: 'removed' })
    else if (text === 'later') this.#due = { at: receivedAt + 1_000, device: id }
    else if (text === 'ask')
      return {
        inputs,
        refusal: null,
        publish: [{ topic: 'ask', payload: '?', retain: false, qos: 0 as const }],
      }
    else if (text === 'broken')
      return { ...noAnswer, refusal: { code: 'payload.invalid' as const, detail: 'broken' } }
    else inputs.push(this.#reading(id, text === 'alarm', receivedAt, retained))
    return { inputs, refusal: null }
  }
  tick(now: number): readonly Input[] {
    const due = this.#due
    this.#due = null
    return due === null ? [] : [this.#reading(due.device, true, now, false)]
  }
  nextDueAt(): number | null {
    return this.#due?.at ?? null
  }
  restore(rows: Iterable<StateRow>): void {
    for (const { key, value } of rows) this.#said.set(key, value ?? '')
  }
  takeDirty(): readonly StateRow[] {
    const rows = [...this.#dirty].map((key) => ({ key, value: this.#said.get(key) ?? null }))
    this.#dirty.clear()
    return rows
  }
  filters(): readonly string[] {
    return filters
  }
  counters() {
    return { said: this.#said.size }
  }
  #reading(id: string, value: boolean, receivedAt: number, retained: boolean): Input {
    return {
      kind: 'reading',
      community: 'home',
      device: id,
      name: 'alarm',
      ts: receivedAt,
      seq: null,
      value,
      receivedAt,
      clockMarked: false,
      ...(retained ? { retained } : {}),
    }
  }
}
const filters = ['toy/#']
const bridgeName = 'home.bridge'

// Devices of others go through the same transaction as ours, and a replay needs no adapter.
describe('adapters in the pipeline', () => {
  let bench: Bench
  beforeEach(() => {
    const create = () => [new ToyAdapter('special'), new ToyAdapter('general')]
    bench = new Bench(undefined, { community: 'home', create })
    const bridge = credential(bridgeName, 'adapter', { prefixes: ['toy/#'] })
    const roster = rosterOf([device('a'), device('toy-1')], [bridge], 2)
    bench.run([bench.record('roster', '', JSON.stringify(roster))])
  })
  afterEach(() => bench.close())

  const say = (topic: string, text: string, client = bridgeName, retain = false): LogRecord => ({
    kind: 'publish',
    receivedAt: bench.now,
    topic,
    client,
    retain,
    payload: Buffer.from(text),
  })

  it('turns a foreign message into readings, anomalies and outbox rows in one commit', async () => {
    const result = bench.run([say('toy/toy-1', 'name 一号'), say('toy/toy-1', 'alarm')])
    expect(result.effects).toHaveLength(1)
    expect(await bench.values('toy-1', 'alarm')).toEqual([true])
    expect(bench.outboxKinds()).toContain('anomaly smoke.alarm:toy-1')
  })

  it('writes what it understood into the log, before the message: decoding the log gives the same inputs', () => {
    bench.run([
      say('toy/toy-1', 'name 一号'),
      bench.reading({ n: 1 }),
      say('toy/toy-1', 'alarm'),
      say('toy/toy-1', 'later'),
    ])
    bench.now += 1_000
    bench.run([bench.record('tick', '', '')])
    const records = [...bench.runner.log.read(0, 2 ** 30)].flatMap(({ body }) => decodeBatch(body))
    const kinds = records.filter(({ kind }) => kind !== 'roster').map(({ kind }) => kind)
    expect(kinds).toEqual([
      'derived',
      'publish',
      'publish',
      'derived',
      'publish',
      'publish',
      'derived',
      'tick',
    ])
    const said = records.flatMap((record) => decode(record).inputs)
    expect(said.map(({ kind }) => kind)).toEqual([
      'info',
      'beat',
      'reading',
      'reading',
      'reading',
      'tick',
    ])
    expect(said.at(-2)).toMatchObject({ kind: 'reading', device: 'toy-1', value: true })
  })

  it('keeps the state of adapters and who has which device over a restart', () => {
    bench.run([say('toy/toy-1', 'name 一号')])
    bench.reopen()
    const [special, general] = bench.runner.processor.adapters?.stats() ?? []
    expect(special).toMatchObject({ name: 'special', devices: 1, counters: { said: 1 } })
    expect(general).toMatchObject({ devices: 0 })
    expect(bench.run([say('toy/toy-1', 'alarm')]).effects).toHaveLength(1)
  })

  it('gives a device that two adapters know to the more specific one, and counts the other', () => {
    const result = bench.run([say('toy/toy-1', 'name 一号'), say('toy/toy-1', 'alarm')])
    expect(result.counts.readingsIn).toBe(1)
    expect(bench.runner.processor.adapters?.dropped()).toMatchObject({ 'adapters.twin': 2 })
  })

  it('tells the api of a stranger once, with what its bridge says, and lets no rule hear it', () => {
    const result = bench.run([say('toy/stranger', 'name 生客'), say('toy/stranger', 'alarm')])
    expect(result.effects).toEqual([])
    const seen = result.events.filter(({ type }) => type === 'device.seen')
    expect(seen).toHaveLength(1)
    expect(seen[0]?.data).toEqual({
      client: bridgeName,
      info: { name: '生客', adapter: 'special' },
    })
  })

  it('leaves no ghost of a stranger that goes, and marks an approved device that does', () => {
    bench.run([say('toy/stranger', 'name 生客'), say('toy/toy-1', 'name 一号')])
    const { events } = bench.run([say('toy/stranger', 'gone'), say('toy/toy-1', 'gone')])
    expect(events.map(({ type, device: id }) => `${type} ${id}`)).toEqual([
      'device.gone stranger',
      'device.gone toy-1',
    ])
    const ids = bench.runner.processor.devices.states('home').map(({ id }) => id)
    expect(ids).toEqual(['toy-1'])
    bench.run([say('toy/stranger', 'alarm')])
    expect(bench.runner.processor.adapters?.dropped()).toMatchObject({ 'adapters.unannounced': 4 })
  })

  it('tells the api that an approved device is called otherwise', () => {
    bench.run([say('toy/toy-1', 'name 一号')])
    const { events } = bench.run([say('toy/toy-1', 'name 二号')])
    expect(events.map(({ type, data }) => [type, data['info']])).toEqual([
      ['device.seen', { name: '二号', adapter: 'special' }],
    ])
    expect(bench.run([say('toy/toy-1', 'name 二号')]).events).toEqual([])
  })

  it('a device that was removed comes back as a stranger with its description when it speaks again', () => {
    bench.run([say('toy/toy-1', 'name 一号'), say('toy/toy-1', 'clear')])
    const change = { base: 2, version: 3, devices: { upsert: [], remove: ['home/toy-1'] } }
    const removed = bench.run([bench.record('roster', '', JSON.stringify(change))])
    expect(bench.runner.processor.devices.states('home')).toEqual([])
    expect(removed.publish.map(({ topic, payload, retain }) => [topic, payload, retain])).toEqual([
      ['linli/v1/home/toy-1/info', '', true],
      ['linli/v1/home/toy-1/status', '', true],
    ])
    const { events } = bench.run([say('toy/toy-1', 'clear')])
    expect(events).toMatchObject([{ type: 'device.seen', data: { info: { name: '一号' } } }])
  })

  it('hands on what adapters want published, and quarantines refusals and topics that nobody claims', () => {
    const result = bench.run([
      say('toy/toy-1', 'ask'),
      say('toy/toy-1', 'broken'),
      say('elsewhere/x', 'hello'),
      say('toy/toy-1', 'alarm', 'nobody'),
    ])
    expect(result.publish).toHaveLength(2)
    const { byCode } = bench.runner.processor.quarantine.summary(10)
    expect(byCode).toEqual({ 'payload.invalid': 1, 'mqtt.topic-unknown': 2 })
  })

  it('knows from the flag of an external broker alone that a message is old', () => {
    bench.run([say('toy/toy-1', 'name 一号', 'broker')])
    const { derived } = bench.run([
      say('toy/toy-1', 'alarm', 'broker', true),
      say('toy/toy-1', 'alarm', bridgeName, true),
    ])
    expect(derived.map(({ inputs }) => inputs.map((input) => 'retained' in input))).toEqual([
      [true],
      [false],
    ])
  })
})
