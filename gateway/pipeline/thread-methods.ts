import type { ReadRules } from '../../config/rules-reader.ts'
import type { DeviceState, TelemetryAnswer } from '../../contracts/private-api.ts'
import type { OutboxStore } from '../outbox/outbox-store.ts'
import type { SqliteSeries } from '../telemetry/sqlite-series.ts'
import type { BatchRunner } from './batch-runner.ts'
import type { InfluxCopy } from './influx-copy.ts'
import type { PipelineMethods, PipelineStats, TelemetryQuery } from './messages.ts'
import { checkRules } from './rules-check.ts'
import type { RulesTable } from './rules-table.ts'

const recentShown = 50

export interface MethodDeps {
  readonly runner: BatchRunner
  readonly series: SqliteSeries
  /** How long `series` holds raw points, ms. */
  readonly rawKeepMs: number
  readonly influx: InfluxCopy | null
  readonly outbox: OutboxStore
  /** Shared with the engines: what was checked need not be read again when it comes into force. */
  readonly readRules: ReadRules
  readonly rules: RulesTable
  readonly clock: () => number
  readonly stop: () => Promise<void>
}

/** SQLite answers what it still holds in full; InfluxDB, where there is one, answers what begins earlier. */
async function telemetry(deps: MethodDeps, query: TelemetryQuery): Promise<TelemetryAnswer> {
  const { community, device, reading, from, to, limit, bucketMs = null, agg = 'mean' } = query
  const range = {
    community,
    device,
    reading,
    from,
    to,
    ...(limit === undefined ? {} : { limit }),
  }
  const older = query.from > 0 && query.from < deps.clock() - deps.rawKeepMs
  const series = older && deps.influx !== null ? deps.influx.series : deps.series
  const items =
    bucketMs === null
      ? await series.range(range)
      : await series.buckets({ ...range, bucketMs, aggregate: agg })
  return { items }
}

async function stats({ runner, series, influx, outbox }: MethodDeps): Promise<PipelineStats> {
  const { processor, log, totals } = runner
  const depth = outbox.depth()
  const kept = series.stats()
  const feeder = (await influx?.feeder.stats()) ?? null
  return {
    readings: {
      in: totals.readingsIn,
      stored: totals.readingsStored,
      duplicates: totals.readingsDuplicate,
    },
    outbox: { depth: depth.rows, oldestAt: depth.oldestAt, poisoned: depth.poisoned },
    series: {
      kind: feeder === null ? 'sqlite' : 'influx',
      lagRecords: feeder?.lagRecords ?? 0,
      lastError: feeder?.lastError == null ? null : feeder.lastError.code,
    },
    quarantine: processor.quarantine.summary(recentShown),
    dropped: {
      'outbox.sighting': depth.dropped.sighting,
      'outbox.event': depth.dropped.event,
      'outbox.poison': depth.dropped.poison,
      'series.refused': kept.refused,
      'series.by-age': kept.pruned.rawByAge,
      'series.by-bound': kept.pruned.rawByBound,
      'log.unread': log.unreadDropped,
      'devices.full': processor.devices.refused,
      'retained.full': processor.retained.refused,
      'event.duplicate': processor.seen.duplicates,
      ...processor.adapters?.dropped(),
      'record.poisoned': runner.poisoned,
    },
    adapters: processor.adapters?.stats() ?? [],
    engines: processor.engineStats(),
    commitMs: runner.commitTimes.percentiles(),
    log: { bytes: log.bytes, newestId: log.newestId },
    rollbacks: runner.rollbacks,
  }
}

function deviceStates({ runner, clock }: MethodDeps, community: string): DeviceState[] {
  const { devices, engineSet } = runner.processor
  return devices.states(community, engineSet.deviceHealth(community, clock()))
}

/** The answers of the pipeline thread. */
export function threadMethods(deps: MethodDeps): PipelineMethods {
  const { runner, outbox, clock } = deps
  return {
    careItems: (community, now) => runner.processor.engineSet.careItems(community, now),
    deviceStates: (community) => deviceStates(deps, community),
    overview: (community) => ({
      devices: deviceStates(deps, community),
      foreign: runner.processor.devices.foreign(community),
      open: runner.processor.anomalies.open(community),
    }),
    stats: () => stats(deps),
    telemetry: (query) => telemetry(deps, query),
    quarantine(messages, counted) {
      runner.inTransaction(() => {
        const { quarantine } = runner.processor
        for (const message of messages) quarantine.add(message)
        for (const [code, by] of Object.entries(counted)) quarantine.count(code, by)
        quarantine.flush()
      })
    },
    rulesCheck: (text) => checkRules(text, deps.readRules),
    rulesActive: () => deps.rules.active(),
    outboxPeek: (n) => outbox.peek(n),
    outboxRemove: (ids) => void outbox.remove(ids),
    outboxPoison: (id, error) => void outbox.poison(id, error, clock()),
    stop: deps.stop,
  }
}
