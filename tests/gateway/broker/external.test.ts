import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadShippedRules } from '../../../config/rules.ts'
import type { Broker } from '../../../gateway/broker/broker.ts'
import { createExternalBroker } from '../../../gateway/broker/external-broker.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import { createPipeline, type Pipeline } from '../../../gateway/pipeline/client.ts'
import { Mosquitto } from '../../support/mosquitto.ts'
import { needs } from '../../support/needs.ts'
import { silent, topic, twoSensors, until } from './rig.ts'

const numbers = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i)

// Whoever has a broker already keeps it; then it is the broker that must not lose what we have not stored.
describe.runIf(needs('mosquitto'))('an external broker: mosquitto', () => {
  const mosquitto = new Mosquitto()
  const folder = mkdtempSync(join(tmpdir(), 'linli-external-'))
  const roster = new RosterBook()
  let pipeline: Pipeline
  let broker: Broker
  let sensor: MqttClient
  let failing = false

  const start = async (): Promise<void> => {
    broker = createExternalBroker(
      {
        roster,
        record: (record, done) =>
          failing ? done(new Error('disk full')) : pipeline.record(record, done),
        onFrame: () => undefined,
        onQuarantine: (message) => pipeline.quarantine(message),
        clock: Date.now,
        random: Math.random,
        logger: silent,
      },
      { url: `mqtt://127.0.0.1:${mosquitto.port}`, community: 'home', reconnectEveryMs: 100 },
    )
    await broker.start()
  }
  const send = (from: number, count: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        sensor.publishAsync(
          topic('a', 'telemetry'),
          JSON.stringify({ ts: Date.now(), seq: from + i, values: { n: from + i } }),
          { qos: 1 },
        ),
      ),
    )
  const stored = async (): Promise<number[]> => {
    const { items } = await pipeline.telemetry({
      community: 'home',
      device: 'a',
      reading: 'n',
      from: 0,
      to: 2 ** 45,
    })
    return items.map(({ value }) => Number(value)).sort((a, b) => a - b)
  }

  beforeAll(async () => {
    await mosquitto.start()
    pipeline = createPipeline({
      file: join(folder, 'gateway.db'),
      rules: loadShippedRules(),
      clock: Date.now,
      logger: silent,
    })
    await pipeline.start()
    roster.replace(twoSensors())
    await pipeline.recordRoster(twoSensors())
    await start()
    sensor = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, { reconnectPeriod: 100 })
    sensor.on('error', () => undefined)
  })
  afterAll(async () => {
    sensor.end(true)
    await broker.close()
    await pipeline.close()
    await mosquitto.stop()
    for (const each of [mosquitto.folder, folder]) rmSync(each, { recursive: true, force: true })
  })

  it('stores every reading once, and says who and where it is', async () => {
    await send(0, 500)
    await until('500 readings', async () => (await stored()).length === 500)
    expect(await stored()).toEqual(numbers(0, 500))
    expect(broker.stats()).toMatchObject({ kind: 'external', connected: true, problems: [] })
  })

  it('gets what came while it was away, from the session that the broker keeps', async () => {
    await broker.close()
    await send(500, 300)
    await start()
    await until('800 readings', async () => (await stored()).length === 800)
    expect(await stored()).toEqual(numbers(0, 800))
  })

  it('does not acknowledge what it could not store: the broker sends it again', async () => {
    failing = true
    await send(800, 20)
    await until('a commit fails', () => (broker.stats().dropped['commit.failed'] ?? 0) > 0)
    failing = false
    await until('820 readings', async () => (await stored()).length === 820)
    expect(await stored()).toEqual(numbers(0, 820))
  })

  it('what the broker remembers is a state when it is told again, and what once happened does not happen again', async () => {
    const keep = { qos: 1, retain: true } as const
    const pressed = { id: 'sos-1', ts: Date.now(), type: 'sos.pressed', data: {} }
    await sensor.publishAsync(topic('b', 'telemetry'), '{"smoke":true}', keep)
    await sensor.publishAsync(topic('b', 'event'), JSON.stringify(pressed), keep)
    const smoke = async () => {
      const state = (await pipeline.deviceStates('home')).find(({ id }) => id === 'b')
      return state?.lastValues['smoke']
    }
    await until('it is heard live', async () => (await smoke())?.value === true)
    expect((await smoke())?.retained).toBeUndefined()

    await sensor.publishAsync(topic('b', 'telemetry'), '{"smoke":false}', { qos: 1 })
    await until('the smoke is gone', async () => (await smoke())?.value === false)
    await broker.close()
    await start()
    await until('it is told again', async () => (await smoke())?.value === true)
    expect(await smoke()).toMatchObject({ value: true, retained: true })
    expect(broker.stats().dropped['mqtt.retain-ignored']).toBe(1)
    for (const leaf of ['telemetry', 'event'] as const)
      await sensor.publishAsync(topic('b', leaf), '', keep)
  })

  it('reconnects after a restart of the broker, with messages waiting meanwhile', async () => {
    await mosquitto.stop()
    await until('it is noticed', () => !broker.stats().connected)
    expect(broker.stats().problems).toMatchObject([{ code: 'broker.unreachable' }])
    await expect(broker.publish(topic('a', 'command'), '{}', { qos: 1 })).rejects.toMatchObject({
      code: 'broker.unreachable',
    })
    const waiting = send(820, 100)
    await mosquitto.start()
    await waiting
    await until('920 readings', async () => (await stored()).length === 920, 20_000)
    expect(await stored()).toEqual(numbers(0, 920))
    expect(broker.stats().problems).toEqual([])
  })
})
