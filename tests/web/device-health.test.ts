import { describe, expect, it } from 'vitest'
import type { DeviceHealth } from '../../contracts/device-health.ts'
import type { DeviceItem } from '../../contracts/http/devices.ts'
import { deviceState } from '../../web/src/pages/devices/device-state.ts'
import {
  batteryWords,
  clockWords,
  downWords,
  rhythmWords,
  viaSaidWords,
  viaWords,
} from '../../web/src/pages/devices/health-words.ts'
import { textTools } from '../../web/src/text/use-text.ts'

const zh = textTools('zh', () => undefined)
const en = textTools('en', () => undefined)
const now = Date.parse('2026-11-20T10:24+08:00')
const day = 86_400_000

const device = (
  health: Partial<DeviceHealth> | null,
  more: Partial<DeviceItem> = {},
): DeviceItem => ({
  id: 'd1',
  community: 'demo',
  type: 'smoke',
  name: '',
  place: null,
  state: 'approved',
  household: null,
  intervalMs: null,
  camera: null,
  online: true,
  lastSeenAt: now,
  lastValues: {},
  origin: null,
  health:
    health === null
      ? null
      : {
          state: 'online',
          since: null,
          cause: null,
          cadence: null,
          battery: null,
          clockOffsetMs: null,
          ...health,
        },
  ...more,
})
const origin = (via: string): DeviceItem['origin'] => ({
  adapter: 'zigbee2mqtt',
  name: null,
  model: null,
  manufacturer: null,
  capabilities: [],
  entities: [],
  via,
  gone: null,
})

describe('the state of a device on the page', () => {
  it('has a shape and a word of its own for each that the box knows', () => {
    const states = ['online', 'silent', 'offline', 'unknown', 'unstable'] as const
    const looks = states.map((state) => deviceState(device({ state })))
    expect(looks.map(({ shape }) => shape)).toEqual(['ok', 'waiting', 'offline', 'cannot', 'watch'])
    for (const tools of [zh, en])
      expect(new Set(looks.map(({ word }) => tools.t(word))).size).toBe(states.length)
  })

  it('is never green while nobody judges it, and tells unheard from lost', () => {
    expect(deviceState(device(null)).shape).toBe('cannot')
    const never = { online: null, lastSeenAt: null }
    expect(deviceState(device(null, never)).word).toBe('device.unheard')
    expect(deviceState(device({ state: 'unknown' }, never)).word).toBe('device.unheard')
    expect(deviceState(device({ state: 'offline' }, never)).word).toBe('device.offline')
    expect(deviceState(device({}, { state: 'blocked' })).word).toBe('device.blocked')
  })
})

describe('what is said of its health', () => {
  const cadence = { typicalMs: 60_000, silentAfterMs: 180_000, source: 'learned' } as const
  it('how often it speaks, by whose word, and when silence counts', () => {
    expect(rhythmWords(device({ cadence }), zh)).toEqual([
      '约 1 分一次（自学）',
      '3 分没消息算离线',
    ])
    expect(rhythmWords(device({ cadence: { ...cadence, source: 'declared' } }), en)).toEqual([
      'Every 1 min (declared)',
      'offline after 3 min of silence',
    ])
    const unsure = { typicalMs: null, silentAfterMs: null, source: 'default' } as const
    expect(rhythmWords(device({ cadence: unsure }), zh)).toEqual([
      '多久一次，还在学',
      '没消息不算离线',
    ])
    expect(rhythmWords(device(null), zh)).toEqual([])
  })

  it('the way of its battery', () => {
    const battery = (perDay: number | null, daysLeft: number | null) =>
      device({ battery: { percent: 62, perDay, daysLeft } })
    expect(batteryWords(battery(null, null), zh)).toBe('电量 62%')
    expect(batteryWords(battery(0, null), zh)).toBe('电量 62%，没在掉')
    expect(batteryWords(battery(-0.4, 143), en)).toBe(
      'Battery 62%, falls 0.4% a day, about 143 days left',
    )
    expect(batteryWords(device({}), zh)).toBe(null)
  })

  it('a wrong clock, and which way', () => {
    expect(clockWords(device({ clockOffsetMs: 5 * 60_000 }), zh)).toBe('时钟快 5 分')
    expect(clockWords(device({ clockOffsetMs: -2 * day }), en)).toBe('Clock 2 days slow')
    expect(clockWords(device({ clockOffsetMs: -30_000 }), zh)).toBe(null)
  })

  it('what it hangs on, whether that is away, and what it says against a person', () => {
    const hub = device({}, { id: 'hub', name: '网桥' })
    const child = device({ state: 'unknown' }, { via: 'hub', origin: origin('hub') })
    expect(viaWords(child, hub, zh)).toBe('接在 网桥 上')
    expect(viaWords(child, device({ state: 'offline' }, { id: 'hub' }), en)).toBe(
      'Its parent hub is not heard',
    )
    expect(viaWords(child, null, en)).toBe('Hangs on hub')
    expect(viaWords(device({}), null, zh)).toBe(null)
    expect(viaSaidWords(child, zh)).toBe(null)
    expect(viaSaidWords({ ...child, via: null }, zh)).toBe('设备自报接在 hub 上，没有采用')
  })

  it('since when it is away, and that one ticket speaks for many', () => {
    const since = now - 3_600_000
    expect(downWords(device({ since }), now, zh)).toBe('今天 09:24 起离线')
    expect(downWords(device({ since, cause: 'device.offline:demo:via/hub' }), now, en)).toBe(
      'Offline since today 09:24; one cause with others, see their ticket',
    )
    expect(downWords(device({}), now, zh)).toBe(null)
  })
})
