import type { Evidence } from '../../contracts/anomaly.ts'
import type { Place, Subject } from '../../contracts/place.ts'
import { readingUnits } from '../../contracts/readings.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { ClearEffect, RaiseEffect } from '../model/effect.ts'
import type { Cell, Value } from './cell.ts'

export const unitOf = (reading: string): string =>
  (readingUnits as Readonly<Record<string, string | null>>)[reading] ?? ''

export const shown = (value: Value | null): string =>
  typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : String(value ?? '')

function duration(ms: number): LocalText {
  if (ms < 120_000) {
    const seconds = Math.max(1, Math.round(ms / 1_000))
    return { zh: `${seconds} 秒`, en: `${seconds} s` }
  }
  if (ms < 7_200_000) {
    const minutes = Math.round(ms / 60_000)
    return { zh: `${minutes} 分钟`, en: `${minutes} min` }
  }
  const hours = Math.round(ms / 3_600_000)
  return { zh: `${hours} 小时`, en: `${hours} h` }
}

/** Fills `{name}`; a name that is not known stays as it is, so that a slip in the data is seen. */
const fill = (template: string, words: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole)

/** Both languages of a template, `{duration}` in the words of each. */
export function fillTexts(
  template: LocalText,
  words: Readonly<Record<string, string>>,
  heldMs: number,
): LocalText {
  const held = duration(heldMs)
  return {
    zh: fill(template.zh, { ...words, duration: held.zh }),
    en: fill(template.en, { ...words, duration: held.en }),
  }
}

export interface RaiseDetails {
  /** Event time at which the condition became an anomaly. */
  readonly at: number
  readonly heldMs: number
  readonly evidence: readonly Evidence[]
  readonly zoneName?: string
  readonly subject?: Subject
}

export function raiseOf(cell: Cell, details: RaiseDetails): RaiseEffect {
  const { rule, entry } = cell
  const { device } = entry
  const name = device?.name ?? entry.id
  const place: Place | null = device?.place ?? null
  const reading = 'reading' in rule ? rule.reading : ''
  const words = {
    device: name,
    place: place?.name ?? name,
    value: shown(cell.value),
    unit: unitOf(reading),
    minutes: String(Math.max(1, Math.round(details.heldMs / 60_000))),
    zone: details.zoneName ?? '',
  }
  const text = (template: LocalText): LocalText => fillTexts(template, words, details.heldMs)
  return {
    kind: 'raise',
    type: rule.anomaly,
    key: cell.anomalyKey,
    severity: rule.severity,
    community: entry.community,
    device: entry.id,
    place,
    subject: details.subject ?? { kind: 'device', id: entry.id, name },
    title: text(rule.title),
    description: text(rule.description),
    at: details.at,
    rule: { id: rule.id, version: rule.versionTag },
    evidence: details.evidence,
  }
}

export const readingEvidence = (
  device: string,
  reading: string,
  ts: number,
  value: Value,
): Evidence => {
  const unit = unitOf(reading)
  const short = typeof value === 'string' ? value.slice(0, 200) : value
  return {
    kind: 'reading',
    device,
    reading,
    ts,
    value: short,
    ...(unit === '' ? {} : { unit }),
  }
}

export const backToNormal: LocalText = { zh: '已恢复正常', en: 'Back to normal' }

export const clearOf = (
  cell: Cell,
  at: number,
  evidence: readonly Evidence[] = [],
  reason: LocalText = backToNormal,
): ClearEffect => ({
  kind: 'clear',
  key: cell.anomalyKey,
  at,
  reason,
  resolves: false,
  evidence,
})
