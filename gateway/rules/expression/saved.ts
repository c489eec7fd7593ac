import type { AnomalyType } from '../../../contracts/anomaly.ts'
import type { Cadence } from '../../model/cadence.ts'
import type { StateRow } from '../../model/engine.ts'
import type { ExpressionDesk } from './desk.ts'
import { type Series, Source } from './source.ts'
import type { Watch, WatchPhase } from './watch.ts'
import { loadBucket, saveBucket } from './window.ts'

/** Rows as they stand in the state table. Written by ourselves, so trusted. */
export const expressionPrefix = 'rules/x/'
const sourcePrefix = `${expressionPrefix}source/`
const seriesPrefix = `${expressionPrefix}series/`
const bucketPrefix = `${expressionPrefix}bucket/`
const watchPrefix = `${expressionPrefix}watch/`
const metaKey = `${expressionPrefix}meta`

type SavedSource = readonly [
  seenAt: number,
  offline: boolean,
  coveredSince: number,
  declaredMs: number | null,
  clock: readonly [number, number | null, number, boolean] | null,
  cadence: Cadence,
]
type SavedSeries = readonly [
  ts: number,
  seq: number | null,
  at: number,
  value: number,
  flag: boolean,
  riseAt: number,
  windows: readonly (readonly [ms: number, since: number])[],
]
interface SavedWatch {
  readonly p: WatchPhase
  readonly s: number
  readonly r: number | null
  readonly g: string
  readonly y: AnomalyType
}

const seriesKey = ({ community, id }: Source, { name }: Series): string =>
  `${seriesPrefix}${community}/${id}/${name}`

export function takeRows(desk: ExpressionDesk): StateRow[] {
  const rows: StateRow[] = []
  for (const key of desk.deleted) rows.push({ key, value: null })
  for (const source of desk.dirtySources) rows.push({ key: source.key, value: saveSource(source) })
  for (const [series, source] of desk.dirtySeries) {
    rows.push({ key: seriesKey(source, series), value: saveSeries(series) })
    for (const window of series.windows)
      for (const slot of window.takeDirty()) {
        const bucket = window.buckets[slot]
        const key = `${bucketPrefix}${source.community}/${source.id}/${series.name}/${window.ms}/${slot}`
        rows.push({ key, value: bucket === undefined ? null : saveBucket(bucket) })
      }
  }
  for (const watch of desk.dirtyWatches) rows.push({ key: watch.key, value: saveWatch(watch) })
  if (desk.metaDirty) rows.push({ key: metaKey, value: JSON.stringify([desk.settledAt]) })
  desk.deleted.clear()
  desk.dirtySources.clear()
  desk.dirtySeries.clear()
  desk.dirtyWatches.clear()
  desk.metaDirty = false
  return rows
}

function saveSource(source: Source): string {
  const { clock } = source
  const saved: SavedSource = [
    source.seenAt,
    source.offline,
    source.coveredSince,
    source.declaredMs,
    clock === null ? null : [clock.ts, clock.seq, clock.receivedAt, clock.steady],
    source.cadence,
  ]
  return JSON.stringify(saved)
}

function saveSeries(series: Series): string {
  const windows = series.windows.map(({ ms, since }) => [ms, since] as const)
  const { ts, seq, at, value, flag, riseAt } = series
  const saved: SavedSeries = [ts, seq, at, value, flag, riseAt, windows]
  return JSON.stringify(saved)
}

/** Null for one at rest: it needs no row. */
function saveWatch(watch: Watch): string | null {
  if (watch.phase === 'idle') return null
  const { phase, since, ripeAt, rule, tag } = watch
  const saved: SavedWatch = {
    p: phase,
    s: since,
    r: ripeAt,
    g: phase === 'pending' ? rule.rule.versionTag : tag,
    y: rule.rule.anomaly,
  }
  return JSON.stringify(saved)
}

