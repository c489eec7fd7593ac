import { setImmediate as breathe } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import type { RuleBook } from '../../config/rules.ts'
import type { BacktestAnswer, BacktestItem } from '../../contracts/backtest.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { LogRecord } from '../model/record.ts'
import { composeEngines } from '../pipeline/compose.ts'
import { compare } from './compare.ts'
import { Episodes } from './episodes.ts'
import { LogReader, spanOfLog } from './log-reader.ts'
import { rulesAt } from './log-rules.ts'
import { beginsWithRoster, openForReading, rosterOfNow } from './log-roster.ts'
import { fillTime } from './pulse.ts'
import { Replay } from './replay.ts'

export interface BacktestInputs {
  /** Path of gateway.db; it is opened read-only and may be in use. */
  readonly file: string
  /** For the time of which the box does not remember its rules. */
  readonly inForce: RuleBook
  readonly changed: RuleBook
  readonly from: number
  readonly to: number
  readonly communities?: readonly string[] | undefined
}

export interface BacktestDeps {
  readonly signal?: AbortSignal
  /** 0..1, and records so far. */
  readonly progress?: (share: number, records: number) => void
  /** Monotonic ms. */
  readonly elapsed: () => number
}

const recordsPerChunk = 2_000
const itemsMax = 5_000

/** A change of rules in the log: the replay of changed rules passes it over. */
const isRules = ({ kind }: LogRecord): boolean => kind === 'rules'

/**
 * Replays the durable log twice in one pass: with the rules that were in force, and with changed ones. It
 * writes nothing and asks nothing of the running gateway. The state at `from` is what the log before it builds.
 */
export async function backtest(
  inputs: BacktestInputs,
  deps: BacktestDeps,
): Promise<BacktestAnswer> {
  const started = deps.elapsed()
  const db = openForReading(inputs.file)
  const [before, after] = [new Episodes(), new Episodes()]
  const old = new Replay({
    engines: composeEngines(rulesAt(db, spanOfLog(db)?.from ?? 0, inputs.inForce)),
    onItem: (item) => before.add(item),
  })
  const changed = new Replay({
    engines: composeEngines(inputs.changed),
    onItem: (item) => after.add(item),
  })
  try {
    const log = await replayBoth(db, inputs.to, old, changed, deps)
    const { from, to, communities } = inputs
    const wanted = (episodes: Episodes) =>
      episodes
        .within(from, to)
        .filter(({ community }) => communities?.includes(community) !== false)
    const items = compare(wanted(before), wanted(after))
    const changes = items.filter(({ change }) => change !== 'same')
    return {
      items: changes.slice(0, itemsMax),
      summary: {
        ...counts(items),
        leftOut: before.leftOut + after.leftOut + Math.max(0, changes.length - itemsMax),
        from,
        to,
        log: {
          ...log,
          warmUpMs: log.from === null ? 0 : Math.max(0, from - log.from),
          poisoned: changed.poisoned,
        },
        unexplained: unexplained(db, inputs, before),
        elapsedMs: Math.round(deps.elapsed() - started),
      },
    }
  } finally {
    old.close()
    changed.close()
    db.close()
  }
}

/** One pass over the log up to `to`; both replays hear each record, the changed one also the time between them. */
async function replayBoth(
  db: Database,
  to: number,
  old: Replay,
  changed: Replay,
  deps: BacktestDeps,
) {
  const span = spanOfLog(db)
  const reader = span === null ? null : new LogReader(db, span)
  const log = { from: null as number | null, to: null as number | null, records: 0 }
  let roster: 'log' | 'now' = 'log'
  const time = { before: null as number | null }
  for (const page of reader?.pages() ?? []) {
    if (deps.signal?.aborted === true) throw new CodedError('backtest.stopped', 'stopped')
    if (log.from === null && !beginsWithRoster(page)) {
      roster = 'now'
      const today = rosterOfNow(db, page[0]?.receivedAt ?? 0)
      old.run([today])
      changed.run([today])
    }
    const due = page.filter(({ receivedAt }) => receivedAt <= to)
    log.from ??= page[0]?.receivedAt ?? null
    log.to = due.at(-1)?.receivedAt ?? log.to
    log.records += due.length
    runInChunks(old, due)
    runInChunks(
      changed,
      fillTime(
        due.filter((record) => !isRules(record)),
        time,
      ),
    )
    deps.progress?.(reader?.share ?? 1, log.records)
    if (due.length === 0) break
    await breathe()
  }
  return { ...log, roster, missedBatches: reader?.missedBatches ?? 0 }
}

function counts(items: readonly BacktestItem[]) {
  const count = (of: BacktestItem['change']): number =>
    items.filter(({ change }) => change === of).length
  return { new: count('new'), gone: count('gone'), moved: count('moved'), same: count('same') }
}

function runInChunks(replay: Replay, records: Iterable<LogRecord>): void {
  let chunk: LogRecord[] = []
  for (const record of records) {
    chunk.push(record)
    if (chunk.length < recordsPerChunk) continue
    replay.run(chunk)
    chunk = []
  }
  replay.run(chunk)
}

/** The box remembers the newest anomaly of each key. What of them the replay did not find is named, not hidden. */
function unexplained(
  db: Database,
  { from, to, communities }: BacktestInputs,
  before: Episodes,
): { key: string; at: number }[] {
  const rows = db
    .prepare<[number, number], { key: string; at: number; community: string }>(
      'SELECT key, raised_at AS at, community FROM anomaly WHERE raised_at BETWEEN ? AND ? ORDER BY raised_at',
    )
    .all(from, to)
  const found = new Set(before.within(from, to).map(({ key, raised }) => `${key} ${raised.at}`))
  return rows
    .filter(({ community }) => communities === undefined || communities.includes(community))
    .filter(({ key, at }) => !found.has(`${key} ${at}`))
    .map(({ key, at }) => ({ key, at }))
    .slice(0, 1_000)
}
