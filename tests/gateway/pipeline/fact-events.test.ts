import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadShippedRules } from '../../../config/rules.ts'
import { defaultBarrier, defaultDoor } from '../../../contracts/access.ts'
import type { GatewayEvent } from '../../../contracts/events.ts'
import type { Roster } from '../../../contracts/roster.ts'
import { openDatabase } from '../../../gateway/db/open.ts'
import type { AccessFact } from '../../../gateway/model/input.ts'
import { createOutboxStore } from '../../../gateway/outbox/outbox-store.ts'
import { BatchRunner } from '../../../gateway/pipeline/batch-runner.ts'
import type { EventDesk } from '../../../gateway/pipeline/event-desk.ts'
import { FactEvents } from '../../../gateway/pipeline/fact-events.ts'
import { composeEngines, migrateGateway } from '../../../gateway/pipeline/compose.ts'
import { encodeRecords } from '../../../gateway/ingest/batch-codec.ts'
import { createSqliteSeries } from '../../../gateway/telemetry/sqlite-series.ts'
import { aDoor, community, now, resident, visitor } from '../access/door-stand.ts'
import { silent } from '../broker/rig.ts'

const roster: Roster = {
  version: 1,
  devices: [
    aDoor({ ...defaultDoor, direction: 'in' }),
    aDoor(null, { id: 'arm-1', type: 'barrier', barrier: defaultBarrier }),
  ],
  credentials: [],
  households: [],
  residents: [resident('res_1')],
  cards: [],
  visitors: [visitor({ entriesMax: 2 })],
}
const fact = (more: Partial<AccessFact>): AccessFact => ({
  kind: 'access',
  community,
  door: 'door-1',
  ts: now,
  receivedAt: now,
  granted: true,
  holder: { kind: 'resident', id: 'res_1', name: '吴桂芬' },
  reason: 'ok',
  ...more,
})

let folder = ''
let close = (): void => undefined
const open = (): BatchRunner => {
  const db = openDatabase(join(folder, 'gateway.db'))
  close = () => db.close()
  migrateGateway(db)
  return new BatchRunner({
    db,
    parts: {
      engines: composeEngines(loadShippedRules()),
      series: createSqliteSeries(db),
      outbox: createOutboxStore(db),
    },
    log: { bytesMax: 2 ** 30, ageMaxMs: 2 ** 40 },
    clock: () => now,
    logger: silent,
  })
}
const commit = (runner: BatchRunner, kind: 'fact' | 'roster', ...given: object[]) =>
  runner.run(
    encodeRecords(
      given.map((each) => ({
        kind,
        receivedAt: now,
        topic: '',
        client: 'gateway',
        retain: false,
        payload: Buffer.from(JSON.stringify(each)),
      })),
    ),
  )
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linli-facts-'))
})
afterEach(() => {
  close()
  rmSync(folder, { recursive: true, force: true })
})

test('decisions become events: a car that passed, a person who was let in, whoever was not', () => {
  const runner = open()
  commit(runner, 'roster', roster)
  const car = { door: 'arm-1', plate: '苏ED51712', method: 'plate' as const, confidence: 0.98 }
  const { events } = commit(
    runner,
    'fact',
    fact({ method: 'face', direction: 'in', confidence: 0.7 }),
    fact({ granted: false, reason: 'card-unknown', holder: null }),
    fact({ granted: false, reason: 'pin-wrong', holder: null, method: 'pin' }),
    fact({ ...car, direction: 'in' }),
    fact({ ...car, granted: false, reason: 'plate-blocked' }),
    fact({ method: 'manual', reason: '送水', by: 'usr_9', holder: null }),
  )
  expect(events.map(({ type, data }: GatewayEvent) => [type, data])).toEqual([
    [
      'access.granted',
      { holder: fact({}).holder, reason: 'ok', method: 'face', direction: 'in', confidence: 0.7 },
    ],
    ['access.denied', { holder: null, reason: 'card-unknown', method: 'card' }],
    ['access.denied', { holder: null, reason: 'pin-wrong', method: 'pin' }],
    [
      'vehicle.passed',
      {
        holder: fact({}).holder,
        reason: 'ok',
        method: 'plate',
        direction: 'in',
        plate: '苏ED51712',
        confidence: 0.98,
      },
    ],
    [
      'access.denied',
      {
        holder: fact({}).holder,
        reason: 'plate-blocked',
        method: 'plate',
        plate: '苏ED51712',
        confidence: 0.98,
      },
    ],
    ['access.granted', { holder: null, reason: '送水', method: 'manual', by: 'usr_9' }],
  ])
  expect(new Set(events.map(({ id }) => id)).size).toBe(6)
  // A terminal that says the same again, after a restart of ours too, is the same event.
  const [again] = commit(runner, 'fact', fact({ method: 'face', direction: 'in' })).events
  expect(again?.id).toBe(events[0]?.id)
})

test("visitors' entries, passages and parked cars are there again after the process was killed", () => {
  const runner = open()
  commit(runner, 'roster', roster)
  const holder = { kind: 'visitor' as const, id: 'vis_1', name: '李四' }
  commit(
    runner,
    'fact',
    fact({ holder, method: 'qr', direction: 'in' }),
    fact({
      door: 'arm-1',
      plate: '苏ED51712',
      method: 'plate',
      direction: 'in',
      receivedAt: now + 1,
    }),
  )
  const before = runner.processor.engineSet.accessMemory()
  // Nobody says goodbye: the database is opened anew from what the commits left.
  close()
  const after = open().processor.engineSet.accessMemory()
  expect(after).toEqual(before)
  expect(after.entries).toMatchObject([{ visitor: 'vis_1', count: 1 }])
  expect(after.passages).toMatchObject([{ at: now }, { at: now + 1 }])
  expect(after.sessions).toMatchObject([{ plate: '苏ED51712', leftAt: null }])
})

test('the time of a camera that stopped is in whole milliseconds', () => {
  const added: { ts: number }[] = []
  const desk = { add: (event: { ts: number }) => void added.push(event) } as unknown as EventDesk
  const since = now + 0.1187
  const state = {
    kind: 'camera-state',
    community,
    camera: 'cam-1',
    state: 'offline',
    since,
  } as const
  new FactEvents(desk).note({ ...state, receivedAt: now })
  expect(added.map(({ ts }) => ts)).toEqual([now])
})