/** Devices first, then what hangs on them. Rows of rules, devices and windows that are gone are deleted. */
export function restoreRows(desk: ExpressionDesk, rows: readonly StateRow[]): void {
  const of = (prefix: string) =>
    rows.flatMap(({ key, value }) =>
      value !== null && key.startsWith(prefix)
        ? [{ key, parts: key.slice(prefix.length).split('/'), value }]
        : [],
    )
  for (const { value } of of(metaKey)) [desk.settledAt] = JSON.parse(value) as [number]
  for (const row of of(sourcePrefix)) restoreSource(desk, row)
  for (const row of of(seriesPrefix)) restoreSeries(desk, row)
  for (const row of of(bucketPrefix)) restoreBucket(desk, row)
  for (const row of of(watchPrefix)) restoreWatch(desk, row)
}

interface Row {
  readonly key: string
  readonly parts: readonly string[]
  readonly value: string
}

function restoreSource(desk: ExpressionDesk, { key, parts, value }: Row): void {
  const [community = '', id = ''] = parts
  const device = desk.roster.device(community, id)
  if (device === null || device.state !== 'approved' || !desk.active) {
    desk.deleted.add(key)
    return
  }
  const source = new Source(community, id, device)
  const [seenAt, offline, coveredSince, declaredMs, clock, cadence] = JSON.parse(
    value,
  ) as SavedSource
  Object.assign(source, { seenAt, offline, coveredSince, declaredMs, cadence })
  if (clock !== null) {
    const [ts, seq, receivedAt, steady] = clock
    source.clock = { ts, seq, receivedAt, steady }
  }
  source.reckon()
  desk.keep(source)
}

function restoreSeries(desk: ExpressionDesk, { key, parts, value }: Row): void {
  const [community = '', id = '', name = ''] = parts
  const source = desk.find(community, id)
  const reading = desk.readings.find(name)
  if (source === null || reading === null) {
    desk.deleted.add(key)
    return
  }
  const [ts, seq, at, last, flag, riseAt, windows] = JSON.parse(value) as SavedSeries
  const series = desk.series(source, reading, at)
  Object.assign(series, { ts, seq, at, value: last, flag, riseAt })
  for (const [ms, since] of windows)
    for (const window of series.windows) if (window.ms === ms) window.since = since
}

function restoreBucket(desk: ExpressionDesk, { key, parts, value }: Row): void {
  const [community = '', id = '', name = '', ms = '', slot = ''] = parts
  const reading = desk.readings.find(name)
  const series = reading === null ? undefined : desk.find(community, id)?.series[reading]
  const window = series?.windows.find((one) => one.ms === Number(ms))
  if (window === undefined) desk.deleted.add(key)
  else loadBucket(window, Number(slot), value)
}

function restoreWatch(desk: ExpressionDesk, { key, parts, value }: Row): void {
  const [community = '', ruleId = '', kind = '', ...rest] = parts
  const id = rest.join('/')
  const saved = JSON.parse(value) as SavedWatch
  const stood = saved.p === 'active' || saved.p === 'clearing'
  const subject =
    kind === 'device'
      ? (desk.find(community, id)?.self ?? null)
      : desk.groups.find(kind, community, id)
  const rule = desk.savedRule(ruleId, saved.g) ?? desk.ruleFor(ruleId, community, desk.lookingAt)
  const fits = rule !== null && rule.rule.about === kind && rule.rule.anomaly === saved.y
  if (subject === null || !fits) {
    desk.deleted.add(key)
    if (stood) desk.orphaned(saved.y, community, kind, id)
    return
  }
  const watch = desk.watch(rule, subject)
  // What has begun under another wording begins anew; what stands, stands until the new one ends it.
  if (saved.p === 'pending' && rule.rule.versionTag !== saved.g) {
    desk.deleted.add(key)
    return
  }
  watch.phase = saved.p
  watch.since = saved.s
  watch.tag = saved.g
  watch.ripeAt = saved.r
  desk.reschedule(watch)
  if (stood) desk.standing.add(watch)
}
