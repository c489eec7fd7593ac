import { hourMs } from '../../contracts/clock.ts'
import type { AnyEffect } from '../model/effect.ts'
import { emptyCadence } from '../model/cadence.ts'
import type {
  Beat,
  CameraStateFact,
  CoverageFact,
  DeviceEventInput,
  InfoInput,
  Reading,
  StatusInput,
} from '../model/input.ts'
import { batteryTrend, noteBattery } from './battery-trend.ts'
import { isOff, observeDrift } from './clock-drift.ts'
import { type DeviceEntry, newMemory } from './entry.ts'
import { isFlapping, noteDrop, reportUnstable } from './flapping.ts'
import type { HealthDesk } from './health-desk.ts'
import { comeUp, look, withdraw } from './judge.ts'
import { markSeen } from './silence.ts'
import { clearOf, clockKey, nameOf, reasons, reportOf, spanText } from './texts.ts'

const nothing: readonly AnyEffect[] = []

/** A message of the device: it is there, however old what it tells. */
export function applySign(desk: HealthDesk, sign: Beat | DeviceEventInput): readonly AnyEffect[] {
  const entry = desk.entry(sign.community, sign.device)
  // A camera is judged by its pictures.
  if (entry === null || entry.isCamera || !markSeen(entry, sign.receivedAt)) return nothing
  desk.touch(entry)
  const effects = comeUp(desk, entry, sign.receivedAt)
  if (sign.kind === 'event' || sign.sentTs === undefined) return effects
  return [...effects, ...applyClock(desk, entry, sign.sentTs, sign.receivedAt)]
}

function applyClock(
  desk: HealthDesk,
  entry: DeviceEntry,
  sentTs: number,
  receivedAt: number,
): AnyEffect[] {
  const { memory } = entry
  const drift = observeDrift(memory.drift, sentTs, receivedAt)
  memory.drift = drift
  const { clockRaiseMs, clockClearMs } = desk.settings
  const { offsetMs } = drift
  if (offsetMs === null) return []
  if (memory.clockRaised) {
    if (Math.abs(offsetMs) > clockClearMs) return []
    memory.clockRaised = false
    return [clearOf(clockKey(entry), receivedAt, reasons.clock)]
  }
  if (!isOff(drift, clockRaiseMs)) return []
  memory.clockRaised = true
  const off = spanText(Math.abs(offsetMs))
  const name = nameOf(entry)
  const fast = offsetMs > 0
  return [
    reportOf(
      entry,
      'device.clock',
      clockKey(entry),
      'minor',
      { id: 'device-clock', version: String(desk.settings.version) },
      {
        title: {
          zh: `${name} 的时钟${fast ? '快' : '慢'}了 ${off.zh}`,
          en: `Clock of ${name} is ${off.en} ${fast ? 'fast' : 'slow'}`,
        },
        description: {
          zh: '消息照收，时间按接收时刻算。请查设备的校时（NTP）和时区设置。',
          en: 'Its messages still count, by the time they arrive. Check its NTP and time zone.',
        },
        at: receivedAt,
        evidence: [
          {
            kind: 'event',
            device: entry.id,
            ts: receivedAt,
            type: 'device.clock',
            text: {
              zh: `设备时间与接收时间相差 ${Math.round(offsetMs / 1_000)} 秒`,
              en: `Device time differs from ours by ${Math.round(offsetMs / 1_000)} s`,
            },
          },
        ],
      },
    ),
  ]
}

/**
 * What a device, its will or its bridge says of its connection. `online` proves no life: it ends an
 * `offline`, and silence counts from there, but a device that only ever says `online` falls silent in the
 * end. From the broker's memory it proves nothing at all; a first `offline` is a baseline.
 */
export function applyStatus(desk: HealthDesk, status: StatusInput): readonly AnyEffect[] {
  const entry = desk.entry(status.community, status.device)
  if (entry === null || entry.isCamera) return nothing
  const { memory } = entry
  const { receivedAt: now } = status
  if (status.online) {
    const wasOffline = memory.online === false && !status.retained
    if (memory.online === true || (status.retained && memory.online !== null)) return nothing
    memory.online = true
    desk.touch(entry)
    if (!wasOffline) return nothing
    memory.offlineSince = null
    memory.quietFrom = now
    return comeUp(desk, entry, now)
  }
  if (memory.online === false) return nothing
  const baseline = memory.online === null
  memory.online = false
  memory.offlineSince = baseline ? null : now
  desk.touch(entry)
  if (baseline) return nothing
  noteDrop(desk, entry, now)
  return [...flaps(desk, entry, now), ...look(desk, entry, now)]
}

