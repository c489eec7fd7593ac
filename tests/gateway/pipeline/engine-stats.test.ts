import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '../../../gateway/db/open.ts'
import { EngineHost } from '../../../gateway/pipeline/engine-host.ts'
import { migrateGateway } from '../../../gateway/pipeline/compose.ts'
import { createMetrics } from '../../../gateway/http/metrics.ts'
import type { GatewayHealth } from '../../../contracts/health.ts'
import { beat, minute, minutely, rules } from '../rules/expression-stand.ts'
import { engineFor, reading } from '../rules/stand.ts'

const db = openDatabase(':memory:')
afterAll(() => db.close())

// A rule that never knows is a rule that never speaks: it must be seen on a graph.
test('what engines were told, said, could not tell and hold is counted, and is on /metrics', async () => {
  migrateGateway(db)
  const { engine } = engineFor([minutely('a'), minutely('b')], rules('pm25 > 10 && humidity > 50'))
  const host = new EngineHost(db, [{ name: 'rules', engine }])
  let said = 0
  for (const input of [
    beat('a', 0),
    reading('a', 'pm25', 5, 0),
    reading('a', 'pm25', 20, minute),
    reading('a', 'humidity', 40, 2 * minute),
    reading('a', 'humidity', 60, 3 * minute),
  ])
    host.apply(input, () => (said += 1))
  const stats = host.stats()
  expect(said).toBe(1)
  expect(stats['rules']).toMatchObject({ inputs: 5, effects: 1, open: 1, unknown: 1 })
  expect(stats['rules']?.['evaluations']).toBeGreaterThanOrEqual(4)
  const health = {
    ready: true,
    problems: [],
    broker: { clients: 0, connected: true },
    readings: {},
    frames: {},
    outbox: { depth: 0, poisoned: 0 },
    series: { lagRecords: 0 },
    quarantine: { byCode: {} },
    dropped: {},
    commitMs: { p50: 0, p99: 0 },
    loopDelayMs: { p50: 0, p99: 0 },
    engines: stats,
  } as unknown as GatewayHealth
  const text = await createMetrics(async () => health)()
  expect(text).toContain('linli_engine{what="rules.unknown"} 1')
  expect(text).toContain('linli_engine{what="rules.open"} 1')
})
