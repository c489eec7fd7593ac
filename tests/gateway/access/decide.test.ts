import { describe, expect, test } from 'vitest'
import { type DoorMethod, type DoorSettings, doorMethods } from '../../../contracts/access.ts'
import { decideFace } from '../../../gateway/access/decide-face.ts'
import { doorOf, isDoor, rightsFault } from '../../../gateway/access/decide-door.ts'
import { inSchedule } from '../../../gateway/model/week-window.ts'
import { aDoor, now, resident, stand, visitor } from './door-stand.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)
const window = (days: number[], from: string, to: string) => [{ days, from, to }]
const workdays = [1, 2, 3, 4, 5]

describe('schedules, in the time of the community', () => {
  // 2026-11-20 is a Friday, 5.
  test.each<[string, DoorSettings['schedule'], string, boolean]>([
    ['none means always', [], '2026-11-20T03:00', true],
    ['its first minute', window(workdays, '08:00', '18:00'), '2026-11-20T08:00', true],
    ['its last minute', window(workdays, '08:00', '18:00'), '2026-11-20T17:59', true],
    ['its end is outside', window(workdays, '08:00', '18:00'), '2026-11-20T18:00', false],
    ['another day', window(workdays, '08:00', '18:00'), '2026-11-21T10:00', false],
    ['the evening before midnight', window([5], '22:00', '06:00'), '2026-11-20T23:30', true],
    [
      'the morning after belongs to Friday',
      window([5], '22:00', '06:00'),
      '2026-11-21T05:59',
      true,
    ],
    ['and ends', window([5], '22:00', '06:00'), '2026-11-21T06:00', false],
    [
      'Friday morning belongs to Thursday',
      window([5], '22:00', '06:00'),
      '2026-11-20T01:00',
      false,
    ],
    ['Sunday follows Saturday', window([6], '22:00', '06:00'), '2026-11-22T01:00', true],
    ['a whole day', window([5], '00:00', '00:00'), '2026-11-20T23:59', true],
    ['and no other', window([5], '00:00', '00:00'), '2026-11-21T00:00', false],
    [
      'several',
      [...window([5], '06:00', '09:00'), ...window([5], '16:00', '20:00')],
      '2026-11-20T17:00',
      true,
    ],
  ])('%s', (_name, schedule, time, expected) => {
    expect(inSchedule(schedule, at(time), 480)).toBe(expected)
  })

  test('the offset is that of the community, not of the box', () => {
    const schedule = window([5], '08:00', '09:00')
    expect(inSchedule(schedule, Date.UTC(2026, 10, 20, 0, 30), 480)).toBe(true)
    expect(inSchedule(schedule, Date.UTC(2026, 10, 20, 8, 30), 0)).toBe(true)
    expect(inSchedule(schedule, Date.UTC(2026, 10, 20, 8, 30), 480)).toBe(false)
  })
})

describe('what a face opens', () => {
  type Row = [
    string,
    { methods: DoorMethod[]; liveness: DoorSettings['liveness']; acceptedBy?: string },
    { score: number | null; terminal?: boolean; pin?: boolean },
    string,
  ]
  const face: DoorMethod[] = ['face', 'card']
  const withPin: DoorMethod[] = ['face+pin', 'card']
  const signed = 'Wang Fang, 2026-11-20'
  test.each<Row>([
    [
      'pictures, accepted',
      { methods: face, liveness: 'picture', acceptedBy: signed },
      { score: 0.9 },
      'face',
    ],
    [
      'pictures, nobody accepted',
      { methods: face, liveness: 'picture' },
      { score: 0.9 },
      'face-liveness-missing',
    ],
    [
      'pictures, nobody accepted, with the PIN',
      { methods: face, liveness: 'picture' },
      { score: 0.9, pin: true },
      'face+pin',
    ],
    [
      'pictures accepted, no liveness model',
      { methods: face, liveness: 'picture', acceptedBy: signed },
      { score: null },
      'face-liveness-missing',
    ],
    [
      'no liveness model, with the PIN',
      { methods: face, liveness: 'picture', acceptedBy: signed },
      { score: null, pin: true },
      'face+pin',
    ],
    ['supervised', { methods: face, liveness: 'supervised' }, { score: 0.9 }, 'face'],
    [
      'supervised, no liveness model',
      { methods: face, liveness: 'supervised' },
      { score: null },
      'face-liveness-missing',
    ],
    [
      'terminal says live',
      { methods: face, liveness: 'terminal' },
      { score: null, terminal: true },
      'face',
    ],
    [
      'terminal says nothing',
      { methods: face, liveness: 'terminal' },
      { score: 0.99 },
      'face-liveness-missing',
    ],
    [
      'terminal says not live',
      { methods: face, liveness: 'terminal' },
      { score: 0.99, terminal: false },
      'face-not-live',
    ],
    [
      'terminal says not live, PIN or not',
      { methods: withPin, liveness: 'picture' },
      { score: 0.99, terminal: false, pin: true },
      'face-not-live',
    ],
    [
      'face+pin without the PIN',
      { methods: withPin, liveness: 'picture' },
      { score: 0.9 },
      'pin-missing',
    ],
    [
      'face+pin with it',
      { methods: withPin, liveness: 'picture' },
      { score: 0.9, pin: true },
      'face+pin',
    ],
    [
      'face+pin without a model',
      { methods: withPin, liveness: 'picture' },
      { score: null, pin: true },
      'face+pin',
    ],
    [
      'a door without faces',
      { methods: ['card'], liveness: 'picture' },
      { score: 0.9, pin: true },
      'method-not-allowed',
    ],
    [
      'faces only',
      { methods: ['face'], liveness: 'supervised' },
      { score: 0.9, pin: true },
      'method-not-allowed',
    ],
  ])(
    '%s',
    (_name, { acceptedBy = null, ...settings }, {
      score,
      terminal = null,
      pin = false,
    }, expected) => {
      const verdict = decideFace(doorOf(aDoor(settings), acceptedBy), {
        proof: { livenessScore: score },
        terminalLive: terminal,
        pinGiven: pin,
      })
      expect(verdict.open ? verdict.method : verdict.reason).toBe(expected)
    },
  )
})

