import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  /** Things that a bound has dropped or refused, by name. */
  readonly dropped: Counter<'what'>
  gauge(name: string, help: string, read: () => number): void
}

/** One registry per app, so that two apps in one process do not share figures. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'linli_api_' })
  const dropped = new Counter({
    name: 'linli_api_dropped_total',
    help: 'What a bound has dropped or refused',
    labelNames: ['what'],
    registers: [registry],
  })
  return {
    registry,
    dropped,
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers: [registry],
        collect: () => gauge.set(read()),
      })
    },
  }
}

/** Measures every request by its route pattern, never by its path: ids would make endless series. */
export function measured(app: FastifyInstance, { registry }: Metrics): void {
  const seconds = new Histogram({
    name: 'linli_api_request_seconds',
    help: 'Time to answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    seconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1_000,
    )
  })
}
