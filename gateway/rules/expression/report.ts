import type { Evidence } from '../../../contracts/anomaly.ts'
import type { LocalText } from '../../../contracts/text.ts'
import type { ClearEffect, RaiseEffect } from '../../model/effect.ts'
import { backToNormal, fillTexts, readingEvidence, shown, unitOf } from '../report.ts'
import type { Telling } from './scene.ts'
import type { Source } from './source.ts'
import type { Watch } from './watch.ts'

const evidenceMax = 8
const namesMax = 4

/** Devices whose readings the rule is about, alarmed ones first. */
function concerned({ rule, subject }: Watch): Source[] {
  if (subject.source !== null) {
    const { source } = subject
    const more = [...rule.around.keys()].flatMap((kind) => source.groups[kind]?.members ?? [])
    return [source, ...more.filter((other) => other !== source)]
  }
  const told = subject.members.filter((source) =>
    rule.readings.some((reading) => (source.series[reading]?.at ?? 0) > 0),
  )
  const alarmed = (source: Source): number =>
    rule.readings.some((reading) => source.series[reading]?.value === 1) ? 0 : 1
  return told.toSorted((a, b) => alarmed(a) - alarmed(b))
}

function evidenceOf(watch: Watch, sources: readonly Source[]): Evidence[] {
  const evidence: Evidence[] = []
  for (const source of sources)
    for (const reading of watch.rule.readings) {
      const series = source.series[reading]
      if (series === undefined || series.at === 0 || evidence.length >= evidenceMax) continue
      const isFlag = series.flag
      const value = isFlag ? series.value === 1 : series.value
      evidence.push(readingEvidence(source.id, series.name, series.at, value))
    }
  return evidence
}

export function expressionRaise(desk: Telling, watch: Watch): RaiseEffect {
  const { scene, lookingAt } = desk
  const { rule, subject } = watch
  const { rule: data } = rule
  const sources = concerned(watch)
  const heldMs = Math.max(data.forMs, lookingAt - watch.since)
  const value = rule.show === null ? ownValue(watch) : rule.show(scene)
  const place = subject.source?.device.place ?? subject.place
  const names = sources.map(({ device }) => device.name).slice(0, namesMax)
  const words = {
    device: subject.source === null ? names.join('、') : subject.name,
    devices: names.join('、'),
    place: place?.name ?? subject.name,
    value: Number.isNaN(value) ? '?' : shown(value),
    unit: data.unit ?? (rule.show === null ? ownUnit(watch) : ''),
    minutes: String(Math.max(1, Math.round(heldMs / 60_000))),
    zone: subject.name,
  }
  const level = rule.levels.find(({ when }) => when(scene) === 1)
  return {
    kind: 'raise',
    type: data.anomaly,
    key: watch.anomalyKey,
    severity: level?.severity ?? data.severity,
    community: subject.community,
    device: subject.source?.id ?? sources[0]?.id ?? null,
    place,
    subject: subject.told(),
    title: fillTexts(data.title, words, heldMs),
    description: fillTexts(data.description, words, heldMs),
    at: watch.since + data.forMs > lookingAt ? lookingAt : watch.since + data.forMs,
    rule: { id: data.id, version: data.versionTag },
    evidence: evidenceOf(watch, sources),
  }
}

const ownSeries = ({ rule, subject }: Watch) =>
  [...rule.own].map((reading) => subject.source?.series[reading]).find((one) => one !== undefined)
const ownValue = (watch: Watch): number => ownSeries(watch)?.value ?? Number.NaN
const ownUnit = (watch: Watch): string => unitOf(ownSeries(watch)?.name ?? '')

export function expressionClear(
  desk: Telling,
  watch: Watch,
  at: number,
  reason: LocalText = backToNormal,
): ClearEffect {
  return {
    kind: 'clear',
    key: watch.anomalyKey,
    at: Math.min(at, desk.lookingAt),
    reason,
    resolves: false,
    evidence: evidenceOf(watch, concerned(watch)),
  }
}
