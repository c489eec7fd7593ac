import { parentPort, workerData } from 'node:worker_threads'
import { createRulesReader } from '../../config/rules-reader.ts'
import { CodedError } from '../../contracts/errors.ts'
import { assert } from '../../contracts/result.ts'
import { openDatabase } from '../db/open.ts'
import { createAdapters } from '../ingest/adapters/all.ts'
import { wantsNothing } from '../model/foreign.ts'
import type { Logger } from '../model/logger.ts'
import { createOutboxStore } from '../outbox/outbox-store.ts'
import { createSqliteSeries } from '../telemetry/sqlite-series.ts'
import type { ForeignParts } from './adapter-host.ts'
import { BatchRunner } from './batch-runner.ts'
import type { BatchResult } from './batch-result.ts'
import { composeEngines, migrateGateway } from './compose.ts'
import { Housekeeping } from './housekeeping.ts'
import { createInfluxCopy } from './influx-copy.ts'
import type { Failure, FromThread, PipelineMethods, Restored, ToThread } from './messages.ts'
import { refuseObsolete } from './refuse-obsolete.ts'
import { RulesTable } from './rules-table.ts'
import type { PipelineSettings } from './settings.ts'
import { threadMethods } from './thread-methods.ts'

/** The single writer of gateway.db. An entry file: it composes, reads the clock and talks to its parent. */
assert(parentPort !== null, 'thread.ts runs in a worker thread')
const port = parentPort
const settings = workerData as PipelineSettings

const say = (message: FromThread): void => port.postMessage(message)
const log =
  (level: 'debug' | 'info' | 'warn' | 'error') =>
  (fields: object, message: string): void =>
    say({ type: 'log', level, fields, message })
const logger: Logger = {
  debug: log('debug'),
  info: log('info'),
  warn: log('warn'),
  error: log('error'),
}

const failureOf = (error: unknown): Failure => ({
  code: error instanceof CodedError ? error.code : 'internal',
  detail: error instanceof Error ? error.message : String(error),
})

function begin(): void {
  const db = openDatabase(settings.file)
  migrateGateway(db)
  const readRules = createRulesReader(settings.rules)
  const rules = new RulesTable(db)
  refuseObsolete(rules, readRules, logger)
  const series = createSqliteSeries(db, { rawKeepMs: settings.rawKeepMs })
  const outbox = createOutboxStore(db)
  const runner = new BatchRunner({
    db,
    parts: {
      engines: composeEngines(settings.rules, readRules),
      series,
      outbox,
      foreign: foreignOf(settings),
    },
    log: settings.log,
    clock: Date.now,
    logger,
  })
  const influx =
    settings.influx === null
      ? null
      : createInfluxCopy(
          { db, log: () => runner.log, clock: Date.now, random: Math.random, logger },
          settings.influx,
        )
  influx?.feeder.start()
  const housekeeping = new Housekeeping(
    { runner, series, influx, clock: Date.now, logger },
    settings.maintainEveryMs,
  )
  housekeeping.start()
  const stop = async (): Promise<void> => {
    housekeeping.stop()
    await influx?.feeder.close()
    if (!db.open) return
    runner.inTransaction(() => runner.processor.devices.flush(Date.now(), true))
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
  }
  const methods = threadMethods({
    runner,
    series,
    rawKeepMs: settings.rawKeepMs,
    influx,
    outbox,
    readRules,
    rules,
    clock: Date.now,
    stop,
  })
  say({ type: 'ready', restored: { ...restored(runner), rules: rules.stored() } })
  port.on('message', (message: ToThread) => {
    if (message.type === 'batch') commit(runner, message.id, message.body)
    else answer(methods, message)
  })
}

const foreignOf = ({ adapters, community }: PipelineSettings): ForeignParts => ({
  community,
  create: (of) => createAdapters(adapters, of),
})

const restored = ({ processor, log }: BatchRunner): Omit<Restored, 'rules'> => ({
  roster: processor.roster.book.snapshot(),
  retained: processor.retained.all(),
  firstSeen: [...processor.devices.all()].map(({ community, id, firstClient }) => ({
    community,
    device: id,
    client: firstClient,
  })),
  entrances: processor.engineSet.accessMemory(),
  wants: processor.adapters?.wants() ?? wantsNothing,
  downSince: log.newestAt(),
})

function commit(runner: BatchRunner, id: number, body: Uint8Array): void {
  try {
    const result = runner.run(body)
    say({ type: 'committed', id, outOfStep: result.outOfStep, effects: worthTelling(result) })
  } catch (error) {
    say({ type: 'refused', id, failure: failureOf(error) })
  }
}

function worthTelling(result: BatchResult) {
  const { effects, events, deviceEvents, fireReadings, firstSeen, publish, wants } = result
  const lists = [effects, events, deviceEvents, fireReadings, firstSeen, publish]
  if (wants === null && lists.every(({ length }) => length === 0)) return null
  return { effects, events, deviceEvents, fireReadings, firstSeen, publish, wants }
}

function answer(methods: PipelineMethods, message: Extract<ToThread, { type: 'call' }>): void {
  const { id, method, args } = message
  const call = methods[method] as (...args: readonly unknown[]) => unknown
  Promise.resolve()
    .then(() => call(...args))
    .then(
      (value) => say({ type: 'answer', id, value }),
      (error: unknown) => say({ type: 'no-answer', id, failure: failureOf(error) }),
    )
}

try {
  begin()
} catch (error) {
  say({ type: 'broken', failure: failureOf(error) })
}
