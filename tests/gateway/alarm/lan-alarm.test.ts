import { describe, expect, it } from 'vitest'
import type { GatewayEvent } from '../../../contracts/events.ts'
import type { CommandOutcome, CommandRequest } from '../../../contracts/private-api.ts'
import type { Place } from '../../../contracts/place.ts'
import type { RosterDevice } from '../../../contracts/roster.ts'
import {
  type AlarmReceipt,
  LanAlarm,
  type LanAlarmOptions,
} from '../../../gateway/alarm/lan-alarm.ts'
import { houseOf, sameArea } from '../../../gateway/alarm/same-area.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'

const device = (id: string, type: string, place: string | null, state = 'approved') =>
  ({
    id,
    community: 'demo',
    type,
    name: id,
    place: place === null ? null : { name: place },
    state,
    household: null,
    intervalMs: null,
    camera: null,
  }) as RosterDevice

const raised = (id: string, more: Record<string, unknown> = {}): GatewayEvent => ({
  id: `evt-${id}`,
  ts: 1_000,
  community: 'demo',
  device: 'kitchen-1',
  type: 'anomaly.raised',
  data: {
    id,
    type: 'smoke.alarm',
    severity: 'critical',
    title: { zh: '烟感报警', en: 'Smoke' },
    place: { name: '3 栋 201' } satisfies Place,
    ...more,
  },
})

const options: LanAlarmOptions = {
  types: ['smoke.alarm', 'gas.alarm', 'flame.visible'],
  sirenSeconds: 60,
  minGapSeconds: 30,
  testMode: false,
}

function stand(more: Partial<LanAlarmOptions> = {}) {
  const roster = new RosterBook()
  roster.replace({
    version: 1,
    credentials: [],
    households: [],
    residents: [],
    cards: [],
    devices: [
      device('siren-3', 'siren', '3栋 楼道'),
      device('speaker-3', 'speaker', '3 栋 大厅'),
      device('siren-5', 'siren', '5 栋'),
      device('siren-all', 'siren', null),
      device('siren-new', 'siren', '3 栋', 'pending'),
      device('lamp-3', 'light', '3 栋'),
    ],
  })
  const sent: CommandRequest[] = []
  const receipts: AlarmReceipt[] = []
  const time = { now: 1_000_000 }
  let answer: CommandOutcome = { id: 'x', outcome: 'done', error: null }
  const alarm = new LanAlarm(
    {
      roster,
      command: async (request) => {
        sent.push(request)
        return answer
      },
      clock: () => time.now,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      receipt: async (receipt) => void receipts.push(receipt),
    },
    { ...options, ...more },
  )
  return { alarm, sent, receipts, time, answer: (next: CommandOutcome) => void (answer = next) }
}

describe('the alarm of the house', () => {
  it('sounds what stands in the same house or for the whole community, and nothing else', async () => {
    const { alarm, sent, receipts } = stand()
    await alarm.committed(raised('ano_1'))
    expect(sent.map(({ device, name }) => `${device} ${name}`).toSorted()).toEqual([
      'siren-3 siren.on',
      'siren-all siren.on',
      'speaker-3 speaker.say',
    ])
    const said = sent.find(({ name }) => name === 'speaker.say')?.args
    expect(said).toMatchObject({ lang: 'zh', priority: 'emergency' })
    expect(said?.['text']).toBe('请注意，3 栋 201，烟感报警。请马上离开，不要乘电梯。')
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done'])
  })

  it('sounds once per anomaly, and one siren not again and again', async () => {
    const { alarm, sent, receipts, time } = stand()
    await alarm.committed(raised('ano_1'))
    await alarm.committed(raised('ano_1'))
    expect(sent).toHaveLength(3)
    await alarm.committed(raised('ano_2'))
    expect(sent).toHaveLength(3)
    expect(receipts.filter(({ outcome }) => outcome === 'too-soon')).toHaveLength(3)
    time.now += 30_000
    await alarm.committed(raised('ano_3'))
    expect(sent).toHaveLength(6)
    // The clock was put back by a day.
    time.now -= 86_400_000
    await alarm.committed(raised('ano_4'))
    expect(sent).toHaveLength(9)
  })

  it('leaves out what is not critical, not listed, and all of it in test mode', async () => {
    const { alarm, sent } = stand()
    await alarm.committed(raised('ano_1', { severity: 'major' }))
    await alarm.committed(raised('ano_2', { type: 'resident.unseen' }))
    await alarm.committed({ ...raised('ano_3'), type: 'anomaly.cleared' })
    expect(sent).toEqual([])
    const quiet = stand({ testMode: true })
    await quiet.alarm.committed(raised('ano_1'))
    expect(quiet.sent).toEqual([])
    expect(quiet.receipts.every(({ outcome }) => outcome === 'test-mode')).toBe(true)
  })

  it('says of each device that it refused or did not answer', async () => {
    const { alarm, receipts, answer } = stand()
    answer({ id: 'x', outcome: 'expired', error: null })
    await alarm.committed(raised('ano_1'))
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['expired', 'expired', 'expired'])
    expect(alarm.stats).toMatchObject({ sounded: 0, failed: 3 })
  })
})

it('knows houses by their names', () => {
  expect(houseOf('3 栋 2 单元 201')).toBe('3栋')
  expect(houseOf('12号楼')).toBe('12号楼')
  expect(houseOf('Building 3, flat 4')).toBe('building 3')
  expect(sameArea({ name: '3栋' }, { name: '3 栋 201' })).toBe(true)
  expect(sameArea({ name: '13 栋' }, { name: '3 栋 201' })).toBe(false)
  expect(sameArea({ name: '东门', grid: 'g1' }, { name: '3 栋', grid: 'g1' })).toBe(true)
  expect(sameArea({ name: '3 栋' }, null)).toBe(false)
  expect(sameArea(null, { name: '3 栋' })).toBe(true)
})
