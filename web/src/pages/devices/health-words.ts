import type { DeviceItem } from '../../../../contracts/http/devices.ts'
import { figure } from '../../text/format.ts'
import type { TextTools } from '../../text/use-text.ts'

type Tools = Pick<TextTools, 't' | 'time'>

/** Below this a clock is as good as right. */
const clockShownMs = 60_000

/** How often it speaks, and how long it may be silent; none where the box does not say. */
export function rhythmWords({ health }: DeviceItem, { t, time }: Tools): readonly string[] {
  if (health === null || health.cadence === null) return []
  const { typicalMs, silentAfterMs, source } = health.cadence
  const often =
    source === 'default' || typicalMs === null
      ? t('devices.rhythm-learning')
      : t(`devices.rhythm-${source}`, { span: time.span(typicalMs) })
  const silent =
    silentAfterMs === null
      ? t('devices.silent-never')
      : t('devices.silent-after', { span: time.span(silentAfterMs) })
  return [often, silent]
}

export function batteryWords({ health }: DeviceItem, { t }: Tools): string | null {
  if (health === null || health.battery === null) return null
  const { percent: charge, perDay, daysLeft } = health.battery
  const percent = figure(charge)
  if (perDay === null) return t('devices.battery', { percent })
  return daysLeft === null
    ? t('devices.battery-steady', { percent })
    : t('devices.battery-falls', { percent, perDay: figure(-perDay), days: daysLeft })
}

export function clockWords({ health }: DeviceItem, { t, time }: Tools): string | null {
  const offsetMs = health?.clockOffsetMs ?? null
  if (offsetMs === null || Math.abs(offsetMs) < clockShownMs) return null
  const span = time.span(Math.abs(offsetMs))
  return t(offsetMs > 0 ? 'devices.clock-fast' : 'devices.clock-slow', { span })
}

const nameOf = (device: DeviceItem): string => (device.name === '' ? device.id : device.name)

/** What it hangs on; where that is away, that it is. `parent` is null where it is not on the list. */
export function viaWords(
  device: DeviceItem,
  parent: DeviceItem | null,
  { t }: Tools,
): string | null {
  const via = device.via ?? null
  if (via === null) return null
  const name = parent === null ? via : nameOf(parent)
  const state = parent?.health?.state
  const isAway =
    state === 'offline' ||
    state === 'unknown' ||
    (state === 'silent' && device.health?.state === 'unknown')
  return t(isAway ? 'devices.via-away' : 'devices.via', { name })
}

/** It names another parent than the one in force. */
export function viaSaidWords({ via = null, origin }: DeviceItem, { t }: Tools): string | null {
  const said = origin?.via ?? null
  return said === null || said === via ? null : t('devices.via-said', { name: said })
}

/** Since when it is down, and whether one ticket speaks for it and others. */
export function downWords({ health }: DeviceItem, now: number, { t, time }: Tools): string | null {
  if (health === null || health.since === null) return null
  const since = t('devices.down-since', { day: time.day(health.since, now) })
  return health.cause === null ? since : `${since}${t('devices.down-with-others')}`
}
