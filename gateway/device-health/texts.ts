import type { CameraRule, MissingRule } from '../../config/rules.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import { hourMs, minuteMs } from '../../contracts/clock.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { ClearEffect, RaiseEffect } from '../model/effect.ts'
import type { DeviceEntry } from './entry.ts'

export type OfflineRule = MissingRule | CameraRule

export function spanText(ms: number): LocalText {
  if (ms < 2 * minuteMs) {
    const seconds = Math.max(1, Math.round(ms / 1_000))
    return { zh: `${seconds} 秒`, en: `${seconds} s` }
  }
  if (ms < 2 * hourMs) {
    const minutes = Math.round(ms / minuteMs)
    return { zh: `${minutes} 分钟`, en: `${minutes} min` }
  }
  const hours = Math.round(ms / hourMs)
  return { zh: `${hours} 小时`, en: `${hours} h` }
}

export const nameOf = (entry: DeviceEntry): string => entry.device?.name ?? entry.id

/** Fills `{name}`; a name that is not known stays as it is, so that a slip in the data is seen. */
const fill = (template: string, words: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole)

export function filled(template: LocalText, entry: DeviceEntry, heldMs: number): LocalText {
  const device = nameOf(entry)
  const place = entry.device?.place?.name ?? device
  const held = spanText(heldMs)
  const minutes = String(Math.max(1, Math.round(heldMs / minuteMs)))
  return {
    zh: fill(template.zh, { device, place, minutes, duration: held.zh }),
    en: fill(template.en, { device, place, minutes, duration: held.en }),
  }
}

export const offlineKey = (entry: DeviceEntry): string =>
  `${entry.isCamera ? 'camera' : 'device'}.offline:${entry.community}:${entry.id}`
export const clockKey = (entry: DeviceEntry): string =>
  `device.clock:${entry.community}:${entry.id}`

export interface Said {
  readonly title: LocalText
  readonly description: LocalText
  readonly at: number
  readonly evidence: readonly Evidence[]
}

/** A report about one device. */
export const reportOf = (
  entry: DeviceEntry,
  type: RaiseEffect['type'],
  key: string,
  severity: RaiseEffect['severity'],
  rule: RaiseEffect['rule'],
  said: Said,
): RaiseEffect => ({
  kind: 'raise',
  type,
  key,
  severity,
  community: entry.community,
  device: entry.id,
  place: entry.device?.place ?? null,
  subject: { kind: entry.isCamera ? 'camera' : 'device', id: entry.id, name: nameOf(entry) },
  rule,
  ...said,
})

export const clearOf = (
  key: string,
  at: number,
  reason: LocalText,
  resolves = false,
): ClearEffect => ({ kind: 'clear', key, at, reason, resolves, evidence: [] })

/** What shows that it is gone. */
export function lastWord(entry: DeviceEntry, now: number): Evidence {
  const { offlineSince, seenAt } = entry.memory
  const said = offlineSince !== null
  const camera: LocalText = { zh: '最后一帧', en: 'Last frame' }
  const other: LocalText = said
    ? { zh: '报告离线', en: 'Reported offline' }
    : { zh: '最后一次消息', en: 'Last message' }
  return {
    kind: 'event',
    device: entry.id,
    ts: offlineSince ?? seenAt ?? now,
    type: entry.isCamera ? 'camera.state' : said ? 'device.status' : 'device.silent',
    text: entry.isCamera ? camera : other,
  }
}

export const reasons = {
  back: { zh: '又连上了', en: 'Back online' },
  pictureBack: { zh: '画面恢复了', en: 'Picture is back' },
  gone: { zh: '设备或规则已撤下', en: 'The device or the rule was withdrawn' },
  calm: { zh: '已经稳定', en: 'Stable again' },
  clock: { zh: '时钟已校正', en: 'The clock is right again' },
} as const satisfies Readonly<Record<string, LocalText>>