describe('whom a door lets in', () => {
  const { book } = stand({
    residents: [resident('res_1'), resident('res_2', 'hh_2'), resident('res_3', null)],
    visitors: [
      visitor(),
      visitor({ id: 'vis_2', host: 'res_2' }),
      visitor({ id: 'vis_3', host: null, doors: ['door-1'] }),
    ],
  })
  const holder = (kind: 'resident' | 'carer' | 'staff' | 'visitor', id: string) => ({
    kind,
    id,
    name: id,
  })
  test.each([
    ['everybody', {}, holder('carer', 'c1'), null],
    [
      'residents only',
      { who: ['resident' as const] },
      holder('visitor', 'vis_1'),
      'holder-not-allowed',
    ],
    ['residents only', { who: ['resident' as const] }, holder('resident', 'res_2'), null],
    ['one home', { households: ['hh_1'] }, holder('resident', 'res_1'), null],
    ['one home', { households: ['hh_1'] }, holder('resident', 'res_2'), 'holder-not-allowed'],
    ['one home', { households: ['hh_1'] }, holder('resident', 'res_3'), 'holder-not-allowed'],
    ['one home and its visitors', { households: ['hh_1'] }, holder('visitor', 'vis_1'), null],
    [
      'one home and its visitors',
      { households: ['hh_1'] },
      holder('visitor', 'vis_2'),
      'holder-not-allowed',
    ],
    [
      'one home and who was invited to this door',
      { households: ['hh_1'] },
      holder('visitor', 'vis_3'),
      null,
    ],
    ['one home and its carers', { households: ['hh_1'] }, holder('carer', 'c1'), null],
    [
      'by day',
      { schedule: window([5], '12:00', '13:00') },
      holder('resident', 'res_1'),
      'outside-schedule',
    ],
  ])('%s: %o %o', (_name, settings, who, expected) => {
    const fault = rightsFault(doorOf(aDoor(settings), null), who, book, {
      now,
      utcOffsetMinutes: 480,
    })
    expect(fault).toBe(expected)
  })
})

test('which devices are doors though nobody has set them up', () => {
  expect(
    ['door-terminal', 'face-terminal', 'smart-lock', 'access-controller'].map((type) =>
      isDoor(aDoor(null, { type })),
    ),
  ).toEqual([true, true, true, true])
  expect(isDoor(aDoor(null, { type: 'door-contact', household: 'hh_1' }))).toBe(false)
  expect(isDoor(aDoor(null, { type: 'camera' }))).toBe(false)
  expect(isDoor(aDoor({}, { type: 'camera' }))).toBe(true)
})

test('of any choice of methods a door keeps all that are no faces', () => {
  for (let bits = 1; bits < 1 << doorMethods.length; bits++) {
    const methods = doorMethods.filter((_method, index) => bits & (1 << index))
    for (const liveness of ['terminal', 'supervised', 'picture'] as const) {
      const { methods: kept } = doorOf(aDoor({ methods, liveness }), null)
      for (const method of ['card', 'pin', 'qr'] as const)
        expect(kept.has(method), `${methods.join()} ${liveness}`).toBe(methods.includes(method))
    }
  }
})
