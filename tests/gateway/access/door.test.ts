import { describe, expect, test } from 'vitest'
import { createDoorGuard } from '../../../gateway/access/door-guard.ts'
import { PassageBook } from '../../../gateway/access/passback.ts'
import { aDoor, card, community, now, passKey, resident, stand } from './door-stand.ts'
import { withoutCode } from '../../../gateway/access/presented-code.ts'

const cards = [
  card('c-1'),
  card('135790', { kind: 'pin' }),
  card('246802', { kind: 'pin', holder: { kind: 'resident', id: 'res_2', name: 'res_2' } }),
]
const faceDoor = (methods: ('face' | 'face+pin' | 'card' | 'pin')[], more = {}) =>
  aDoor({ methods, cameras: ['cam-1'], liveness: 'supervised', ...more })

describe('a door', () => {
  test('takes the methods that it was given, and says so of the others', async () => {
    const at = stand({ devices: [aDoor({ methods: ['pin'] })], cards })
    await at.present({ code: 'c-1', method: 'card' })
    await at.present({ code: 'c-1' })
    await at.present({ code: '135790' })
    await at.present({ code: '135790', method: 'card' })
    expect(at.facts.map(({ reason, method }) => [reason, method])).toEqual([
      ['method-not-allowed', 'card'],
      ['method-not-allowed', 'card'],
      ['ok', 'pin'],
      ['ok', 'pin'],
    ])
  })

  // A card's number is printed on it: who types it has seen the card, not shown it.
  test('for cards only does not take a number that was typed', async () => {
    const at = stand({ devices: [aDoor({ methods: ['card'] })], cards })
    await at.present({ code: 'c-1', method: 'pin' })
    expect(at.reasons()).toEqual(['method-not-allowed'])
    expect(at.order).toEqual(['method-not-allowed'])
  })

  test('opens for what is fresh, and once for what comes twice', async () => {
    const at = stand({ cards })
    await at.present({ code: 'c-1' }, { ts: now - 60_000 })
    await at.present({ code: 'c-1' }, { ts: now + 60_000 })
    await at.present({ code: 'c-1' }, { id: 'twice' })
    await at.present({ code: 'c-1' }, { id: 'twice' })
    expect(at.order).toEqual(['event-stale', 'event-stale', 'door.unlock door-1 5', 'ok'])
    expect(at.doors.stats).toMatchObject({ granted: 1, denied: 2, stale: 2, repeats: 1 })
  })

  test('stays open as long as it says, and only inside its hours', async () => {
    const schedule = [{ days: [5], from: '09:00', to: '11:00' }]
    const at = stand({ devices: [aDoor({ openMs: 1_500, schedule })], cards })
    await at.present({ code: 'c-1' })
    at.advance(3_600_000)
    await at.present({ code: 'c-1' })
    expect(at.order).toEqual(['door.unlock door-1 1.5', 'ok', 'outside-schedule'])
    expect(at.facts[1]).toMatchObject({ granted: false, holder: { id: 'res_1' } })
  })

  test('that nobody can write about still opens, and the decision is in the log', async () => {
    const opened: string[] = []
    const log: object[] = []
    const { book } = stand({ cards })
    const doors = createDoorGuard({
      roster: book,
      clock: () => now,
      monotonic: () => 0,
      logger: { debug() {}, info() {}, warn() {}, error: (fields) => void log.push(fields) },
      actuator: {
        act: async ({ id }) => {
          opened.push(id)
          throw new Error('broker gone')
        },
      },
      record: () => Promise.reject(new Error('disk full')),
      alarm: () => undefined,
      pictureLivenessAcceptedBy: null,
      passages: new PassageBook(),
    })
    const event = { id: 'e1', ts: now, type: 'credential.presented', data: { code: 'c-1' } }
    const kept = withoutCode(community, Buffer.from(JSON.stringify(event)), passKey)
    await doors.event(community, 'door-1', JSON.parse(Buffer.from(kept).toString()))
    expect(opened).toEqual(['door-1'])
    expect(log).toContainEqual(expect.objectContaining({ reason: 'ok', error: 'Error: disk full' }))
    expect(log).toContainEqual(expect.objectContaining({ error: 'Error: broker gone' }))
    expect(doors.stats.unconfirmed).toBe(1)
  })

  test('is opened by hand with a reason and a name, at any hour', async () => {
    const at = stand({
      devices: [aDoor({ schedule: [{ days: [1], from: '00:00', to: '01:00' }] })],
    })
    const outcome = await at.doors.open('door-1', { community, reason: '送水', by: 'usr_9' })
    expect(outcome.outcome).toBe('done')
    expect(at.order).toEqual(['door.unlock door-1 5', '送水'])
    expect(at.facts[0]).toMatchObject({
      method: 'manual',
      granted: true,
      by: 'usr_9',
      holder: null,
    })
    for (const [id, of] of [
      ['door-9', community],
      ['door-1', 'other'],
    ] as const)
      await expect(
        at.doors.open(id, { community: of, reason: 'x', by: 'y' }),
      ).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('faces', () => {
  test('open the doors that name the camera, and no other', () => {
    const devices = [
      faceDoor(['face', 'card']),
      { ...faceDoor(['face', 'card'], { cameras: ['cam-1', 'cam-2'] }), id: 'door-2' },
      { ...faceDoor(['face', 'card'], { cameras: ['cam-2'] }), id: 'door-3' },
      { ...faceDoor(['card']), id: 'door-4' },
    ]
    const at = stand({ devices })
    at.proof()
    expect(at.order).toEqual(['door.unlock door-1 5', 'ok', 'door.unlock door-2 5', 'ok'])
    expect(at.facts[0]).toMatchObject({
      method: 'face',
      confidence: 0.71,
      holder: { kind: 'resident', id: 'res_1', name: '吴桂芬' },
    })
  })

  test('a terminal that is its own camera names itself', () => {
    const camera = {
      priority: 'door' as const,
      tasks: [],
      source: null,
      zones: [],
      staleAfterMs: 5_000,
    }
    const at = stand({
      devices: [aDoor({ methods: ['face', 'card'], liveness: 'supervised' }, { camera })],
    })
    at.proof({ camera: 'door-1' })
    at.proof({ camera: 'door-2' })
    expect(at.order).toEqual(['door.unlock door-1 5', 'ok'])
  })

  test('of somebody unknown, of another community, or of long ago open nothing', () => {
    const at = stand({
      devices: [faceDoor(['face', 'card'])],
      residents: [{ ...resident('res_1'), community: 'other' }],
    })
    at.proof()
    at.proof({ resident: 'res_9' })
    at.proof({ at: at.time.at - 6_000 })
    at.proof({ community: 'other' })
    expect(at.order).toEqual(['face-unknown', 'face-unknown', 'event-stale'])
  })

  test('that go on being recognised open once, and again when the door has shut', () => {
    const at = stand({ devices: [faceDoor(['face', 'card'])] })
    for (const ms of [0, 500, 2_000, 4_000]) {
      at.advance(ms)
      at.proof()
    }
    expect(at.order).toEqual(['door.unlock door-1 5', 'ok', 'door.unlock door-1 5', 'ok'])
  })

  test.each([
    ['the face first', ['face', 'pin'], ['pin-missing', 'ok']],
    ['the PIN first', ['pin', 'face'], ['method-not-allowed', 'ok']],
  ])('face and PIN of one person open, %s', async (_name, steps, reasons) => {
    const at = stand({ devices: [faceDoor(['face+pin', 'card'])], cards })
    for (const step of steps) {
      if (step === 'face') at.proof()
      else await at.present({ code: '135790', method: 'pin' })
      at.advance(14_000)
    }
    expect(at.facts.at(-1)).toMatchObject({ method: 'face+pin', granted: true })
    expect(at.reasons()).toEqual(reasons)
  })

  test.each(['face', 'pin'])(
    'face and PIN do not open later, nor a second time, %s first',
    async (first) => {
      const at = stand({ devices: [faceDoor(['face+pin', 'card'])], cards })
      const face = () => at.proof()
      const pin = () => at.present({ code: '135790', method: 'pin' })
      await (first === 'face' ? face() : pin())
      at.advance(15_001)
      await (first === 'face' ? pin() : face())
      expect(at.facts.filter(({ granted }) => granted)).toHaveLength(0)
      at.advance(1)
      await (first === 'face' ? face() : pin())
      expect(at.facts.filter(({ granted }) => granted)).toHaveLength(1)
      at.advance(10_000)
      await pin()
      expect(at.facts.filter(({ granted }) => granted)).toHaveLength(1)
    },
  )

  test("a face with somebody else's PIN opens nothing", async () => {
    const at = stand({ devices: [faceDoor(['face+pin', 'card'])], cards })
    at.proof()
    await at.present({ code: '246802', method: 'pin' })
    expect(at.reasons()).toEqual(['pin-missing', 'method-not-allowed'])
  })

  test.each([
    ['before the face', true],
    ['after it', false],
  ])('a terminal vouches for a face %s', async (_name, before) => {
    const at = stand({ devices: [faceDoor(['face', 'card'], { liveness: 'terminal' })] })
    const say = () => at.event('terminal.liveness', { live: true })
    if (before) await say()
    else at.proof()
    at.advance(4_900)
    if (before) at.proof()
    else await say()
    expect(at.reasons()).toEqual(before ? ['ok'] : ['face-liveness-missing', 'ok'])
  })

  test('not later, not by a report of another door, and not where it says no', async () => {
    const at = stand({
      devices: [
        faceDoor(['face', 'card'], { liveness: 'terminal' }),
        aDoor(null, { id: 'door-2' }),
      ],
    })
    await at.event('terminal.liveness', { live: true })
    at.advance(5_001)
    at.proof()
    await at.event('terminal.liveness', { live: true }, 'door-2')
    await at.event('terminal.liveness', { live: 'true' })
    await at.event('terminal.liveness', { live: false })
    expect(at.reasons()).toEqual(['face-liveness-missing', 'face-not-live'])
    at.advance(6_000)
    await at.doors.reported(community, 'door-1', { id: 'r1', granted: false, live: true })
    at.proof()
    expect(at.reasons()).toEqual(['holder-not-allowed', 'ok'])
  })

  test('a picture that is held up is refused on record and becomes an alarm that names whom it showed', () => {
    const at = stand({
      devices: [faceDoor(['face', 'card']), { ...faceDoor(['card']), id: 'door-2' }],
    })
    const refusal = {
      community,
      camera: 'cam-1',
      ts: now,
      reason: 'face-not-live' as const,
      detail: 'liveness 0.04',
      resident: 'res_1',
    }
    at.doors.refused(refusal)
    at.doors.refused(refusal)
    at.doors.refused({ ...refusal, reason: 'face-unknown', resident: null })
    expect(at.order).toEqual(['face-not-live', 'face-unknown'])
    expect(at.alarms).toMatchObject([
      {
        type: 'access.spoof',
        device: 'door-1',
        key: 'access.spoof:demo:door-1',
        subject: { kind: 'resident', id: 'res_1' },
      },
    ])
    expect(at.facts.every(({ granted, holder }) => !granted && holder === null)).toBe(true)
    at.advance(10_001)
    at.doors.refused({ ...refusal, resident: null })
    expect(at.alarms[1]?.subject).toMatchObject({ kind: 'device', id: 'door-1' })
  })
})
