import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { GatewayHealth } from '../../contracts/health.ts'

type Read = (health: GatewayHealth) => number | Readonly<Record<string, number>>

/** name, help, label of the record's keys (if any), where it stands in the health document. */
const gauges: readonly (readonly [string, string, string | null, Read])[] = [
  ['linli_ready', '1 once everything acknowledged can be queried', null, (h) => Number(h.ready)],
  ['linli_problems', 'Parts that are missing or broken', null, (h) => h.problems.length],
  ['linli_broker_clients', 'Connected MQTT clients', null, (h) => h.broker.clients],
  ['linli_broker_connected', '1 while the broker serves', null, (h) => Number(h.broker.connected)],
  [
    'linli_readings_total',
    'Readings since the start of the process, by fate',
    'fate',
    (h) => h.readings,
  ],
  ['linli_frames_total', 'Frames since the start of the process, by fate', 'fate', (h) => h.frames],
  ['linli_outbox_depth', 'Messages that wait for the api', null, (h) => h.outbox.depth],
  [
    'linli_outbox_poisoned',
    'Messages set aside after repeated refusal',
    null,
    (h) => h.outbox.poisoned,
  ],
  [
    'linli_series_lag_records',
    'Log records not yet in the time series store',
    null,
    (h) => h.series.lagRecords,
  ],
  ['linli_quarantined_total', 'Malformed messages by code', 'code', (h) => h.quarantine.byCode],
  ['linli_dropped_total', 'What bounds have dropped, by name', 'what', (h) => h.dropped],
  [
    'linli_engine',
    'What the engines were told, said and hold, since the start or the last change of rules',
    'what',
    (h) =>
      Object.fromEntries(
        Object.entries(h.engines ?? {}).flatMap(([engine, of]) =>
          Object.entries(of).map(([name, value]) => [`${engine}.${name}`, value]),
        ),
      ),
  ],
  [
    'linli_commit_ms',
    'Time of a durable commit, ms',
    'quantile',
    (h) => ({ '0.5': h.commitMs.p50, '0.99': h.commitMs.p99 }),
  ],
  [
    'linli_loop_delay_ms',
    'Event loop delay, ms',
    'quantile',
    (h) => ({ '0.5': h.loopDelayMs.p50, '0.99': h.loopDelayMs.p99 }),
  ],
]

/** Prometheus text of the gateway, read from the same health document that people see. */
export function createMetrics(health: () => Promise<GatewayHealth>): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'linli_gateway_' })
  const rows = gauges.map(([name, help, label, read]) => ({
    label,
    read,
    gauge: new Gauge({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [registry],
    }),
  }))
  return async () => {
    const now = await health()
    for (const { gauge, label, read } of rows) {
      const value = read(now)
      if (typeof value === 'number') gauge.set(value)
      else
        for (const [key, count] of Object.entries(value))
          gauge.set({ [label ?? 'name']: key }, count)
    }
    return registry.metrics()
  }
}