/** Unstable from now on. */
const flaps = (desk: HealthDesk, entry: DeviceEntry, now: number): AnyEffect[] =>
  !entry.memory.unstable && isFlapping(desk, entry, now) ? reportUnstable(desk, entry, now) : []

export function applyInfo(desk: HealthDesk, input: InfoInput): readonly AnyEffect[] {
  const entry = desk.entry(input.community, input.device)
  if (entry === null) return nothing
  const { memory } = entry
  const { intervalMs = null, type = '', model = '' } = input.info
  const described = `${type}|${model}`
  if (memory.described !== null && memory.described !== described) {
    // Another device under the same name: what was learned of the old one says nothing of it.
    memory.cadence = emptyCadence
    memory.gapFrom = null
    memory.drift = null
    memory.battery = []
  } else if (memory.described === described && memory.intervalMs === intervalMs) return nothing
  memory.described = described
  memory.intervalMs = intervalMs
  desk.touch(entry)
  return look(desk, entry, input.receivedAt)
}

/** Its bridge has removed it, or no longer speaks of it: nothing is expected of it until it is heard again. */
export function applyGone(
  desk: HealthDesk,
  community: string,
  device: string,
  now: number,
): readonly AnyEffect[] {
  const entry = desk.known(community, device)
  if (entry === null) return nothing
  const effects = withdraw(desk, entry, now)
  entry.memory = newMemory()
  desk.touch(entry)
  desk.wait(entry, null)
  return effects
}

/** A camera that was never seen to work and is offline is one that nobody has connected yet. */
export function applyCameraState(desk: HealthDesk, fact: CameraStateFact): readonly AnyEffect[] {
  const entry = desk.entry(fact.community, fact.camera)
  if (entry === null || !entry.isCamera) return nothing
  const { memory } = entry
  const now = fact.receivedAt
  if (fact.state === 'offline') {
    if (!memory.worked || memory.offlineSince !== null) return nothing
    memory.offlineSince = Math.min(fact.since, now)
    memory.online = false
    desk.touch(entry)
    noteDrop(desk, entry, now)
    return [...flaps(desk, entry, now), ...look(desk, entry, now)]
  }
  const wasOffline = memory.offlineSince !== null || memory.downSince !== null
  if (memory.worked && memory.online === true && !wasOffline) return nothing
  memory.worked = true
  memory.online = true
  memory.offlineSince = null
  memory.seenAt = now
  desk.touch(entry)
  return wasOffline ? comeUp(desk, entry, now) : nothing
}

/** Until then the camera was seen to send. */
export function applyCoverage(desk: HealthDesk, fact: CoverageFact): readonly AnyEffect[] {
  const entry = desk.entry(fact.community, fact.device)
  if (entry === null || !entry.isCamera) return nothing
  const { memory } = entry
  if (memory.offlineSince !== null || fact.to <= (memory.seenAt ?? 0)) return nothing
  memory.seenAt = fact.to
  desk.touch(entry)
  return nothing
}

export function applyBattery(desk: HealthDesk, reading: Reading): readonly AnyEffect[] {
  const { value, receivedAt: now } = reading
  if (reading.retained === true) return nothing
  if (reading.name !== 'battery' || typeof value !== 'number' || !(value >= 0 && value <= 100))
    return nothing
  const entry = desk.entry(reading.community, reading.device)
  if (entry === null) return nothing
  const { memory } = entry
  const last = memory.battery.at(-1)
  if (last !== undefined && last[1] === value && now - last[0] < hourMs) return nothing
  memory.battery = noteBattery(memory.battery, now, value)
  desk.touch(entry)
  const { raise, clear } = desk.batteryLevels
  if (value >= clear) memory.batteryTold = false
  if (value > raise || memory.batteryTold) return nothing
  const trend = batteryTrend(memory.battery)
  if (trend === null || trend.daysLeft === null) return nothing
  memory.batteryTold = true
  const { daysLeft } = trend
  const text = {
    zh: `照近来的走势，大约还能用 ${daysLeft} 天`,
    en: `At the present rate it lasts about ${daysLeft} more days`,
  }
  const key = `device.battery-low:${entry.community}:${entry.id}`
  return [{ kind: 'add', key, at: now, evidence: [{ kind: 'note', ts: now, text }] }]
}
